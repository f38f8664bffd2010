import type { Patch } from '../patch/patch.js';

/** A patch that must be applied between the base and the series. */
export interface Prerequisite {
  /** As `git patch-id --stable` gives it. */
  readonly id: string;
  /** The patch, once somebody has found it. */
  readonly patch: Patch | null;
}

/** A patch series as it was sent: one or more patches in order. */
export interface Series {
  /** Subject of the cover letter, else of the first patch, without the prefix. */
  readonly subject: string;
  readonly version: number;
  readonly messageId: string | null;
  /** ISO 8601 date of the first patch or cover letter. */
  readonly date: string | null;
  readonly patches: readonly Patch[];
  /** From `prerequisite-patch-id:` trailers, in their order. */
  readonly prerequisites?: readonly Prerequisite[];
  /** What the reader should know: missing numbers, damaged white space, skipped attachments. */
  readonly notes: readonly string[];
}
