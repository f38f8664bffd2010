import { applyPatch } from 'diff/lib/patch/apply.js';
import { locate, searchedText, type HunkLine, type Place, type PlacingRules } from './locate.js';
import type { FileDiff, Hunk, Patch } from './patch.js';
import { reindent } from './reindent.js';
import { bareLine } from './text.js';

/** What became of one hunk. */
export interface HunkResult {
  /** `already`: the text is as the hunk would make it. */
  readonly status: 'applied' | 'already' | 'failed';
  /** First line of the hunk in the new text, from 1; of a failed hunk, where it should have been. */
  readonly line: number;
  /** How many lines away from where its `@@` line says. */
  readonly offset: number;
  /** Lines of context disregarded at each end. */
  readonly fuzz: number;
  /** True when it fits only with white space disregarded. */
  readonly ignoredWhitespace: boolean;
  /** Why it failed, in words; null otherwise. */
  readonly reason: string | null;
}

/** What became of one file of a patch. */
export interface FileResult {
  /** Where the result belongs: `newPath`, or `oldPath` of a deleted file. */
  readonly path: string;
  /** `partial`: some hunks failed, and `text` has the others. */
  readonly status: 'applied' | 'already' | 'partial' | 'failed';
  /** The new text; null when the file is deleted, or is not there and could not be made. */
  readonly text: string | null;
  readonly hunks: readonly HunkResult[];
  /** Lines of the new text that the patch added, from 1, ascending. */
  readonly addedLines: readonly number[];
  /** Lines of the old text that the patch removed, from 1, ascending. */
  readonly removedLines: readonly number[];
  /** Why the whole file failed, in words, or null: a file that is not there, a binary one. */
  readonly reason: string | null;
}

/** What is known of the mail that the diff came with; a Patch fits. */
export type DiffOrigin = Pick<Patch, 'quoted' | 'whitespaceDamaged'>;

/**
 * Applies one file's diff to its text before; `null` says that the file is not there.
 *
 * Hunks are placed as GNU patch does it (offsets, fuzz up to 2), but not outside of the function that their
 * `@@` line names; see locate.ts. With an `origin` that was quoted or damaged, white space is disregarded
 * where nothing else fits: then context keeps the tree's white space, and added lines are indented by it when
 * the mail has lost its tabs. A hunk that does not fit is a result, not an exception.
 */
export function applyFileDiff(
  text: string | null,
  diff: FileDiff,
  origin: DiffOrigin = { quoted: false, whitespaceDamaged: false },
): FileResult {
  const path = diff.newPath ?? diff.oldPath!;
  if (diff.binary) return untouched(path, text, 'failed', 'it is a binary file');
  if (diff.oldPath === null) return create(path, text, diff);
  if (text === null) {
    if (diff.newPath === null) return untouched(path, null, 'already', null);
    return failEach(path, null, diff, `${diff.oldPath} is not in the tree`);
  }
  const result = changeText(path, text, diff, {
    ignoreWhitespace: origin.quoted || origin.whitespaceDamaged,
    anchored: !origin.quoted,
  });
  if (diff.newPath !== null || result.status !== 'applied') return result;
  if (result.text === '') return { ...result, text: null };
  return {
    ...result,
    status: 'partial',
    reason: `${path} is to be deleted, but has more lines than the patch removes`,
  };
}

