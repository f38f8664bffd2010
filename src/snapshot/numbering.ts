import type { Hunk } from '../patch/patch.js';

/** From this line on, so many lines more. */
interface Growth {
  readonly from: number;
  readonly lines: number;
}

/**
 * Where the lines of one file of a release are after the patches of a series, as on a tree: the patches number lines
 * as in the tree that they were made on, which is another one.
 */
export class Numbering {
  /** For each patch that was looked at, by the numbers before it. */
  private readonly grown: (readonly Growth[])[];
  private growing: Growth[] = [];

  /** @param patches how many patches were looked at before the first that changes the file */
  constructor(patches: number) {
    this.grown = Array.from({ length: patches }, () => []);
  }

  /**
   * The number of a line before the patch that is being looked at.
   *
   * @param line its number after the first `since` patches: of a line of the release, after none
   */
  of(line: number, since: number): number {
    let number = line;
    for (const patch of this.grown.slice(since)) {
      const before = number;
      for (const { from, lines } of patch) if (from <= before) number += lines;
    }
    return number;
  }

  /**
   * This patch has such a hunk.
   *
   * @param offset how many lines further down than it says
   */
  grow({ oldStart, oldLines, lines }: Hunk, offset: number): void {
    // A hunk that shows no line names the one in front.
    let next = oldStart + offset + (oldLines === 0 ? 1 : 0);
    for (const line of lines) {
      if (line.startsWith('+')) this.growing.push({ from: next, lines: 1 });
      else if (line.startsWith('-')) this.growing.push({ from: ++next, lines: -1 });
      else if (!line.startsWith('\\')) next++;
    }
  }

  /** The next patch is looked at. */
  next(): void {
    this.grown.push(this.growing);
    this.growing = [];
  }
}
