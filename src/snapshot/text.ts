import type { Hunk } from '../patch/patch.js';
import { bareLine } from '../patch/text.js';
import { BLANK, callsSame, MARK, markOf } from './lines.js';

/** One line of a function, as far as it is known. A line that a patch leaves as it is stays the same object. */
export interface Line {
  readonly mark: string;
  /** Its number in the release; null for one that a patch brings. */
  readonly at: number | null;
  /** Null until a patch of the series shows it. */
  text: string | null;
  /** Where people find it: as the last patch that shows it counts, else as the release does. */
  number: number;
  /** The patches after which that is its number. */
  since: number;
}

/** What a line is told from others by. */
export type Marked = Pick<Line, 'mark'>;

/** A hunk's lines without those that are blank, with their numbers before and after. */
export class HunkText {
  readonly lines: readonly HunkTextLine[];
  /** The first line of the hunk, for who has to choose between places. */
  readonly start: number;
  private knownChange: Change | null = null;
  private knownBefore: readonly HunkTextLine[] | null = null;
  private knownAfter: readonly HunkTextLine[] | null = null;

  constructor(lines: readonly HunkTextLine[], start: number) {
    this.lines = lines;
    this.start = start;
  }

  /** The lines that are there before the patch. */
  get before(): readonly HunkTextLine[] {
    return (this.knownBefore ??= this.lines.filter(({ sign }) => sign !== '+'));
  }

  /** Those that are there after it. */
  get after(): readonly HunkTextLine[] {
    return (this.knownAfter ??= this.lines.filter(({ sign }) => sign !== '-'));
  }

  /** What it does to code. */
  get change(): Change {
    return (this.knownChange ??= changeIn(this.lines));
  }
}

/** The lines of code that a hunk adds and removes, and those around, the nearest first. */
interface Change {
  readonly front: readonly HunkTextLine[];
  readonly back: readonly HunkTextLine[];
  readonly added: readonly HunkTextLine[];
  readonly removed: readonly HunkTextLine[];
}

export class HunkTextLine {
  readonly sign: ' ' | '+' | '-';
  readonly content: string;
  /** After the patch; of a line that it removes, before. */
  readonly number: number;
  /** Before the patch; of a line that it adds, that of the line which follows. */
  readonly before: number;
  private knownMark: string | null = null;

  constructor(sign: HunkTextLine['sign'], content: string, number: number, before: number) {
    this.sign = sign;
    this.content = content;
    this.number = number;
    this.before = before;
  }

  /** Made when it is asked for: most files of a series are none of which a snapshot has lines. */
  get mark(): string {
    return (this.knownMark ??= markOf(this.content));
  }

  /** The same line, so many lines further down. */
  movedBy(offset: number): HunkTextLine {
    const moved = new HunkTextLine(this.sign, this.content, this.number + offset, this.before + offset);
    moved.knownMark = this.knownMark;
    return moved;
  }
}

/** A line of a function that a patch adds as a whole. */
export class AddedLine implements Line {
  readonly at = null;
  readonly text: string;
  number: number;
  since: number;
  private readonly shown: HunkTextLine;

  constructor(shown: HunkTextLine, since: number) {
    this.shown = shown;
    this.text = shown.content;
    this.number = shown.number;
    this.since = since;
  }

  /** Asked for only where other patches of the series change the file. */
  get mark(): string {
    return this.shown.mark;
  }
}

/** How well a hunk fits, the best first. */
export type Fitting = 'whole' | 'part' | 'evolved' | 'fuzzy';

/** How a hunk stands to the lines of a function. */
export interface Fit {
  /**
   * `whole`: all of it is in the function. `part`: it begins before the function or ends behind it. `evolved`: the
   * function has what it brings, in code that has moved on. `fuzzy`: some context differs.
   */
  readonly fitting: Fitting;
  /** `before`: the function is as the hunk expects it. `after`: it has what the hunk brings. */
  readonly as: 'before' | 'after';
  /** Index of the first and behind the last line of the hunk that is in the function. */
  readonly from: number;
  readonly to: number;
  /** Index among the function's lines of the hunk's first line there. */
  readonly at: number;
  /** Lines of context at the ends that differ. */
  readonly fuzz: number;
}

/** Lines of context at each end that may differ, as for GNU patch. */
export const MAX_FUZZ = 2;
/** Lines of a function that a hunk must show where it reaches beyond it. */
export const ENOUGH = 3;
/** How far apart the context of a change may be in code that has moved on. */
const APART = 60;

/** Reads a hunk's lines. */
export function hunkText(hunk: Hunk): HunkText {
  const lines: HunkTextLine[] = [];
  let before = hunk.oldStart;
  let after = hunk.newStart;
  for (const line of hunk.lines) {
    const sign = line[0];
    if (sign !== ' ' && sign !== '+' && sign !== '-') continue;
    const content = line.slice(1);
    if (/\S/.test(content))
      lines.push(new HunkTextLine(sign, content, sign === '-' ? before : after, before));
    if (sign !== '+') before++;
    if (sign !== '-') after++;
  }
  return new HunkText(lines, hunk.oldStart);
}

