import { MAX_SEARCH_LINES } from './limits.js';
import type { Hunk } from './patch.js';
import { functionNamedBy, readSections, sectionAt, type Section } from './section.js';
import { bareLine, findRuns, indexText, type IndexedText } from './text.js';

/** One line of a hunk, taken apart. */
export interface HunkLine {
  readonly mark: ' ' | '+' | '-';
  readonly content: string;
  /** True when `\ No newline at end of file` follows. */
  readonly noNewline: boolean;
}

/** Where a hunk belongs in a text. */
export interface Place {
  /** Index of the first line in the text that the hunk, or what is left of it, stands on. */
  readonly at: number;
  /** The hunk's lines to apply there; those of context and removal are the text's own. */
  readonly lines: readonly HunkLine[];
  /** How far that is from where the `@@` line says, in lines. */
  readonly offset: number;
  /** Lines of context that were disregarded at each end. */
  readonly fuzz: number;
  readonly ignoredWhitespace: boolean;
  /** True when the text already is as the hunk would make it. */
  readonly already: boolean;
}

/** A text in which the hunks of one file are looked for, one after the other. */
export interface SearchedText {
  readonly index: IndexedText;
  readonly sections: () => readonly Section[];
  /** No hunk may begin before this line: an earlier one has been there. */
  frozen: number;
  /** By how much the last hunk was off. */
  drift: number;
  /** Lines that may still be compared. */
  budget: number;
}

/** How freely a hunk may be placed; both come with patches recovered from damaged mail. */
export interface PlacingRules {
  readonly ignoreWhitespace: boolean;
  /** A hunk with less context after its changes than before belongs at the end of the file. */
  readonly anchored: boolean;
}

const MAX_FUZZ = 2;

/** Prepares a text for `locate`. */
export function searchedText(text: string): SearchedText {
  const index = indexText(text);
  let sections: Section[] | undefined;
  return {
    index,
    sections: () => (sections ??= readSections(index.lines)),
    frozen: 0,
    drift: 0,
    budget: MAX_SEARCH_LINES,
  };
}

/**
 * Finds where a hunk belongs, or says why it belongs nowhere.
 *
 * Tried in this order, nearest to the given line first: as it is; already applied; with white space
 * disregarded (where allowed); with one and two lines of context dropped, as GNU patch does. A place outside
 * of the function that the `@@` line names counts only when it is exact at the given line, because the same
 * few lines of context occur in many functions. A hunk of which fuzz would leave nothing is not placed.
 */
export function locate(text: SearchedText, hunk: Hunk, rules: PlacingRules): Place | string {
  const lines = hunkLines(hunk);
  const search = new HunkSearch(text, hunk, lines, rules);
  const whitespace = rules.ignoreWhitespace ? [true] : [];
  const place =
    search.exactlyThere() ??
    search.alreadyThere() ??
    search.before(0, false) ??
    search.already(false) ??
    first(whitespace, () => search.before(0, true) ?? search.beforeBlankless() ?? search.already(true)) ??
    first([1, 2], (fuzz) => search.before(fuzz, false)) ??
    first(whitespace, () => search.before(1, true) ?? search.before(2, true));
  return place ?? search.whyNot();
}

/** The lines of a hunk without the `\` lines, which become a property of the line before. */
export function hunkLines(hunk: Hunk): HunkLine[] {
  const lines: HunkLine[] = [];
  hunk.lines.forEach((line, i) => {
    if (line.startsWith('\\')) return;
    const mark = line[0] === '+' || line[0] === '-' ? line[0] : ' ';
    lines.push({ mark, content: line.slice(1), noNewline: hunk.lines[i + 1]?.startsWith('\\') ?? false });
  });
  return lines;
}

/** The search for one hunk. */
class HunkSearch {
  private readonly text: SearchedText;
  private readonly lines: readonly HunkLine[];
  private readonly hunk: Hunk;
  private readonly rules: PlacingRules;
  private readonly before_: readonly HunkLine[];
  private readonly after: readonly HunkLine[];
  private readonly prefix: number;
  private readonly suffix: number;
  /** Where the hunk should be, by its `@@` line alone. */
  private readonly given: number;
  private readonly guess: number;
  private readonly named: string | null;
  private elsewhere: number | null = null;
  private gaveUp = false;

  constructor(text: SearchedText, hunk: Hunk, lines: readonly HunkLine[], rules: PlacingRules) {
    this.text = text;
    this.hunk = hunk;
    this.lines = lines;
    this.rules = rules;
    this.before_ = lines.filter((line) => line.mark !== '+');
    this.after = lines.filter((line) => line.mark !== '-');
    const firstChange = lines.findIndex((line) => line.mark !== ' ');
    this.prefix = firstChange < 0 ? lines.length : firstChange;
    this.suffix =
      firstChange < 0 ? lines.length : lines.length - 1 - lines.findLastIndex((l) => l.mark !== ' ');
    // A range of no lines is given by the line before it.
    this.given = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    this.guess = this.given + text.drift;
    const named = functionNamedBy(hunk.section);
    this.named = named !== null && text.sections().some((s) => s.name === named) ? named : null;
  }

