import type { Options } from './arguments.js';
import type { Cost } from './cost.js';
import type { Scratch } from './scratch.js';

/** What one round of a row gives: our cost, and the peer's where there is one. */
export interface Round {
  readonly ours: Omit<Cost, 'stdout'>;
  readonly peer: Omit<Cost, 'stdout'> | null;
}

/** What is to be reached. */
export interface Goal {
  /** At most so many times the peer, by the clock. */
  readonly ratio?: number;
  /** At most so many seconds. */
  readonly seconds?: number;
  /** At most so many bytes of memory. */
  readonly peak?: number;
}

/** What the rounds run in. */
export interface Bench {
  readonly options: Options;
  readonly scratch: Scratch;
  /** Tells what is under way. */
  readonly progress: (text: string) => void;
}

/** One line of the measurement. */
export interface Row {
  readonly name: string;
  /** For people: what is measured, and against what. */
  readonly work: string;
  readonly peer: string | null;
  readonly goal: Goal;
  /** Makes what the rounds need and is not measured; gives one round, with the number of it. */
  prepare(bench: Bench): Promise<(round: number) => Promise<Round>>;
}
