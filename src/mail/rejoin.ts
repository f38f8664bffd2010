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

/** What a mail generally does to the lines of a diff. */
export interface LineDamage {
  /** Lines of context have lost their leading blank. */
  readonly squeezed: boolean;
  /** Blank lines of context are joined to the line after them. */
  readonly swallowsBlanks: boolean;
}

/** A hunk that was put together again. */
export interface RejoinedHunk {
  /** The `@@` line and the lines of the hunk; its counts are those of the lines. */
  readonly lines: readonly string[];
  /** Index of the first piece after it. */
  readonly end: number;
  /** Lines that were put together or taken apart. */
  readonly mended: number;
  /** True when not all lines that the `@@` line promises are there. */
  readonly partial: boolean;
  /** True when nothing had to be mended. */
  readonly unbroken: boolean;
}

/**
 * What a piece is taken for: a line as it is; a line of context without its leading blank; the rest of the line
 * before; a line with blanks in front of its mark; a line that has swallowed the blank line of context before
 * it; a line with the next one, which is but a brace, joined to it; nothing.
 */
type Reading = 'line' | 'blankLost' | 'continuation' | 'late' | 'afterBlank' | 'braceJoined' | 'skip';

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
const BEAM = 16;
/** Lines that a hunk may have more than its counts say, because of wrapping and remarks. */
const MAX_EXTRA = 400;
/** Longer hunks than this are read line by line only. */
export const MAX_PUZZLE = 4000;

/**
 * Puts a hunk together again whose lines were wrapped, have lost their leading blank, or have remarks between
 * them. `at` is the index of its `@@` line; `damage` says what happens in this mail generally.
 *
 * A line such as "- foo" may be a removed line or the rest of a wrapped one. What decides is which way of
 * reading all the lines meets the counts of the `@@` line, and of several ways, which asks for the least:
 * every deviation from the plain reading has a cost. Linear in the number of pieces; a hunk of more than
 * `puzzle` pieces that is not whole is read line by line.
 */
export function rejoinHunk(
  pieces: readonly Piece[],
  at: number,
  damage: LineDamage,
  puzzle: number = MAX_PUZZLE,
): RejoinedHunk {
  const header = parseHunkHeader(pieces[at]!.text)!;
  const last = lastPiece(pieces, at, header);
  const asItStands = damage.squeezed ? null : unbrokenHunk(pieces, at, last, header);
  if (asItStands) return asItStands;
  const best = last - at > puzzle ? null : cheapestReading(pieces, at, last, header, damage);
  return best ? written(pieces, at, header, best, false) : plainReading(pieces, at, last, header, damage);
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

/** The hunk, when nothing has happened to it. */
function unbrokenHunk(
  pieces: readonly Piece[],
  at: number,
  last: number,
  header: HunkHeader,
): RejoinedHunk | null {
  let oldLeft = header.oldLines;
  let newLeft = header.newLines;
  let i = at + 1;
  for (; i < last && (oldLeft > 0 || newLeft > 0 || pieces[i]!.text.startsWith('\\ No newline')); i++) {
    const { text, loose, soft } = pieces[i]!;
    if (loose || soft || !/^[ +\\-]/.test(text)) return null;
    if (text[0] === ' ' || text[0] === '-') oldLeft--;
    if (text[0] === ' ' || text[0] === '+') newLeft--;
  }
  if (oldLeft !== 0 || newLeft !== 0 || (i < last && costOfEndingBefore(pieces[i]!) > 0)) return null;
  return {
    lines: pieces.slice(at, i).map((piece) => piece.text),
    end: i,
    mended: 0,
    partial: false,
    unbroken: true,
  };
}

function cheapestReading(
  pieces: readonly Piece[],
  at: number,
  last: number,
  header: HunkHeader,
  damage: LineDamage,
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
    paths = prune(paths.flatMap((path) => readingsOf(pieces, i, path, header, damage)));
  }
}