  /** The hunk as it is, at the line where it should be. */
  exactlyThere(): Place | null {
    const at = this.guess;
    if (this.before_.length === 0) {
      const inside = at >= this.text.frozen && at <= this.text.index.lines.length;
      return inside ? this.place(at, this.lines, 0, false) : null;
    }
    if (!this.fits(at, this.before_) || !this.allowed(at, true)) return null;
    if (this.anchorAt(0) !== null && this.anchorAt(0) !== at) return null;
    return this.place(at, this.lines, 0, false);
  }

  /** Already applied, at the very line where it would be. Removals alone need the wider look of `already`. */
  alreadyThere(): Place | null {
    const at = this.hunk.newLines === 0 ? this.hunk.newStart : this.hunk.newStart - 1;
    if (!this.lines.some((line) => line.mark === '+' && line.content.trim() !== '')) return null;
    return this.fits(at, this.after) && this.allowed(at, true)
      ? this.placeAlready(at, at + this.after.length, false)
      : null;
  }

  /** The text before the change, with `fuzz` lines of context dropped at each end that has the most. */
  before(fuzz: number, ignoreWhitespace: boolean): Place | null {
    const context = Math.max(this.prefix, this.suffix);
    if (fuzz > Math.min(MAX_FUZZ, context) || this.before_.length === 0) return null;
    const anchor = this.anchorAt(fuzz);
    const dropFirst = Math.max(0, fuzz + this.prefix - context);
    const dropLast = Math.max(0, fuzz + this.suffix - context);
    const lines = this.lines.slice(dropFirst, this.lines.length - dropLast);
    const pattern = lines.filter((line) => line.mark !== '+');
    if (ignoreWhitespace && !hasSubstance(pattern)) return null;
    const { index } = this.text;
    const numbers = pattern.map((line) =>
      ignoreWhitespace ? index.bareNumber(line.content) : index.exactNumber(line.content, line.noNewline),
    );
    const runs = this.runs(ignoreWhitespace ? index.bare : index.exact, numbers);
    const at = this.nearest(
      runs.map((run) => run - dropFirst),
      this.guess,
      fuzz === 0 && !ignoreWhitespace,
      anchor,
    );
    if (at === null) return null;
    if (!ignoreWhitespace) return this.place(at + dropFirst, lines, fuzz, false, at);
    let next = at + dropFirst;
    const own = lines.map((line) => (line.mark === '+' ? line : { ...line, content: index.lines[next++]! }));
    return this.place(at + dropFirst, own, fuzz, true, at);
  }

  /**
   * The text before the change with white space and blank lines disregarded: archives of mail drop the blank
   * from a blank line of context, and then the line.
   */
  beforeBlankless(): Place | null {
    const { index } = this.text;
    const pattern = this.before_.filter((line) => line.content.trim() !== '');
    if (!hasSubstance(pattern)) return null;
    const runs = this.runs(
      index.bareNonBlank,
      pattern.map((line) => index.bareNumber(line.content)),
    );
    const at = this.nearest(
      runs.map((run) => index.nonBlank[run]!),
      this.guess,
      false,
      null,
    );
    return at === null ? null : this.place(at, this.fillBlanks(at), 0, true);
  }

  /** The text after the change: it is there already. Asked only when the text before it is not. */
  already(ignoreWhitespace: boolean): Place | null {
    const added = this.lines.filter((line) => line.mark === '+' && line.content.trim() !== '');
    const context = this.after.filter((line) => line.mark === ' ' && line.content.trim() !== '');
    if (added.length === 0) {
      // Nothing but context says that lines are gone: let it be a good deal of it, on both sides.
      if (this.prefix === 0 || this.suffix === 0 || context.length < 3) return null;
    } else if (!hasSubstance(this.after)) return null;
    const { index } = this.text;
    const guess = this.hunk.newLines === 0 ? this.hunk.newStart : this.hunk.newStart - 1;
    if (!ignoreWhitespace) {
      const runs = this.runs(
        index.exact,
        this.after.map((line) => index.exactNumber(line.content, line.noNewline)),
      );
      const at = this.nearest(runs, guess, true, null);
      return at === null ? null : this.placeAlready(at, at + this.after.length, false);
    }
    const pattern = this.after.filter((line) => line.content.trim() !== '');
    const runs = this.runs(
      index.bareNonBlank,
      pattern.map((line) => index.bareNumber(line.content)),
    );
    const ends = new Map(
      runs.map((run) => [index.nonBlank[run]!, index.nonBlank[run + pattern.length - 1]! + 1]),
    );
    const at = this.nearest([...ends.keys()], guess, false, null);
    return at === null ? null : this.placeAlready(at, ends.get(at)!, true);
  }

