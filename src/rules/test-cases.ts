import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { RectoError } from '../errors.js';
import { didYouMean } from '../folio/suggest.js';
import { openFolder } from '../tree/folder.js';
import { overlay } from '../tree/overlay.js';
import type { Tree } from '../tree/tree.js';
import { SHIPPED_RULES } from './shipped.js';

/** A mark in a comment: the next line of code must be flagged by that check, or must not be. */
export interface Mark {
  readonly kind: 'recto' | 'ok';
  readonly check: string;
  readonly file: string;
  readonly line: number;
}

/** One test of rules: a tree before a patch and after it, with the lines to be flagged marked in the latter. */
export interface RuleTest {
  /** "checks/guard-removed/dropped". */
  readonly name: string;
  readonly before: Tree;
  readonly after: Tree;
  /** Paths that differ. */
  readonly changed: readonly string[];
  readonly marks: readonly Mark[];
}

/** The tests of a folder of rules, and its checks that have none. */
export interface RuleTests {
  readonly tests: readonly RuleTest[];
  readonly untested: readonly string[];
}

const FOLDERS = ['checks', 'contracts', '.'];

/**
 * Reads the tests of a folder of rules. Beside `checks/mine.yml` they are in `checks/mine/`: a folder per test, with the
 * files that the patch changes in `before/` and `after/`. What is in neither is as in the miniature kernel that comes
 * with Recto (`rules/tree/`), and in the folder's own `tree/`, which lies on top of it.
 *
 * @param checks ids of the checks there are
 * @throws RectoError 'bad-rules' for a test that makes no sense, with its place
 */
export function readRuleTests(directory: string, checks: readonly string[]): RuleTests {
  const kernel = openFolder(join(SHIPPED_RULES, 'tree'));
  const own = readFiles(join(directory, 'tree'));
  const tree = overlay(kernel, own);
  const tests: RuleTest[] = [];
  const untested: string[] = [];
  for (const folder of FOLDERS) {
    for (const file of listed(join(directory, folder), 'file')) {
      if (!file.endsWith('.yml')) continue;
      const subject = join(folder, basename(file, '.yml'));
      const cases = listed(join(directory, subject), 'folder');
      if (cases.length === 0 && folder === 'checks') untested.push(join(folder, file));
      for (const name of cases) tests.push(readTest(directory, join(subject, name), tree, checks));
    }
  }
  return { tests, untested };
}

function readTest(directory: string, name: string, tree: Tree, checks: readonly string[]): RuleTest {
  const place = join(basename(resolve(directory)), name);
  const before = readFiles(join(directory, name, 'before'));
  const after = readFiles(join(directory, name, 'after'));
  if (after.size === 0) {
    throw new RectoError(
      'bad-rules',
      `${place}: there is nothing in ${place}/after: a test has the files that a patch changes, as they were in ` +
        `before/ and as they are in after/, each by its path in the kernel (after/mm/a.c)`,
      place,
    );
  }
  const marks: Mark[] = [];
  for (const [path, text] of after) marks.push(...marksOf(text, path, join(place, 'after', path), checks));
  for (const [path, text] of before) {
    const [lost] = marksOf(text, path, join(place, 'before', path), checks);
    if (lost === undefined) continue;
    throw badMark(
      join(place, 'before', path),
      lost.line,
      'marks are for what comes of the patch: move it to after/',
    );
  }
  if (marks.length === 0) {
    throw new RectoError(
      'bad-rules',
      `${place}: no line is marked: write /* recto: ${basename(join(name, '..'))} */ above one that must be flagged, ` +
        `or /* ok: ${basename(join(name, '..'))} */ above one that must not`,
      place,
    );
  }
  return {
    name: name.split(sep).join('/'),
    before: overlay(tree, before),
    after: overlay(tree, new Map([...removed(before, after), ...after])),
    changed: [...new Set([...before.keys(), ...after.keys()])].sort(),
    marks,
  };
}

/** What is in `before/` alone is removed by the patch. */
function removed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): [string, null][] {
  return [...before.keys()].filter((path) => !after.has(path)).map((path) => [path, null]);
}

const MARK = /(?:\/\*|\/\/)\s*(recto|ok)\s*:\s*([^*\n]*?)\s*(?:\*\/|$)/;

function marksOf(text: string, file: string, place: string, checks: readonly string[]): Mark[] {
  const lines = text.split('\n');
  const marks: Mark[] = [];
  lines.forEach((line, index) => {
    const [, kind, names] = MARK.exec(line) ?? [];
    if (kind === undefined || names === undefined) return;
    const code = lines.findIndex((next, at) => at > index && !isComment(next));
    if (code === -1) throw badMark(place, index + 1, 'no code comes after this mark');
    for (const check of names.split(/\s*,\s*/)) {
      if (!checks.includes(check)) {
        const known = `there are: ${checks.join(', ')}${didYouMean(check, checks)}`;
        throw badMark(place, index + 1, `there is no check "${check}"; ${known}`);
      }
      marks.push({ kind: kind as Mark['kind'], check, file, line: code + 1 });
    }
  });
  return marks;
}

function isComment(line: string): boolean {
  return /^\s*(?:\/\*.*\*\/|\/\/.*|)\s*$/.test(line);
}

function badMark(file: string, line: number, message: string): RectoError {
  return new RectoError('bad-rules', `${file}:${line}: ${message}`, `${file}:${line}`);
}

/** All files below a folder, by their paths in it. */
function readFiles(folder: string): Map<string, string> {
  if (!isFolder(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
}

function listed(folder: string, kind: 'file' | 'folder'): string[] {
  if (!isFolder(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => (kind === 'file' ? entry.isFile() : entry.isDirectory()))
    .map((entry) => entry.name)
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