function changeText(path: string, original: string, diff: FileDiff, rules: PlacingRules): FileResult {
  const dos = isDos(original) && !diff.hunks.some((hunk) => hunk.lines.some((line) => line.endsWith('\r')));
  const text = dos ? original.replaceAll('\r\n', '\n') : original;
  const searched = searchedText(text);
  const hunks: HunkResult[] = [];
  const placed: Place[] = [];
  const addedLines: number[] = [];
  const removedLines: number[] = [];
  let growth = 0;

  for (const hunk of diff.hunks) {
    const found = locate(searched, hunk, rules);
    if (typeof found === 'string') {
      hunks.push(failed(hunk, found));
      continue;
    }
    hunks.push({
      status: found.already ? 'already' : 'applied',
      line: found.at + growth + 1,
      offset: found.offset,
      fuzz: found.fuzz,
      ignoredWhitespace: found.ignoredWhitespace,
      reason: null,
    });
    if (found.already) {
      searched.frozen = found.at + found.lines.length - trailingContext(hunk);
      searched.drift = found.offset;
      continue;
    }
    const place = found.ignoredWhitespace ? { ...found, lines: reindent(hunk.lines, found.lines) } : found;
    placed.push(place);
    searched.drift = place.offset;
    let old = place.at;
    place.lines.forEach(({ mark }) => {
      if (mark === '+') addedLines.push(old + ++growth);
      else old++;
      if (mark === '-') {
        removedLines.push(old);
        growth--;
      }
      if (mark !== ' ') searched.frozen = old;
    });
  }

  const failures = hunks.filter((hunk) => hunk.status === 'failed').length;
  const after = placed.length === 0 ? text : applyPlaced(text, placed);
  const status =
    failures > 0
      ? placed.length > 0
        ? 'partial'
        : 'failed'
      : placed.length > 0 || hunks.length === 0
        ? 'applied'
        : 'already';
  return {
    path,
    status,
    text: dos ? after.replaceAll('\n', '\r\n') : after,
    hunks,
    addedLines,
    removedLines,
    reason: null,
  };
}

/** Hands hunks that are known to fit to jsdiff, each at its very place; it checks every line again. */
function applyPlaced(text: string, placed: readonly Place[]): string {
  const hunks = placed.map((place) => ({
    oldStart: place.at + 1,
    newStart: place.at + 1,
    oldLines: place.lines.filter((line) => line.mark !== '+').length,
    newLines: place.lines.filter((line) => line.mark !== '-').length,
    lines: place.lines.flatMap((line) => written(line, place)),
  }));
  const after = applyPatch(
    text,
    { oldFileName: 'a', newFileName: 'b', oldHeader: undefined, newHeader: undefined, hunks },
    { autoConvertLineEndings: false },
  );
  if (after === false) throw new Error('a hunk does not fit where it was found to fit');
  return after;
}

function written(line: HunkLine, place: Place): string[] {
  const text = line.mark + line.content;
  return line.noNewline && !place.ignoredWhitespace ? [text, '\\ No newline at end of file'] : [text];
}

function create(path: string, text: string | null, diff: FileDiff): FileResult {
  const lines = diff.hunks.flatMap((hunk) => hunk.lines);
  const added = lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
  const newline = added.length > 0 && !lines.at(-1)!.startsWith('\\');
  const created = added.join('\n') + (newline ? '\n' : '');
  if (text !== null && text !== '') {
    const same = text === created || bareLine(text) === bareLine(created);
    if (!same)
      return failEach(path, text, diff, `the patch creates ${path}, which is there already and differs`);
    const hunks = diff.hunks.map((hunk) => ({ ...failed(hunk, null), status: 'already' as const }));
    return { ...untouched(path, text, 'already', null), hunks };
  }
  const hunks = diff.hunks.map((hunk) => ({ ...failed(hunk, null), status: 'applied' as const }));
  return {
    path,
    status: 'applied',
    text: created,
    hunks,
    addedLines: added.map((_, i) => i + 1),
    removedLines: [],
    reason: null,
  };
}

function failEach(path: string, text: string | null, diff: FileDiff, reason: string): FileResult {
  const hunks = diff.hunks.map((hunk) => failed(hunk, reason));
  return { ...untouched(path, text, 'failed', reason), hunks };
}

function untouched(
  path: string,
  text: string | null,
  status: FileResult['status'],
  reason: string | null,
): FileResult {
  return { path, status, text, hunks: [], addedLines: [], removedLines: [], reason };
}

function failed(hunk: Hunk, reason: string | null): HunkResult {
  const line = Math.max(hunk.newStart, 1);
  return { status: 'failed', line, offset: 0, fuzz: 0, ignoredWhitespace: false, reason };
}

function trailingContext(hunk: Hunk): number {
  const lines = hunk.lines.filter((line) => !line.startsWith('\\'));
  return lines.length - 1 - lines.findLastIndex((line) => !line.startsWith(' '));
}

function isDos(text: string): boolean {
  const newline = text.indexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' && !/(?:^|[^\r])\n/.test(text);
}
