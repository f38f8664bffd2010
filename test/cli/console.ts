import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/program.js';

/** What a command left behind. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stream that keeps what is written to it. */
export class Kept extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;
  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** Standard input with this content; null: a terminal. */
export function input(content: string | Buffer | null): NodeJS.ReadableStream & { readonly isTTY?: boolean } {
  return Object.assign(Readable.from(content === null ? [] : [Buffer.from(content)]), {
    isTTY: content === null,
  });
}

/** Runs `recto` in this process. */
export async function recto(
  words: readonly string[],
  cwd: string,
  stdin: string | Buffer | null = '',
): Promise<Outcome> {
  const stdout = new Kept();
  const stderr = new Kept();
  const status = await run(words, { stdin: input(stdin), stdout, stderr, cwd });
  return { status, stdout: stdout.text, stderr: stderr.text };
}