function readingsOf(
  pieces: readonly Piece[],
  i: number,
  path: Path,
  header: HunkHeader,
  damage: LineDamage,
): Path[] {
  const { text, loose } = pieces[i]!;
  const mark = text[0];
  const readings: Path[] = [];
  const add = (reading: Reading, cost: number, oldLines: number, newLines: number) => {
    const oldSeen = path.oldSeen + oldLines;
    const newSeen = path.newSeen + newLines;
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
    add('blankLost', damage.squeezed ? 0.1 : mark === '\t' ? 0.5 : 6, 1, 1);
    add('skip', 4, 0, 0);
  }
  // In a squeezed mail a line of context may begin with an operator.
  if (damage.squeezed && !loose && (mark === '+' || mark === '-')) add('blankLost', 3, 1, 1);
  if (loose) {
    // Nothing of the following happens to what is not part of the quote.
  } else if (LATE_MARK.test(text)) {
    const line = text.trimStart();
    add('late', 2, old(line), added(line));
    add('afterBlank', 1.5, old(line) + 1, added(line) + 1);
  } else if (/^[ +-]/.test(text)) {
    const [line, brace] = braceJoined(text) ?? [];
    if (line !== undefined && brace !== undefined) {
      add('braceJoined', 4, old(line) + old(brace), added(line) + added(brace));
    }
    if (damage.swallowsBlanks && text.startsWith('  ') && text.trim() !== '') add('afterBlank', 2, 2, 2);
  }
  if (text.trim() !== '' && path.reading !== 'skip') {
    const marked = mark === '+' || mark === '-' || mark === ' ';
    add('continuation', costOfWrap(pieces[i - 1]!, text, damage) + (marked && !loose ? 1.5 : 0), 0, 0);
  }
  return readings;
}

/** A line with its mark behind blanks: Thunderbird joins a blank line and the one after it. */
export const LATE_MARK = /^ +[+-]/;

/** Takes "foo()  {" or "foo() +{" apart, which Outlook makes of two lines. */
function braceJoined(text: string): [string, string] | null {
  const match = /(?<=\S) ([ +-][{}][^{}]{0,40})$/.exec(text.slice(1).slice(-60));
  return match ? [text.slice(0, -match[0].length), match[1]!] : null;
}

/** 1 when a line of a hunk is one of the old text. */
function old(line: string): number {
  return line.startsWith('+') ? 0 : 1;
}

/** 1 when a line of a hunk is one of the new text. */
function added(line: string): number {
  return line.startsWith('-') ? 0 : 1;
}

/** How far-fetched it is that `text` is the rest of the line before: less so when that line was full. */
function costOfWrap(before: Piece, text: string, damage: LineDamage): number {
  if (before.soft) return 0;
  if (before.text.trim() === '') return 9;
  const word = /^\S{0,200}/.exec(text.trimStart())![0];
  const width = before.width + 1 + word.length + (damage.squeezed ? 8 : 0);
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
  const seen = new Set<number>();
  for (const path of paths) {
    const key = (path.oldSeen * 2 ** 21 + path.newSeen) * 2 + (path.reading === 'skip' ? 1 : 0);
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
  let mended = 0;
  for (const step of path) {
    if (['late', 'afterBlank', 'braceJoined'].includes(step.reading)) mended++;
    const { text } = pieces[step.piece]!;
    if (step.reading === 'line') lines.push(text);
    else if (step.reading === 'blankLost') lines.push(` ${text}`);
    else if (step.reading === 'late') lines.push(text.trimStart());
    else if (step.reading === 'afterBlank') lines.push(' ', LATE_MARK.test(text) ? text.trimStart() : text);
    else if (step.reading === 'braceJoined') lines.push(...braceJoined(text)!);
    else if (step.reading === 'continuation') {
      if (lines.length > 1) mended++;
      lines[lines.length - 1] = joined(lines.at(-1)!, text, pieces[step.piece - 1]!);
    }
  }
  const section = parseHunkHeader(lines[0]!)?.section ?? header.section;
  lines[0] = formatHunkHeader({ ...header, section });
  return { lines, end: end.piece + 1, mended, partial, unbroken: false };
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
  damage: LineDamage,
): RejoinedHunk {
  let path: Path = { cost: 0, oldSeen: 0, newSeen: 0, reading: 'line', piece: at, before: null };
  let [oldLeft, newLeft] = [header.oldLines, header.newLines];
  for (let i = at + 1; i < last; i++) {
    const { text, loose } = pieces[i]!;
    let reading: Reading;
    if (loose) reading = costOfWrap(pieces[i - 1]!, text, damage) < 0.5 ? 'continuation' : 'skip';
    else if (/^[ +-]/.test(text) && !/^-- ?$/.test(text)) reading = 'line';
    else if (text === '' || text.startsWith('\t')) reading = 'blankLost';
    else if (costOfWrap(pieces[i - 1]!, text, damage) < 0.5) reading = 'continuation';
    else if (damage.squeezed && !/^(?:\[?\.\.\.|<?snip)/.test(text)) reading = 'blankLost';
    else break;
    if (reading === 'line' || reading === 'blankLost') {
      const line = reading === 'line' ? text : ` ${text}`;
      [oldLeft, newLeft] = [oldLeft - old(line), newLeft - added(line)];
      if (oldLeft < 0 || newLeft < 0) break;
    }
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
