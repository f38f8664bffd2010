import type { FunctionAnalysis } from './execution.js';
import { wayOf } from './recorder.js';

/** Who confirms which meetings, of the functions that were done again. */
export class Confirmations {
  /** Numbers of functions, by the way to the meeting. */
  private readonly confirmedIn = new Map<string, Set<number>>();
  private readonly newWays = new WeakMap<FunctionAnalysis, ReadonlySet<string>>();

  /** Notes what a function confirms now, instead of what it confirmed before. */
  note(number: number, before: FunctionAnalysis | null, made: FunctionAnalysis | null): void {
    for (const meeting of before?.record.confirmed ?? [])
      this.confirmedIn.get(wayOf(meeting))?.delete(number);
    for (const meeting of made?.record.confirmed ?? []) {
      const way = wayOf(meeting);
      const numbers = this.confirmedIn.get(way) ?? new Set();
      this.confirmedIn.set(way, numbers.add(number));
    }
  }

  /** Does somebody confirm each meeting that callers are asked about, apart from those that they were asked about then? */
  haveAll(now: FunctionAnalysis, then: () => FunctionAnalysis | null): boolean {
    let ways = this.newWays.get(now);
    if (!ways) {
      const known = new Set(then()?.summary.pending.map(({ meeting }) => wayOf(meeting)));
      ways = new Set(
        now.summary.pending.map(({ meeting }) => wayOf(meeting)).filter((way) => !known.has(way)),
      );
      this.newWays.set(now, ways);
    }
    for (const way of ways) if (!this.confirmedIn.get(way)?.size) return false;
    return true;
  }
}
