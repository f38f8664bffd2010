import { assertHunkCount } from '../patch/diff.js';
import { parseHunkHeader } from '../patch/hunk.js';
import type { MessageText } from './message.js';
import { readQuotes, unquote, type QuotedLine } from './quote.js';
import { endsHunk, LATE_MARK, MAX_PUZZLE, rejoinHunk, type Piece } from './rejoin.js';

/** A diff recovered from a mail that quotes it, wraps it, or has lost its white space. */
export interface RecoveredDiff {
  /** How many `>` were in front of it; 0 when it was not quoted. */
  readonly depth: number;
  /** The lines above the diff, at its depth: the commit message. */
  readonly above: readonly string[];
  /** The diff, with each hunk whole; '' stands where other text was. */
  readonly diff: readonly string[];
  /** The lines below it. */
  readonly below: readonly string[];
  /** True when lines of the diff had to be put together, or had lost their leading blank. */
  readonly damaged: boolean;
  /** Hunks of which only a part was there; `diff` has that part. */
  readonly partial: number;
  /** Those that are there whole. */
  readonly whole: number;
}

/** Lines of broken hunks in one mail over which it is worth puzzling; the rest is read line by line. */
const MAX_PUZZLES = 60_000;

/**
 * Looks for a diff in a mail's text at every depth of quoting, and recovers the one with the most hunks (of
 * several with as many, the least quoted). Gives null when there is none.
 *
 * @param only looks at this depth alone
 * @throws RectoError 'too-large' when there are more hunks than one patch may have.
 */
export function recoverDiff(body: MessageText, only: number | null = null): RecoveredDiff | null {
  const lines = readQuotes(withPlainBlanks(body));
  const hunksAt = new Map<number, number>();
  for (const { depth, rest } of lines) {
    const text = rest.startsWith(' ') ? rest.slice(1) : rest;
    if (text.startsWith('@@ -') && parseHunkHeader(text)) hunksAt.set(depth, (hunksAt.get(depth) ?? 0) + 1);
  }
  for (const hunks of hunksAt.values()) assertHunkCount(hunks);
  const depths = [...hunksAt].sort(([depthA, a], [depthB, b]) => b - a || depthA - depthB);
  for (const [depth] of depths) {
    if (only !== null && depth !== only) continue;
    const recovered = recoverAt(piecesAt(lines, depth), depth);
    if (recovered) return recovered;
  }
  return null;
}

/** Mailers write no-break spaces to keep blanks from being squeezed; the diff had ordinary ones, or tabs. */
function withPlainBlanks(body: MessageText): MessageText {
  return body.text.includes('\u00a0') ? { ...body, text: body.text.replaceAll('\u00a0', ' ') } : body;
}

/** The lines at one depth, and the less quoted ones that touch them. */
function piecesAt(lines: readonly QuotedLine[], depth: number): Piece[] {
  const texts = unquote(lines.filter((line) => line.depth === depth));
  const pieces: Piece[] = [];
  let next = 0;
  let touching = false;
  lines.forEach((line, i) => {
    const { width, soft } = line;
    if (line.depth === depth) {
      const text = texts[next++]!;
      // Thunderbird joins a blank line of context and the line after it.
      const joined = depth > 0 && /^ {2,}(?:@@ -\d|diff --git )/.test(text);
      if (joined) pieces.push({ text: ' ', width, loose: false, soft: false });
      pieces.push({ text: joined ? text.trimStart() : text, width, loose: false, soft });
      touching = true;
    } else if (line.depth < depth && touching) {
      const blank = line.rest.trim() === '';
      // A blank line ends what was quoted, unless the quote goes on right after it.
      if (blank && lines[i + 1]?.depth !== depth) touching = false;
      else pieces.push({ text: blank ? '' : line.rest, width, loose: true, soft });
    } else touching = false;
  });
  return pieces;
}

function recoverAt(pieces: readonly Piece[], depth: number): RecoveredDiff | null {
  const start = pieces.findIndex((_, i) => startsFile(pieces, i));
  if (start < 0) return null;
  const damage = {
    squeezed: contextLostItsBlank(pieces.slice(start)),
    swallowsBlanks: depth > 0 && pieces.some((piece) => !piece.loose && LATE_MARK.test(piece.text)),
  };
  const diff: string[] = [];
  let end = start;
  let damaged = damage.squeezed;
  let partial = 0;
  let changes = 0;
  let whole = 0;
  let puzzle = MAX_PUZZLES;
  for (let i = start; i < pieces.length;) {
    const { text, loose } = pieces[i]!;
    if (!loose && text.startsWith('@@ -') && parseHunkHeader(text)) {
      const hunk = rejoinHunk(pieces, i, damage, Math.min(puzzle, MAX_PUZZLE));
      puzzle -= hunk.unbroken ? 0 : hunk.end - i;
      if (hunk.mended > 0) damaged = true;
      if (hunk.lines.some((line) => line[0] === '+' || line[0] === '-')) {
        for (const line of hunk.lines) diff.push(line);
        changes++;
        if (hunk.partial) partial++;
        else whole++;
      } else partial++;
      i = hunk.end;
      end = i;
    } else if (loose) i++;
    else {
      const line = fileLine(pieces, i);
      diff.push(line);
      i += line === text ? 1 : 2;
      if (line !== '') end = i;
    }
  }
  if (changes === 0) return null;
  const texts = (some: readonly Piece[]) => some.filter((piece) => !piece.loose).map((piece) => piece.text);
  return {
    depth,
    above: texts(pieces.slice(0, start)),
    diff,
    below: texts(pieces.slice(end)),
    damaged,
    partial,
    whole,
  };
}

function startsFile(pieces: readonly Piece[], at: number): boolean {
  const { text, loose } = pieces[at]!;
  if (loose) return false;
  return text.startsWith('diff --git ') || (text.startsWith('--- ') && endsHunk(pieces, at));
}

/** A line outside of the hunks; a `diff --git` line that was wrapped is put together. */
function fileLine(pieces: readonly Piece[], at: number): string {
  const { text } = pieces[at]!;
  const next = pieces[at + 1]?.text;
  if (!text.startsWith('diff --git ') || next === undefined || text.trimEnd().split(' ').length > 3)
    return text;
  return `${text.trimEnd()} ${next.trim()}`;
}

/** True when more lines of context have lost their leading blank than have one. */
function contextLostItsBlank(pieces: readonly Piece[]): boolean {
  let kept = 0;
  let lost = 0;
  let left = 0;
  for (const { text, loose } of pieces) {
    const header = text.startsWith('@@ -') ? parseHunkHeader(text) : null;
    if (header) left = header.oldLines + header.newLines;
    else if (left > 0 && !loose && text !== '') {
      const context = !/^[+-]/.test(text);
      left -= context ? 2 : 1;
      if (context && text.startsWith(' ')) kept++;
      else if (context) lost++;
    }
  }
  return lost > kept;
}
