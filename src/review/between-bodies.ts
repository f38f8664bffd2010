import { isPlain, type LineRange } from '../c/lower/part.js';
import type { LineOf } from './changed-file.js';

/** Lines that stand in place of others. */
export interface Edit {
  /** Old lines from this one on are gone. */
  readonly line: number;
  readonly removed: number;
  /** New lines from this one on have come. */
  readonly there: number;
  readonly added: number;
  /** The functions among both. */
  readonly gone: readonly LineRange[];
  readonly come: readonly LineRange[];
}

/** Lines between a function's first one and the brace that opens its body. */
const HEAD = 16;

/**
 * What has changed between two places of a file where nothing else may change but whole functions, comments, `#include`
 * and empty lines; null where something else has, or may have.
 *
 * @param old the lines of the file before that may have changed, and `now` those that are there after
 * @param newLine where a line is now
 */
export function editsBetween(
  before: readonly string[],
  after: readonly string[],
  old: LineRange,
  now: LineRange,
  newLine: LineOf,
): readonly Edit[] | null {
  const edits: Edit[] = [];
  let { line } = old;
  let there = now.line;
  while (line <= old.endLine || there <= now.endLine) {
    if (line <= old.endLine && newLine(line) === there) {
      line++;
      there++;
      continue;
    }
    let next = line;
    while (next <= old.endLine && newLine(next) === undefined) next++;
    const target = next <= old.endLine ? newLine(next)! : now.endLine + 1;
    if (target < there || target > now.endLine + 1) return null;
    const lines = { line, removed: next - line, there, added: target - there };
    const last = edits.at(-1);
    const edit = editOf(before, after, lines, last ? last.line + last.removed : old.line);
    if (edit === null) return null;
    edits.push(edit);
    line = next;
    there = target;
  }
  return edits;
}

type Lines = Pick<Edit, 'line' | 'removed' | 'there' | 'added'>;

function editOf(
  before: readonly string[],
  after: readonly string[],
  lines: Lines,
  from: number,
): Edit | null {
  for (const { line, removed, there, added } of placesOf(before, after, lines)) {
    if (line < from) break;
    const gone = functionsAlone(before, line, line + removed);
    const come = functionsAlone(after, there, there + added);
    if (gone && come && isOutside(before, line)) return { line, removed, there, added, gone, come };
  }
  return null;
}

/** Where the same lines may be said to have come or gone: a function that follows another one may begin with its brace. */
function* placesOf(before: readonly string[], after: readonly string[], lines: Lines): Iterable<Lines> {
  yield lines;
  if (lines.removed > 0 && lines.added > 0) return;
  const [text, first, count] =
    lines.added > 0 ? [after, lines.there, lines.added] : [before, lines.line, lines.removed];
  const moved = (by: number): Lines => ({ ...lines, line: lines.line + by, there: lines.there + by });
  const isSame = (at: number): boolean => text[at - 1] !== undefined && text[at - 1] === text[at + count - 1];
  for (let by = -1; isSame(first + by); by--) yield moved(by);
}

/** The functions of lines that hold nothing else but comments, `#include` and empty lines; null where they do. */
function functionsAlone(lines: readonly string[], from: number, to: number): LineRange[] | null {
  const functions: LineRange[] = [];
  for (let line = from; line < to; line++) {
    const text = lines[line - 1]!;
    if (/^\s*$|^#\s*include\b|^\s*\/\/.*[^\\]$/.test(text)) continue;
    if (/^\s*\/\*/.test(text)) {
      while (line < to && !lines[line - 1]!.includes('*/')) line++;
      if (line >= to || !/^(?:\s*\/)?(?:(?!\*\/).)*\*\/\s*$/.test(lines[line - 1]!)) return null;
      continue;
    }
    const end = functionEnd(lines, line);
    if (end === null || end >= to) return null;
    functions.push({ line, endLine: end });
    line = end;
  }
  return functions;
}

/** The last line of a function of which nothing matters outside of it. */
function functionEnd(lines: readonly string[], line: number): number | null {
  const opening = lines.indexOf('{', line - 1) + 1;
  if (opening <= line || opening > line + HEAD) return null;
  const head = lines.slice(line - 1, opening - 1);
  if (!/^[a-z_]/i.test(head[0]!) || !head.every((text) => /^[\w\s*(),[\]]+$/.test(text))) return null;
  if (!head.at(-1)!.endsWith(')')) return null;
  const closing = lines.indexOf('}', opening) + 1;
  return closing > 0 && isPlain(lines.slice(opening, closing - 1)) ? closing : null;
}

/** Does a line stand behind an item of the file, and in no comment? */
function isOutside(lines: readonly string[], line: number): boolean {
  let last = line - 1;
  while (last > 0 && /^\s*$/.test(lines[last - 1]!)) last--;
  if (last > 0 && !/^\};?$|^#.*[^\\]$|^[^\s#].*;$|\*\/$/.test(lines[last - 1]!)) return false;
  for (let at = last; at > 0; at--) {
    const text = lines[at - 1]!;
    const [begin, end] = [text.lastIndexOf('/*'), text.lastIndexOf('*/')];
    if (begin !== end) return end > begin;
  }
  return true;
}
