import type { FileFacts, FunctionFacts } from '../c/facts.js';
import { lowerFile } from '../c/lower/file.js';
import { bodyOf, isPlain, onlyFunctions, withoutBodies, type LineRange } from '../c/lower/part.js';
import type { FactStore } from '../c/store.js';
import { readFileFacts } from '../c/tree-facts.js';
import type { KeptFunction, KeptTree } from '../analysis/kept/kept-tree.js';
import { lineMap } from '../patch/line-map.js';
import { blobId, isSource } from '../tree/blob.js';

/** A file of a kept tree, with another text. */
export interface ChangedFile {
  /** Null where there is nothing for us. */
  readonly facts: FileFacts | null;
  /** Where its lines are now. */
  readonly newLine: LineOf;
}

/** Where a line is now; undefined for one that is gone, or as it was. */
export type LineOf = (line: number) => number | undefined;

/** Files that this process has read, by tree, path and content: the stages of a series share them. */
const read = new WeakMap<KeptTree, Map<string, Promise<ChangedFile>>>();
const READ = 100;

/** Lines above a function's name that may belong to its head. */
const HEAD = 3;

/** Reads a file that differs from the one in a kept tree. Of functions that are as they were the facts are kept. */
export function readChangedFile(
  kept: KeptTree,
  path: string,
  before: () => Promise<string | null>,
  text: string | null,
  store: FactStore,
): Promise<ChangedFile> {
  if (text === null || !isSource(path)) return Promise.resolve({ facts: null, newLine: () => undefined });
  const files = read.get(kept) ?? new Map<string, Promise<ChangedFile>>();
  read.set(kept, files);
  const key = `${path}:${blobId(Buffer.from(text))}`;
  let file = files.get(key);
  if (!file) {
    file = readNow(kept, path, before, text, store);
    files.set(key, file);
    file.catch(() => files.delete(key));
    if (files.size > READ) files.delete(files.keys().next().value!);
  }
  return file;
}

async function readNow(
  kept: KeptTree,
  path: string,
  before: () => Promise<string | null>,
  text: string,
  store: FactStore,
): Promise<ChangedFile> {
  const old = kept.has(path) ? await before() : null;
  if (old === null) return { facts: await readFileFacts(path, text, store), newLine: () => undefined };
  const newLine = lineMap(old, text);
  const some = path.endsWith('.c') ? await readBodies(kept, path, old, text, newLine) : null;
  if (some) return { facts: some, newLine };
  const moved = movedFunctions(kept.functionsIn(path), newLine);
  const { text: rest, left } = withoutBodies(text, moved);
  const facts = await lowerFile(rest);
  const known = new Map(left.map(({ facts: item }) => [item.name, item]));
  const functions = facts.functions.map((item): FunctionFacts => {
    const same = known.get(item.name);
    known.delete(item.name);
    return same ?? item;
  });
  return { facts: { ...facts, functions: [...functions, ...known.values()] }, newLine };
}

/** The functions of which no line has changed, where they are now. */
function movedFunctions(functions: readonly KeptFunction[], newLine: LineOf) {
  return functions.flatMap((entry) => {
    const { kind, line, endLine } = entry.facts;
    if (kind === 'macro') return [];
    const by = (newLine(line) ?? NaN) - line;
    for (let at = Math.max(1, line - HEAD); at <= endLine; at++) if (newLine(at) !== at + by) return [];
    return [{ facts: entry.movedBy(by), line: line + by, endLine: endLine + by }];
  });
}

/** Reads functions alone, where nothing but their bodies has changed; null where something else has, or may have. */
async function readBodies(
  kept: KeptTree,
  path: string,
  old: string,
  text: string,
  newLine: LineOf,
): Promise<FileFacts | null> {
  const [before, after] = [old.split('\n'), text.split('\n')];
  const changed = new Map<KeptFunction, LineRange>();
  let last = 0;
  let shift = 0;
  for (const entry of kept.functionsIn(path).sort((a, b) => a.facts.line - b.facts.line)) {
    const body = entry.facts.kind === 'macro' ? null : bodyOf(before, entry.facts);
    if (!body || isAsBefore(body, newLine)) continue;
    for (let line = last + 1; line < body.line; line++) if (newLine(line) !== line + shift) return null;
    const end = newLine(body.endLine + 1);
    if (end === undefined) return null;
    const there = { line: body.line + shift, endLine: end - 1 };
    if (!isPlain(before.slice(body.line - 1, body.endLine))) return null;
    if (!isPlain(after.slice(there.line - 1, there.endLine))) return null;
    // Of several with one name the longest is known.
    if (headsNamed(entry.facts.name, text) !== 1) return null;
    changed.set(entry, { line: entry.facts.line + shift, endLine: end });
    shift = end - body.endLine - 1;
    last = body.endLine;
  }
  for (let line = last + 1; line <= before.length; line++) if (newLine(line) !== line + shift) return null;
  if (after.length !== before.length + shift) return null;
  const rest = onlyFunctions(after, [...changed.values()]);
  if (rest === null) return null;
  const read = new Map((await lowerFile(rest)).functions.map((facts) => [facts.name, facts]));
  const functions: FunctionFacts[] = [];
  for (const entry of kept.functionsIn(path)) {
    const { name, line } = entry.facts;
    const there = changed.get(entry);
    const facts = there ? read.get(name) : entry.movedBy((newLine(line) ?? line) - line);
    if (!facts || (there && (facts.line !== there.line || facts.endLine !== there.endLine))) return null;
    functions.push(facts);
  }
  return { functions, ...kept.definitionsIn(path), callbackTypes: [] };
}

function isAsBefore({ line, endLine }: LineRange, newLine: LineOf): boolean {
  const by = (newLine(line) ?? NaN) - line;
  for (let at = line; at <= endLine + 1; at++) if (newLine(at) !== at + by) return false;
  return true;
}

/** Lines that declare or define a function of that name, as far as one line tells. */
function headsNamed(name: string, text: string): number {
  const head = new RegExp(`^(?:[^\\s#}/*].*\\b)?${name}\\s*\\(`);
  let count = 0;
  for (let at = text.indexOf(name); at >= 0;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end);
    if (head.test(line)) count++;
    at = end < 0 ? -1 : text.indexOf(name, end);
  }
  return count;
}
