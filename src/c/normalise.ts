/** C source made fit for the grammar, every character still where it was. */
export interface NormalisedSource {
  /** Same length (UTF-16 code units) and same line breaks as the source. */
  readonly text: string;
  /** Offset of a `while` that stands for an iteration macro → the macro's name. */
  readonly loops: ReadonlyMap<number, string>;
}

export function normalise(source: string, _branch: 'first' | 'second'): NormalisedSource {
  return { text: source, loops: new Map() };
}