/** A hunk whose lines are so many lines further down. */
export function movedBy(text: HunkText, offset: number): HunkText {
  if (offset === 0) return text;
  return new HunkText(
    text.lines.map((line) => line.movedBy(offset)),
    text.start + offset,
  );
}

/** The lines of a function of the release, from the text that a snapshot has for them. */
export function linesOf(marks: string, first: number): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at * MARK < marks.length; at++) {
    const mark = marks.slice(at * MARK, (at + 1) * MARK);
    if (mark !== BLANK) lines.push({ mark, at: first + at, text: null, number: first + at, since: 0 });
  }
  return lines;
}

/**
 * The ways in which a hunk may fit into a function: one that comes later is for what none before it is found for. Each
 * gives null where the hunk does not fit so, or changes nothing in the function.
 */
export const FITS: readonly ((lines: readonly Marked[], hunk: HunkText) => Fit | null)[] = [
  fitExactly,
  fitEvolved,
  fitNearly,
];

/** `whole` or `part`. */
export function fitExactly(lines: readonly Marked[], { lines: hunk, before, after }: HunkText): Fit | null {
  const asBefore = place(lines, hunk, before, 'before', 0);
  const asAfter = place(lines, hunk, after, 'after', 0);
  if (asBefore && asAfter) {
    if (asBefore.fitting !== asAfter.fitting) return asBefore.fitting === 'whole' ? asBefore : asAfter;
    // The longer run tells more: of a hunk that only adds, the one that has what is added.
    return after.length > before.length ? asAfter : asBefore;
  }
  return asBefore ?? asAfter;
}

function fitEvolved(lines: readonly Marked[], hunk: HunkText): Fit | null {
  const at = holdsChange(lines, hunk);
  return at === null ? null : { fitting: 'evolved', as: 'after', from: 0, to: 0, at, fuzz: 0 };
}

function fitNearly(lines: readonly Marked[], { lines: hunk, before }: HunkText): Fit | null {
  for (let fuzz = 1; fuzz <= MAX_FUZZ; fuzz++) {
    const near = place(lines, hunk, before, 'before', fuzz);
    if (near?.fitting === 'fuzzy') return near;
  }
  return null;
}

/** Finds a run of lines in a function. It may begin before the function or end behind it, if enough of it is inside. */
function place(
  lines: readonly Marked[],
  hunk: readonly HunkTextLine[],
  run: readonly HunkTextLine[],
  as: Fit['as'],
  fuzz: number,
): Fit | null {
  const part = trimmed(run, fuzz);
  if (!mayHold(lines, part)) return null;
  let best: Fit | null = null;
  let bestLength = 0;
  for (let offset = 1 - part.length; offset < lines.length; offset++) {
    const from = Math.max(0, -offset);
    const to = Math.min(part.length, lines.length - offset);
    const length = to - from;
    if (length <= bestLength || (length < part.length && length < ENOUGH)) continue;
    let same = true;
    for (let at = from; same && at < to; at++) same = part[at]!.mark === lines[offset + at]!.mark;
    if (!same || !tells(part.slice(from, to))) continue;
    const first = hunk.indexOf(part[from]!);
    const last = hunk.indexOf(part[to - 1]!);
    // Lines that are added at the ends of the hunk belong to the function, unless that begins or ends there.
    const begin = offset + from > 0 ? withAdded(hunk, first, -1) : first;
    const end = (offset + to < lines.length ? withAdded(hunk, last, 1) : last) + 1;
    if (!hunk.slice(begin, end).some(({ sign }) => sign !== ' ')) continue;
    const fitting = length < part.length ? 'part' : fuzz > 0 ? 'fuzzy' : 'whole';
    best = { fitting, as, from: begin, to: end, at: offset + from, fuzz };
    bestLength = length;
  }
  return best;
}

/** A run of a hunk's lines without so many lines of context at its ends. */
export function trimmed(run: readonly HunkTextLine[], fuzz: number): readonly HunkTextLine[] {
  if (fuzz === 0) return run;
  const lead = Math.min(
    fuzz,
    run.findIndex(({ sign }) => sign !== ' '),
  );
  const trail = Math.min(fuzz, run.length - 1 - run.findLastIndex(({ sign }) => sign !== ' '));
  return run.slice(Math.max(lead, 0), run.length - Math.max(trail, 0));
}

/** Has the function enough of the run's lines one after the other, wherever it has them? */
function mayHold(lines: readonly Marked[], run: readonly HunkTextLine[]): boolean {
  const enough = Math.min(run.length, ENOUGH);
  const marks = marksIn(lines);
  let held = 0;
  for (const { mark } of run) {
    held = marks.has(mark) ? held + 1 : 0;
    if (held >= enough) return true;
  }
  return false;
}

