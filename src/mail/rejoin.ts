import { formatHunkHeader, parseHunkHeader, type HunkHeader } from '../patch/hunk.js';

/** One line of a mail in which a hunk may have been broken up. */
export interface Piece {
  readonly text: string;
  /** Columns the line had in the mail, with its quote marks. */
  readonly width: number;
  /** Not at the depth of the diff: the rest of a wrapped line, or what somebody wrote between. */
  readonly loose: boolean;
  /** The mail says that the next line continues this one. */
  readonly soft: boolean;
}

/** A hunk that was put together again. */
export interface RejoinedHunk {
  /** The `@@` line and the lines of the hunk; its counts are those of the lines. */
  readonly lines: readonly string[];
  /** Index of the first piece after it. */
  readonly end: number;
  /** Lines that were put together from several. */
  readonly rejoined: number;
  /** True when not all lines that the `@@` line promises are there. */
  readonly partial: boolean;
}

type Reading = 'line' | 'blankLost' | 'continuation' | 'skip';

/** One way of reading the pieces so far. */
interface Path {
  readonly cost: number;
  readonly oldSeen: number;
  readonly newSeen: number;
  readonly reading: Reading;
  readonly piece: number;
  readonly before: Path | null;
}

/** Ways of reading that are followed at the same time. Few are plausible; this bounds the work per line. */
const BEAM = 40;
/** Lines that a hunk may have more than its counts say, because of wrapping and remarks. */
const MAX_EXTRA = 400;

/**
 * Puts a hunk together again whose lines were wrapped, have lost their leading blank, or have remarks between
 * them. `at` is the index of its `@@` line; `squeezed` says that in this mail lines of context have generally
 * lost their leading blank.
 *
 * A line such as "- foo" may be a removed line or the rest of a wrapped one. What decides is which way of
 * reading all the lines meets the counts of the `@@` line, and of several ways, which asks for the least:
 * every deviation from the plain reading has a cost. Linear in the number of pieces.
 */
export function rejoinHunk(pieces: readonly Piece[], at: number, squeezed: boolean): RejoinedHunk {
  const header = parseHunkHeader(pieces[at]!.text)!;
  const last = lastPiece(pieces, at, header);
  const best = cheapestReading(pieces, at, last, header, squeezed);
  return best ? written(pieces, at, header, best, false) : plainReading(pieces, at, last, header, squeezed);
}

/** True for lines that cannot be part of a hunk: the next hunk, the next file. */
export function endsHunk(pieces: readonly Piece[], at: number): boolean {
  const { text, loose } = pieces[at]!;
  if (loose) return false;
  if (text.startsWith('@@ -')) return parseHunkHeader(text) !== null;
  if (text.startsWith('diff --git ') || text.startsWith('Index: ')) return true;
  return text.startsWith('--- ') && (pieces[at + 1]?.text.startsWith('+++ ') ?? false);
}

function lastPiece(pieces: readonly Piece[], at: number, header: HunkHeader): number {
  const limit = Math.min(pieces.length, at + 1 + header.oldLines + header.newLines + MAX_EXTRA);
  let last = at + 1;
  while (last < limit && !endsHunk(pieces, last)) last++;
  return last;
}

function cheapestReading(
  pieces: readonly Piece[],
  at: number,
  last: number,
  header: HunkHeader,
  squeezed: boolean,
): Path | null {
  let paths: Path[] = [{ cost: 0, oldSeen: 0, newSeen: 0, reading: 'line', piece: at, before: null }];
  let best: Path | null = null;
  let bestCost = Infinity;
  for (let i = at + 1; ; i++) {
    for (const path of paths) {
      if (path.oldSeen !== header.oldLines || path.newSeen !== header.newLines || path.reading === 'skip')
        continue;
      const cost = path.cost + (i < last ? costOfEndingBefore(pieces[i]!) : 0);
      if (cost < bestCost) [best, bestCost] = [path, cost];
    }
    if (i >= last || paths.length === 0) return best;
    paths = prune(paths.flatMap((path) => readingsOf(pieces, i, path, header, squeezed)));
  }
}

function readingsOf(
  pieces: readonly Piece[],
  i: number,
  path: Path,
  header: HunkHeader,
  squeezed: boolean,
): Path[] {
  const { text, loose } = pieces[i]!;
  const mark = text[0];
  const readings: Path[] = [];
  const add = (reading: Reading, cost: number, old: number, added: number) => {
    const oldSeen = path.oldSeen + old;
    const newSeen = path.newSeen + added;
    if (oldSeen > header.oldLines || newSeen > header.newLines) return;
    readings.push({ cost: path.cost + cost, oldSeen, newSeen, reading, piece: i, before: path });
  };
  if (loose) {
    if (text.trim() === '') add('blankLost', 2, 1, 1);
    add('skip', path.reading === 'skip' || text.trim() === '' ? 0 : 0.5, 0, 0);
  } else if (mark === ' ') add('line', 0, 1, 1);
  else if (mark === '+') add('line', 0, 0, 1);
  else if (mark === '-') add('line', 0, 1, 0);
  else if (mark === '\\' && text.startsWith('\\ No newline')) {
    add('line', 0, 0, 0);
    return readings;
  } else if (text === '') {
    add('blankLost', 0.1, 1, 1);
    add('skip', 1.5, 0, 0);
  } else {
    add('blankLost', squeezed ? 0.1 : mark === '\t' ? 0.5 : 6, 1, 1);
    add('skip', 4, 0, 0);
  }
  // In a squeezed mail a line of context may begin with an operator.
  if (squeezed && !loose && (mark === '+' || mark === '-')) add('blankLost', 3, 1, 1);
  if (text.trim() !== '' && path.reading !== 'skip') {
    const marked = mark === '+' || mark === '-' || mark === ' ';
    add('continuation', costOfWrap(pieces[i - 1]!, text, squeezed) + (marked && !loose ? 1.5 : 0), 0, 0);
  }
  return readings;
}

