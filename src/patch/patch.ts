/** One hunk of a unified diff. Lines keep their leading ' ', '+', '-' or '\\'. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** What follows the second `@@`: the function line, or ''. */
  readonly section: string;
  readonly lines: readonly string[];
}

/** The change of one file. A created file has `oldPath` null, a deleted one `newPath` null. */
export interface FileDiff {
  readonly oldPath: string | null;
  readonly newPath: string | null;
  /** Abbreviated blob ids of the `index` line, or null. */
  readonly oldBlob: string | null;
  readonly newBlob: string | null;
  readonly binary: boolean;
  /** True for a copy: `newPath` is made from `oldPath`, which stays. */
  readonly copied?: boolean;
  readonly hunks: readonly Hunk[];
}

/** One patch: a commit message and the files it changes. */
export interface Patch {
  /** Without "[PATCH v2 1/3]" and "Re:". */
  readonly subject: string;
  /** Without angle brackets; null for a bare diff. */
  readonly messageId: string | null;
  readonly author: string | null;
  /** ISO 8601, or null. */
  readonly date: string | null;
  /** Commit message body, without the subject and the part after `---`. */
  readonly message: string;
  readonly files: readonly FileDiff[];
  /** From a `base-commit:` trailer. */
  readonly baseCommit: string | null;
  /** True when the patch was recovered from a reply that quotes it. */
  readonly quoted: boolean;
  /** True when white space of the diff cannot be trusted (tabs lost, runs of blanks squeezed). */
  readonly whitespaceDamaged: boolean;
  /** Number in the series, from 1. */
  readonly number: number;
}
