import type { Patch } from '../patch/patch.js';

/** A patch series as it was sent: one or more patches in order. */
export interface Series {
  /** Subject of the cover letter, else of the first patch, without the prefix. */
  readonly subject: string;
  readonly version: number;
  readonly messageId: string | null;
  /** ISO 8601 date of the first patch or cover letter. */
  readonly date: string | null;
  readonly patches: readonly Patch[];
  /** What the reader should know: missing numbers, damaged white space, skipped attachments. */
  readonly notes: readonly string[];
}
