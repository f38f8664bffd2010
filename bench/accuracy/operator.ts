import type { Kernel } from './kernel.js';
import type { Random } from './random.js';

/** The texts of files after one patch, by path; a path that the tree does not have is a new file. */
export type PatchTexts = ReadonlyMap<string, string>;

/** The finding that a planted hazard must give, known from how it was planted. */
export interface Expectation {
  /** Number of the patch of the series that plants it, from 1. */
  readonly patch: number;
  /** Functions that may be named as the one where the folio is visible: the place, or new functions below it. */
  readonly in: readonly string[];
  /** Functions that hold the update. */
  readonly updaters: readonly string[];
  /** Names of the update as code has it; null where the update is written out (`folio->flags |= ...`). */
  readonly updates: readonly string[] | null;
  readonly flags: readonly string[];
}

/** One edit of a kernel, as a patch or a short series. */
export interface Case {
  /** The function that is edited, and its file. */
  readonly file: string;
  readonly function: string;
  /** What was done there, for people. */
  readonly says: string;
  /** One or more patches; each is the text after it. */
  readonly patches: readonly PatchTexts[];
  /** Functions that are changed or new, by file: all must still parse. */
  readonly touched: readonly { readonly file: string; readonly function: string }[];
  /** Null for a harmless change. */
  readonly expects: Expectation | null;
}

/** A way in which people edit a kernel. */
export interface Operator {
  readonly name: string;
  readonly kind: 'planted' | 'harmless';
  /** It has few places, and different cases for each. */
  readonly repeats?: true;
  /** Cases at most, where each costs the analysis of the whole tree. */
  readonly most?: number;
  /** All places for it in that kernel, in random order. */
  cases(kernel: Kernel, random: Random): Iterable<Case> | AsyncIterable<Case>;
}
