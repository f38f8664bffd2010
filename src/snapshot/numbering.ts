/**
 * Where the lines of one file of a release are after the patches of a series, as on a tree: the patches number lines
 * as in the tree that they were made on, which is another one.
 */
export class Numbering {
  private readonly grown: { readonly at: number; readonly lines: number }[] = [];
  private readonly growing: { readonly at: number; readonly lines: number }[] = [];

  /** The number of a line of the release before the patch that is being looked at. */
  of(line: number): number {
    return this.grown.reduce((number, { at, lines }) => (at < line ? number + lines : number), line);
  }

  /** A hunk of this patch brings so many lines more than it takes away, at this line of the release. */
  grow(at: number, lines: number): void {
    this.growing.push({ at, lines });
  }

  /** The next patch is looked at. */
  next(): void {
    this.grown.push(...this.growing.splice(0));
  }
}