const marksOfLines = new WeakMap<readonly Marked[], ReadonlySet<string>>();

function marksIn(lines: readonly Marked[]): ReadonlySet<string> {
  let marks = marksOfLines.get(lines);
  if (!marks) marksOfLines.set(lines, (marks = new Set(lines.map(({ mark }) => mark))));
  return marks;
}

/** Is the function over before the hunk's first change? */
export function endsBefore(lines: readonly Marked[], { lines: hunk }: HunkText): boolean {
  const first = hunk.findIndex(({ sign }) => sign !== ' ');
  const context = hunk.slice(0, Math.max(first, 0));
  const end = context.findLastIndex(({ content }) => content.startsWith('}'));
  if (end < 0) return context.length > 0 && context.every(({ content }) => /^\S/.test(content));
  return context.slice(0, end + 1).every(({ mark }, index) => lines.at(index - end - 1)?.mark === mark);
}

function withAdded(hunk: readonly HunkTextLine[], at: number, step: 1 | -1): number {
  let index = at;
  while (hunk[index + step]?.sign === '+') index += step;
  return index;
}

/** Is there anything but braces in it? Sentences of comments tell as much as code. */
function tells(run: readonly HunkTextLine[]): boolean {
  const telling = run.filter(({ content }) => isCode(content) || isSentence(content));
  return telling.length >= Math.min(2, run.length);
}

/** A line of a comment that is hardly found twice in a file. */
function isSentence(content: string): boolean {
  return /^\s*(?:\/?\*|\/\/)/.test(content) && (content.match(/\w+/g) ?? []).length >= 3;
}

/** Not only braces, and no comment. */
function isCode(content: string): boolean {
  const bare = bareLine(content);
  return /[\w]/.test(bare) && !/^(\/?\*|\/\/|(}?else)?{?$|break;$)/.test(bare);
}

/**
 * Does the function have what the hunk adds, though the code around has moved on? At least two thirds of the added
 * lines of code are between lines of its context, by their text or by what they call, and nothing that it removes is.
 *
 * @returns the index of the line of context in front, or null
 */
function holdsChange(lines: readonly Marked[], { change }: HunkText): number | null {
  const { front, back, added, removed } = change;
  if (front.length === 0 || added.length === 0) return null;
  const marks = marksIn(lines);
  const find = (wanted: readonly HunkTextLine[]): number[] => {
    const held = wanted.find(({ mark }) => marks.has(mark));
    return held ? lines.flatMap((line, index) => (line.mark === held.mark ? [index] : [])) : [];
  };
  const ends = find(back);
  if (ends.length === 0) return null;
  for (const start of find(front)) {
    for (const end of ends) {
      if (end <= start || end - start > APART) continue;
      const between = lines.slice(start + 1, end);
      const held = added.filter(({ mark, content }) =>
        between.some((line) => line.mark === mark || callsSame(content, line.mark)),
      );
      const kept = removed.some(({ mark }) => between.some((line) => line.mark === mark));
      if (!kept && held.length * 3 >= added.length * 2) return start;
    }
  }
  return null;
}

function changeIn(hunk: readonly HunkTextLine[]): Change {
  const first = hunk.findIndex(({ sign }) => sign !== ' ');
  const last = hunk.findLastIndex(({ sign }) => sign !== ' ');
  const code = (line: HunkTextLine): boolean => isCode(line.content);
  const front = hunk.slice(0, first).filter(code).reverse();
  const back = hunk.slice(last + 1).filter(code);
  const added = hunk.filter((line) => line.sign === '+' && code(line));
  const removed = hunk.filter(
    (line) => line.sign === '-' && code(line) && !added.some((other) => other.mark === line.mark),
  );
  return { front, back, added, removed };
}

/**
 * The function's lines after a hunk that fits as `before`, or the same lines where it fits as `after`. Either way the
 * lines that it shows get their text, for all who hold them.
 *
 * @param since the patches up to and with this one
 */
export function applyHunk(
  lines: readonly Line[],
  { lines: hunk }: HunkText,
  where: Fit,
  since: number,
): readonly Line[] {
  const missing = where.as === 'before' ? '+' : '-';
  const after = lines.slice(0, where.at);
  let at = where.at;
  for (let index = where.from; index < where.to; index++) {
    const { sign, content, mark, number } = hunk[index]!;
    if (sign === missing) {
      if (sign === '+') after.push({ mark, at: null, text: content, number, since });
      continue;
    }
    const line = lines[at++]!;
    line.text ??= content;
    line.number = number;
    line.since = since;
    if (sign !== '-') after.push(line);
  }
  return where.as === 'after' ? lines : [...after, ...lines.slice(at)];
}
