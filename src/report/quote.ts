import type { FileDiff, Hunk } from '../patch/patch.js';
import type { AppliedPatch } from '../review/applied.js';

/** A line of the tree after a patch. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A few lines of a patch that a comment stands under. */
export interface Quotation {
  /** Path after the patch. */
  readonly path: string;
  /** `+++ b/mm/memory.c` */
  readonly header: string;
  /** The `@@` line. */
  readonly section: string;
  /** Lines of the hunk with their marks; null where some are left out. The last one is what the comment is about. */
  readonly lines: readonly (string | null)[];
  /** The last line in the tree after the patch, from 1; null when the patch removes it. */
  readonly line: number | null;
}

/** A line of a hunk, and where it is in the tree after the patch. */
interface Line {
  readonly text: string;
  readonly at: number | null;
}

/** Changed lines near an unchanged one that are quoted with it. */
const CHANGES = 6;
/** Lines that a statement may take. */
const STATEMENT = 4;

/**
 * The lines of a patch to quote above a comment: the one that is meant, what it stands under, and what was changed
 * there. The first of `places` that the patch adds is meant, else the first that a hunk shows, else the change that
 * is nearest to one of them. Null when no hunk of the patch applies.
 */
export function quote(applied: AppliedPatch, places: readonly Place[]): Quotation | null {
  const hunks = applied.patch.files.flatMap((diff, index) => hunksOf(applied, diff, index));
  const shown = (place: Place, mark: string) => {
    for (const hunk of hunks) {
      if (hunk.path !== place.file) continue;
      const at = hunk.lines.findIndex((line) => line.at === place.line && line.text.startsWith(mark));
      if (at >= 0) return { hunk, at };
    }
    return null;
  };
  for (const mark of ['+', '']) {
    for (const place of places) {
      const found = shown(place, mark);
      if (found) return quotation(found.hunk, found.at);
    }
  }
  const nearest = nearestChange(hunks, places);
  return nearest && quotation(nearest.hunk, nearest.at);
}

interface PlacedHunk {
  readonly path: string;
  readonly header: string;
  readonly section: string;
  readonly lines: readonly Line[];
}

/** The hunks of one file that were applied, each line with its place. */
function hunksOf({ files }: AppliedPatch, diff: FileDiff, index: number): PlacedHunk[] {
  const result = files[index];
  const path = diff.newPath ?? diff.oldPath!;
  if (!result) return [];
  const placed: PlacedHunk[] = [];
  let added = 0;
  diff.hunks.forEach((hunk, number) => {
    const outcome = result.hunks[number];
    if (outcome?.status !== 'applied') return;
    const count = hunk.lines.filter((line) => line.startsWith('+')).length;
    const lines = placeLines(hunk, outcome.line, result.addedLines.slice(added, added + count));
    added += count;
    const header = diff.newPath === null ? `--- a/${path}` : `+++ b/${path}`;
    placed.push({ path, header, section: sectionLine(hunk), lines });
  });
  return placed;
}

/** Added lines are where applying has put them; those around them follow. */
function placeLines({ lines }: Hunk, start: number, added: readonly number[]): Line[] {
  const firstAdded = lines.findIndex((line) => line.startsWith('+'));
  const before = lines.slice(0, Math.max(firstAdded, 0)).filter((line) => line.startsWith(' ')).length;
  let next = firstAdded < 0 ? start : added[0]! - before;
  let count = 0;
  return lines
    .filter((line) => !line.startsWith('\\'))
    .map((text) => {
      if (text.startsWith('-')) return { text, at: null };
      if (text.startsWith('+')) next = added[count++]!;
      return { text, at: next++ };
    });
}

function sectionLine({ oldStart, oldLines, newStart, newLines, section }: Hunk): string {
  const range = (start: number, count: number) => (count === 1 ? `${start}` : `${start},${count}`);
  return `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@ ${section}`.trimEnd();
}

/** The changed line that is nearest to one of the places, in the same file if there is one. */
function nearestChange(
  hunks: readonly PlacedHunk[],
  places: readonly Place[],
): { hunk: PlacedHunk; at: number } | null {
  let best: { hunk: PlacedHunk; at: number } | null = null;
  let least = Infinity;
  for (const hunk of hunks) {
    let line = 0;
    hunk.lines.forEach(({ text, at: own }, at) => {
      line = own ?? line;
      if (text.startsWith(' ')) return;
      const near = places
        .filter(({ file }) => file === hunk.path)
        .map((place) => Math.abs(place.line - line));
      const distance = Math.min(...near, Number.MAX_SAFE_INTEGER);
      if (distance < least) {
        least = distance;
        best = { hunk, at };
      }
    });
  }
  return best;
}

function quotation({ path, header, section, lines }: PlacedHunk, meant: number): Quotation {
  const kept = new Set([meant, ...around(lines, meant)]);
  const last = statementEnd(lines, meant);
  for (let at = meant; at <= last; at++) kept.add(at);
  const quoted: (string | null)[] = [];
  let before: number | null = null;
  for (const at of [...kept].sort((a, b) => a - b)) {
    const left = before === null ? 0 : at - before - 1;
    // A line or two that are left out would take as much room as what stands for them.
    if (left > 2) quoted.push(null);
    else if (before !== null) quoted.push(...lines.slice(before + 1, at).map((line) => line.text));
    quoted.push(lines[at]!.text);
    before = at;
  }
  return { path, header, section, lines: quoted, line: lines[meant]!.at };
}

/** What has to be seen with a line: the condition or loop it stands under, and for an unchanged one the change. */
function around(lines: readonly Line[], meant: number): number[] {
  const kept: number[] = [];
  const depth = indentation(lines[meant]!.text);
  for (let at = meant - 1; at >= 0; at--) {
    const { text } = lines[at]!;
    if (text.startsWith('-') || !/^.\s*(?:\}|\w)/.test(text) || indentation(text) >= depth) continue;
    if (!/^.\w+:/.test(text)) kept.push(at);
    break;
  }
  const changed = (at: number) => !(lines[at]?.text.startsWith(' ') ?? true);
  let edge = meant;
  if (!changed(meant)) {
    while (edge > 0 && !changed(edge)) edge--;
    if (!changed(edge)) return kept;
    for (let at = edge; at >= 0 && changed(at) && edge - at < CHANGES; at--) kept.push(at);
    return kept;
  }
  // What the line replaces stands right in front of the lines that are added with it.
  while (edge > 0 && lines[edge - 1]!.text.startsWith('+')) edge--;
  if (meant - edge > 1) return kept;
  for (let at = edge - 1; at >= 0 && lines[at]!.text.startsWith('-') && edge - at <= 3; at--) kept.push(at);
  return kept;
}

/** The last line of the statement that begins there. */
function statementEnd(lines: readonly Line[], begin: number): number {
  const mark = lines[begin]!.text.charAt(0);
  let end = begin;
  while (end - begin < STATEMENT && !/[;{}:]\s*(?:\/\*.*|\/\/.*)?$/.test(lines[end]!.text)) {
    if (lines[end + 1]?.text.charAt(0) !== mark) break;
    end++;
  }
  return end;
}

/** Columns in front of the code, the mark aside. */
function indentation(line: string): number {
  let column = 0;
  for (const character of line.slice(1)) {
    if (character === '\t') column += 8 - (column % 8);
    else if (character === ' ') column++;
    else break;
  }
  return column;
}
