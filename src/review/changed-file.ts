import type { FileFacts, FunctionFacts } from '../c/facts.js';
import { lowerFile } from '../c/lower/file.js';
import { withoutBodies } from '../c/lower/part.js';
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
