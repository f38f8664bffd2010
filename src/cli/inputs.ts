import { createReadStream, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { RectoError } from '../errors.js';
import { assertInputSize } from '../mail/read.js';
import { reasonOf } from '../tree/cache.js';
import { findTree, noRevisions } from '../tree/open.js';
import { readRange } from '../tree/range.js';
import type { Terminal } from './terminal.js';

/** One argument of a command, read. */
export interface Input {
  /** For people: a file's name, "standard input", or a range. */
  readonly name: string;
  readonly bytes: Buffer;
  /** For a revision range: the commit that its first patch applies to. */
  readonly base: string | null;
  readonly notes: readonly string[];
}

/**
 * Reads what a command was given: an existing file as such, `-` or nothing at all as standard input, anything else
 * as a revision range of the tree (`directory`, or null for the one we are in).
 * Throws RectoError that names the argument.
 */
export async function readInputs(
  names: readonly string[],
  directory: string | null,
  terminal: Terminal,
): Promise<Input[]> {
  if (names.length === 0) {
    if (terminal.stdin.isTTY === true) {
      throw new RectoError(
        'usage',
        'nothing to review: name a patch file or a revision range, or pipe a mail in',
      );
    }
    return [await readStdin(terminal)];
  }
  if (names.filter((name) => name === '-').length > 1) {
    throw new RectoError('usage', 'standard input (-) can be read only once');
  }
  const inputs: Input[] = [];
  for (const name of names) {
    if (name === '-') inputs.push(await readStdin(terminal));
    else if (isThere(name, terminal)) inputs.push(await readFile(name, terminal));
    else inputs.push(await readRevisions(name, directory, terminal));
  }
  if (inputs.length > 1 && inputs.some((input) => input.base !== null)) {
    throw new RectoError('usage', 'a revision range is reviewed by itself: leave the other arguments out');
  }
  return inputs;
}

async function readStdin(terminal: Terminal): Promise<Input> {
  const name = 'standard input';
  return { name, bytes: await collect(terminal.stdin), base: null, notes: [] };
}

function isThere(name: string, terminal: Terminal): boolean {
  try {
    statSync(resolve(terminal.cwd, name));
    return true;
  } catch {
    return false;
  }
}

async function readFile(name: string, terminal: Terminal): Promise<Input> {
  const path = resolve(terminal.cwd, name);
  if (statSync(path).isDirectory()) {
    throw new RectoError(
      'usage',
      `${name} is a directory: name the files in it, for example ${name.replace(/\/*$/, '')}/*.patch`,
    );
  }
  try {
    return {
      name: basename(name),
      bytes: await collect(createReadStream(path)),
      base: null,
      notes: [],
    };
  } catch (error) {
    if (error instanceof RectoError) throw error;
    throw new RectoError('unreadable-input', `cannot read ${name}: ${reasonOf(error)}`, name);
  }
}

async function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    assertInputSize(size);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

async function readRevisions(name: string, directory: string | null, terminal: Terminal): Promise<Input> {
  // What is named like a file is a file that is missing, whatever tree there is.
  if (/^\.{0,2}\/|\.(patch|diff|eml|mbox|mail|txt|html?)$/i.test(name)) {
    throw new RectoError('unreadable-input', `there is no file ${name}`, name);
  }
  const place = await findTree(directory, terminal.cwd);
  if (place.kind === 'folder') throw noRevisions(place, name);
  const range = await readRange(place.directory, name);
  return { name: range.name, bytes: range.mails, base: range.base, notes: range.notes };
}
