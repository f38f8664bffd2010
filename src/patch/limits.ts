/** A diff larger than this is refused: no patch that people review by mail comes near it. */
export const MAX_DIFF_BYTES = 32 * 1024 * 1024;

/** Files that one patch may change. The largest tree-wide conversions of Linux touch about 3,000. */
export const MAX_FILES = 10_000;

/** Hunks that one patch may have, over all its files. */
export const MAX_HUNKS = 100_000;

/**
 * How much looking around `applyFileDiff` does for the hunks of one file, in lines compared. Far above
 * what a patch that nearly applies needs; it bounds what thousands of hunks that fit nowhere can cost.
 */
export const MAX_SEARCH_LINES = 300_000_000;
