import { ENOUGH, MAX_FUZZ, trimmed, type HunkText, type HunkTextLine, type Marked } from './text.js';

/**
 * The functions of a file by the marks of their lines: a hunk has a chance only in those that have some of its lines,
 * and a file may have hundreds.
 */
export class MarkIndex<T extends { readonly marks: readonly Marked[] }> {
  private readonly functions: readonly T[];
  /** Places in `functions`, ascending. */
  private readonly having = new Map<string, number[]>();

  /** @param functions those of which lines are kept */
  constructor(functions: readonly T[]) {
    this.functions = functions;
    functions.forEach(({ marks }, at) => {
      for (const { mark } of marks) {
        const known = this.having.get(mark);
        if (known === undefined) this.having.set(mark, [at]);
        else if (known.at(-1) !== at) known.push(at);
      }
    });
  }

  /** The functions that a hunk may fit into, in whichever of the ways of FITS, in the order of the file. */
  near(hunk: HunkText): T[] {
    if (this.functions.length === 0) return [];
    const found = new Set<number>();
    this.addHolding(hunk.before, found);
    this.addHolding(hunk.after, found);
    for (let fuzz = 1; fuzz <= MAX_FUZZ; fuzz++) {
      const run = trimmed(hunk.before, fuzz);
      // One that has enough of a longer run was found by the whole of it.
      if (run.length < ENOUGH) this.addHolding(run, found);
    }
    const { front, back } = hunk.change;
    const behind = this.havingOne(back);
    for (const at of this.havingOne(front)) if (behind.has(at)) found.add(at);
    return [...found].sort((a, b) => a - b).map((at) => this.functions[at]!);
  }

  /** Those that have enough lines of a run one after the other, wherever they have them. */
  private addHolding(run: readonly HunkTextLine[], found: Set<number>): void {
    const enough = Math.min(run.length, ENOUGH);
    /** How many lines of the run up to the last one each has. */
    let held = new Map<number, number>();
    for (const { mark } of run) {
      const now = new Map<number, number>();
      for (const at of this.having.get(mark) ?? []) {
        const count = (held.get(at) ?? 0) + 1;
        now.set(at, count);
        if (count >= enough) found.add(at);
      }
      held = now;
    }
  }

  private havingOne(lines: readonly HunkTextLine[]): ReadonlySet<number> {
    return new Set(lines.flatMap(({ mark }) => this.having.get(mark) ?? []));
  }
}