/** How far-fetched it is that `text` is the rest of the line before: less so when that line was full. */
function costOfWrap(before: Piece, text: string, squeezed: boolean): number {
  if (before.soft) return 0;
  if (before.text.trim() === '') return 9;
  const word = /^\S{0,200}/.exec(text.trimStart())![0];
  const width = before.width + 1 + word.length + (squeezed ? 8 : 0);
  // Mailers wrap full lines, and rarely one that is a statement.
  const slack = Math.max(0, 72 - before.width) * 0.02 + (/[;{}]$|\*\/$/.test(before.text) ? 1 : 0);
  if (width >= 77) return 0.2 + slack;
  if (width >= 70) return 0.6 + slack;
  return width >= 60 ? 2.5 + slack : 7;
}

function costOfEndingBefore(next: Piece): number {
  if (next.loose || next.text === '' || /^--? ?$/.test(next.text)) return 0;
  if (/^[ +-]/.test(next.text)) return 3;
  return 0.5;
}

/** Keeps, of the ways that have seen the same counts, the cheapest, and of those the cheapest few. */
function prune(paths: Path[]): Path[] {
  paths.sort((a, b) => a.cost - b.cost);
  const kept: Path[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const key = `${path.oldSeen} ${path.newSeen} ${path.reading === 'skip'}`;
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(path);
    if (kept.length === BEAM) break;
  }
  return kept;
}

function written(
  pieces: readonly Piece[],
  at: number,
  header: HunkHeader,
  end: Path,
  partial: boolean,
): RejoinedHunk {
  const path: Path[] = [];
  for (let step: Path | null = end; step?.before; step = step.before) path.push(step);
  path.reverse();
  const lines: string[] = [pieces[at]!.text];
  let rejoined = 0;
  for (const step of path) {
    const { text } = pieces[step.piece]!;
    if (step.reading === 'line') lines.push(text);
    else if (step.reading === 'blankLost') lines.push(` ${text}`);
    else if (step.reading === 'continuation') {
      if (lines.length > 1) rejoined++;
      lines[lines.length - 1] = joined(lines.at(-1)!, text, pieces[step.piece - 1]!);
    }
  }
  const section = parseHunkHeader(lines[0]!)?.section ?? header.section;
  lines[0] = formatHunkHeader({ ...header, section });
  return { lines, end: end.piece + 1, rejoined, partial };
}

function joined(before: string, text: string, piece: Piece): string {
  if (piece.soft) return before + text.trimStart();
  return `${before.trimEnd()} ${text.trimStart()}`;
}

/**
 * The reading of a hunk of which only a part was quoted: line by line, until something comes that is none of
 * it. The counts of the `@@` line become those of what is there.
 */
function plainReading(
  pieces: readonly Piece[],
  at: number,
  last: number,
  header: HunkHeader,
  squeezed: boolean,
): RejoinedHunk {
  let path: Path = { cost: 0, oldSeen: 0, newSeen: 0, reading: 'line', piece: at, before: null };
  for (let i = at + 1; i < last; i++) {
    const { text, loose } = pieces[i]!;
    let reading: Reading;
    if (loose) reading = costOfWrap(pieces[i - 1]!, text, squeezed) < 0.5 ? 'continuation' : 'skip';
    else if (/^[ +-]/.test(text) && !/^-- ?$/.test(text)) reading = 'line';
    else if (text === '' || text.startsWith('\t')) reading = 'blankLost';
    else if (costOfWrap(pieces[i - 1]!, text, squeezed) < 0.5) reading = 'continuation';
    else if (squeezed && !/^(?:\[?\.\.\.|<?snip)/.test(text)) reading = 'blankLost';
    else break;
    path = { ...path, reading, piece: i, before: path };
  }
  const hunk = written(pieces, at, header, path, true);
  const lines = [...hunk.lines];
  while (lines.length > 1 && lines.at(-1)!.trim() === '') lines.pop();
  const body = lines.slice(1);
  const section = parseHunkHeader(lines[0]!)?.section ?? header.section;
  lines[0] = formatHunkHeader({
    ...header,
    oldLines: body.filter((line) => line[0] === ' ' || line[0] === '-').length,
    newLines: body.filter((line) => line[0] === ' ' || line[0] === '+').length,
    section,
  });
  return { ...hunk, lines };
}