  /** Why there is no place, for people. */
  whyNot(): string {
    if (this.gaveUp)
      return 'the search was given up: too many hunks of this file are not where they should be';
    if (this.elsewhere !== null) {
      return `its lines are found only at line ${this.elsewhere + 1}, outside of ${this.named}(), which the @@ line names`;
    }
    const { lines } = this.text.index;
    const from = Math.max(this.guess, 0);
    for (let i = 0; i < this.before_.length; i++) {
      const expected = this.before_[i]!.content;
      const found = lines[from + i];
      if (found === undefined) return `the file ends at line ${lines.length}, before the lines of this hunk`;
      if (found !== expected) {
        return `the patch expects ${quote(expected)} at line ${from + i + 1}, where the tree has ${quote(found)}`;
      }
    }
    return 'its lines overlap those of an earlier hunk, or it must be at the end of the file and is not';
  }

  private fits(at: number, pattern: readonly HunkLine[]): boolean {
    const { exact } = this.text.index;
    if (pattern.length === 0 || at < this.text.frozen || at + pattern.length > exact.length) return false;
    return pattern.every((l, i) => this.text.index.exactNumber(l.content, l.noNewline) === exact[at + i]);
  }

  /**
   * Where the hunk must begin because it has less context on one side than on the other: there the file
   * began or ended when the patch was made.
   */
  private anchorAt(fuzz: number): number | null {
    if (!this.rules.anchored) return null;
    const context = Math.max(this.prefix, this.suffix);
    const { lines } = this.text.index;
    if (fuzz + this.prefix - context < 0 && this.given <= 0) {
      const whole = fuzz + this.suffix - context < 0;
      return whole && this.before_.length !== lines.length ? -1 : 0;
    }
    if (fuzz + this.suffix - context < 0) return lines.length - this.before_.length;
    return null;
  }

  private runs(text: Int32Array, numbers: number[]): number[] {
    if (numbers.includes(-1)) return [];
    this.text.budget -= text.length + numbers.length;
    if (this.text.budget < 0) {
      this.gaveUp = true;
      return [];
    }
    return findRuns(text, Int32Array.from(numbers));
  }

  private nearest(at: number[], guess: number, exact: boolean, anchor: number | null): number | null {
    let best: number | null = null;
    for (const candidate of at) {
      if (candidate < this.text.frozen || (anchor !== null && candidate !== anchor)) continue;
      const distance = Math.abs(candidate - guess);
      // Candidates ascend, so at the same distance the later one wins, as with GNU patch.
      if (best !== null && distance > Math.abs(best - guess)) continue;
      if (this.allowed(candidate, exact)) best = candidate;
      else this.elsewhere ??= candidate;
    }
    return best;
  }

  private allowed(at: number, exact: boolean): boolean {
    if (this.named === null || (exact && at === this.given)) return true;
    return sectionAt(this.text.sections(), at)?.name === this.named;
  }

  private place(
    at: number,
    lines: readonly HunkLine[],
    fuzz: number,
    ignoredWhitespace: boolean,
    begin = at,
  ): Place {
    return { at, lines, offset: begin - this.given, fuzz, ignoredWhitespace, already: false };
  }

  private placeAlready(at: number, end: number, ignoredWhitespace: boolean): Place {
    const given = this.hunk.newLines === 0 ? this.hunk.newStart : this.hunk.newStart - 1;
    const own = this.text.index.lines.slice(at, end);
    const lines = own.map((content): HunkLine => ({ mark: ' ', content, noNewline: false }));
    return { at, lines, offset: at - given, fuzz: 0, ignoredWhitespace, already: true };
  }

  /** The hunk with the tree's own lines from `at` on, and the tree's blank lines where they are. */
  private fillBlanks(at: number): HunkLine[] {
    const { lines } = this.text.index;
    const filled: HunkLine[] = [];
    const blank = (i: number) => lines[i] !== undefined && bareLine(lines[i]) === '';
    let next = at;
    let started = false;
    for (const line of this.lines) {
      if (line.mark === '+') filled.push(line);
      else if (line.content.trim() === '') {
        if (started && blank(next)) filled.push({ ...line, content: lines[next++]! });
      } else {
        while (started && blank(next)) filled.push({ mark: ' ', content: lines[next++]!, noNewline: false });
        filled.push({ ...line, content: lines[next++]! });
        started = true;
      }
    }
    return filled;
  }
}

/** Enough to tell one place from another when white space does not count. */
function hasSubstance(lines: readonly HunkLine[]): boolean {
  let length = 0;
  for (const line of lines) length += bareLine(line.content).length;
  return length >= 8;
}

function first<A, B>(values: readonly A[], ask: (value: A) => B | null): B | null {
  for (const value of values) {
    const answer = ask(value);
    if (answer !== null) return answer;
  }
  return null;
}

function quote(line: string): string {
  return JSON.stringify(line.trim().slice(0, 80));
}
