import type { FileFacts, FunctionFacts } from '../c/facts.js';
import { lowerFile } from '../c/lower/file.js';
import { bodyOf, isPlain, onlyFunctions, withoutBodies, type LineRange } from '../c/lower/part.js';
import type { FactStore } from '../c/store.js';
import { readFileFacts } from '../c/tree-facts.js';
import type { KeptFunction, KeptTree } from '../analysis/kept/kept-tree.js';
import { lineMap } from '../patch/line-map.js';
import { blobId, isSource } from '../tree/blob.js';
import { editsBetween, type Edit } from './between-bodies.js';

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
/** Nodes of a function that may be a stub. */
const SHORT = 3;

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

/**
 * Reads functions alone, where nothing but their bodies has changed, or whole functions have come or gone; null where
 * something else has changed, or may have.
 */
async function readBodies(
  kept: KeptTree,
  path: string,
  old: string,
  text: string,
  newLine: LineOf,
): Promise<FileFacts | null> {
  const [before, after] = [old.split('\n'), text.split('\n')];
  const entries = kept.functionsIn(path);
  const changed = new Map<KeptFunction, LineRange>();
  const edits: Edit[] = [];
  /** By how much lines are moved, from an old one on. */
  const shifts: { readonly from: number; readonly by: number }[] = [];
  let last = 0;
  let shift = 0;
  const goTo = (line: number, there: number): boolean => {
    const made = editsBetween(
      before,
      after,
      { line: last + 1, endLine: line },
      { line: last + 1 + shift, endLine: there },
      newLine,
    );
    for (const edit of made ?? []) {
      edits.push(edit);
      shift += edit.added - edit.removed;
      shifts.push({ from: edit.line + edit.removed, by: shift });
    }
    return made !== null;
  };
  for (const entry of [...entries].sort((a, b) => a.facts.line - b.facts.line)) {
    const body = entry.facts.kind === 'macro' ? null : bodyOf(before, entry.facts);
    if (!body || isAsBefore(body, newLine) || isGone(entry.facts, newLine)) continue;
    const opening = newLine(body.line - 1);
    const end = newLine(body.endLine + 1);
    if (opening === undefined || end === undefined || !goTo(body.line - 1, opening)) return null;
    const there = { line: body.line + shift, endLine: end - 1 };
    if (!isPlain(before.slice(body.line - 1, body.endLine))) return null;
    if (!isPlain(after.slice(there.line - 1, there.endLine))) return null;
    changed.set(entry, { line: entry.facts.line + shift, endLine: end });
    shift = end - body.endLine - 1;
    shifts.push({ from: body.endLine + 1, by: shift });
    last = body.endLine;
  }
  if (!goTo(before.length, after.length)) return null;
  const gone = functionsAt(edits, entries, old);
  const come = edits.flatMap((edit) => edit.come);
  const rest = gone && onlyFunctions(after, [...changed.values(), ...come]);
  if (gone === null || rest === null) return null;
  // Macros are there for what they say of functions.
  const lowered = (await lowerFile(rest)).functions.filter(({ kind }) => kind === 'function');
  const read = new Map(lowered.map((facts) => [facts.name, facts]));
  const functions: FunctionFacts[] = [];
  for (const entry of entries) {
    if (gone.has(entry)) continue;
    const { name, line } = entry.facts;
    if (edits.some((edit) => line >= edit.line && line < edit.line + edit.removed)) return null;
    const there = changed.get(entry);
    const by = shifts.findLast(({ from }) => from <= line)?.by ?? 0;
    const facts = there ? read.get(name) : entry.movedBy(by);
    if (!facts || (there && (facts.line !== there.line || facts.endLine !== there.endLine))) return null;
    // Of several with one name the longest is known.
    if (there ? !standsAlone(facts, text) : read.has(name)) return null;
    read.delete(name);
    functions.push(facts);
  }
  if (read.size !== come.length) return null;
  for (const { line, endLine } of come) {
    const facts = [...read.values()].find((item) => item.line >= line && item.endLine === endLine);
    if (!facts || !standsAlone(facts, text)) return null;
    const behind = functions.findIndex((item) => item.line > facts.line);
    functions.splice(behind < 0 ? functions.length : behind, 0, facts);
  }
  return { functions, ...kept.definitionsIn(path), callbackTypes: [] };
}

/** The functions that are gone with edits; null where these do not tell which. */
function functionsAt(
  edits: readonly Edit[],
  entries: readonly KeptFunction[],
  old: string,
): ReadonlySet<KeptFunction> | null {
  const gone = new Set<KeptFunction>();
  for (const edit of edits) {
    for (const { line, endLine } of edit.gone) {
      const entry = entries.find(({ facts }) => facts.line >= line && facts.endLine === endLine);
      if (!entry || headsNamed(entry.facts.name, old).definitions !== 1) return null;
      // A macro instead of it was not known beside it.
      if (new RegExp(`^#\\s*define\\s+${entry.facts.name}\\b`, 'm').test(old)) return null;
      gone.add(entry);
    }
  }
  return gone;
}

function isGone({ line, endLine }: LineRange, newLine: LineOf): boolean {
  for (let at = line; at <= endLine; at++) if (newLine(at) !== undefined) return false;
  return true;
}

function isAsBefore({ line, endLine }: LineRange, newLine: LineOf): boolean {
  const by = (newLine(line) ?? NaN) - line;
  for (let at = line; at <= endLine + 1; at++) if (newLine(at) !== at + by) return false;
  return true;
}

/** Counts the lines that declare or define a function of that name, as far as one line tells. */
function headsNamed(
  name: string,
  text: string,
): { readonly definitions: number; readonly declarations: number } {
  const head = new RegExp(`^(?:[^\\s#}/*].*\\b)?${name}\\s*\\(`);
  let definitions = 0;
  let declarations = 0;
  for (let at = text.indexOf(name); at >= 0;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end);
    if (head.test(line)) {
      if (/[;{]/.exec(text.slice(at))?.[0] === ';') declarations++;
      else definitions++;
    }
    at = end < 0 ? -1 : text.indexOf(name, end);
  }
  return { definitions, declarations };
}

/** Is there one function of that name, and is it read alone as in the whole text? */
function standsAlone({ name, isStatic, nodes }: FunctionFacts, text: string): boolean {
  const { definitions, declarations } = headsNamed(name, text);
  // A short one that is declared, too, may be a stub.
  return definitions === 1 && (declarations === 0 || !isStatic || nodes.length > SHORT);
}
