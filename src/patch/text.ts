/**
 * The lines of a file, numbered so that equal lines have equal numbers: looking for a run of lines is then
 * looking for a run of numbers, which takes linear time whatever the lines are.
 */
export interface IndexedText {
  readonly lines: readonly string[];
  /** One number per line; the line's end of file without a newline counts as part of the line. */
  readonly exact: Int32Array;
  /** One number per line with all white space disregarded; blank lines have number 0. */
  readonly bare: Int32Array;
  /** The same, blank lines left out; `nonBlank` says which lines these are. */
  readonly bareNonBlank: Int32Array;
  readonly nonBlank: Int32Array;
  /** The number of a line of a patch, or -1 when the text has no such line. */
  exactNumber(line: string, noNewline: boolean): number;
  bareNumber(line: string): number;
}

/** Numbers the lines of `text`. What concerns white space is only worked out when it is asked for. */
export function indexText(text: string): IndexedText {
  const lines = text.split('\n');
  const newlineAtEnd = lines.at(-1) === '';
  if (newlineAtEnd) lines.pop();
  const exactNumbers = new Map<string, number>();
  const exact = Int32Array.from(lines, (line, i) =>
    numberOf(exactNumbers, exactKey(line, !newlineAtEnd && i === lines.length - 1)),
  );
  const bareNumbers = new Map<string, number>([['', 0]]);
  let bare: Int32Array | undefined;
  let nonBlank: Int32Array | undefined;
  let bareNonBlank: Int32Array | undefined;
  const index: IndexedText = {
    lines,
    exact,
    get bare() {
      return (bare ??= Int32Array.from(lines, (line) => numberOf(bareNumbers, bareLine(line))));
    },
    get nonBlank() {
      return (nonBlank ??= Int32Array.from(lines.keys()).filter((i) => index.bare[i] !== 0));
    },
    get bareNonBlank() {
      return (bareNonBlank ??= index.bare.filter((number) => number !== 0));
    },
    exactNumber: (line, noNewline) => exactNumbers.get(exactKey(line, noNewline)) ?? -1,
    bareNumber: (line) => {
      void index.bare;
      return bareNumbers.get(bareLine(line)) ?? -1;
    },
  };
  return index;
}

/** A line without its white space. */
export function bareLine(line: string): string {
  return line.replace(/\s/g, '');
}

/**
 * Every index at which `pattern` stands in `text`, in order (Knuth, Morris and Pratt: linear whatever both
 * are made of). An empty pattern stands nowhere.
 */
export function findRuns(text: Int32Array, pattern: Int32Array): number[] {
  const found: number[] = [];
  if (pattern.length === 0 || pattern.length > text.length || pattern.includes(-1)) return found;
  const border = new Int32Array(pattern.length);
  for (let i = 1, k = 0; i < pattern.length; i++) {
    while (k > 0 && pattern[i] !== pattern[k]) k = border[k - 1]!;
    if (pattern[i] === pattern[k]) k++;
    border[i] = k;
  }
  for (let i = 0, k = 0; i < text.length; i++) {
    while (k > 0 && text[i] !== pattern[k]) k = border[k - 1]!;
    if (text[i] === pattern[k]) k++;
    if (k === pattern.length) {
      found.push(i - k + 1);
      k = border[k - 1]!;
    }
  }
  return found;
}

function exactKey(line: string, noNewline: boolean): string {
  return noNewline ? `${line}\n\\` : line;
}

function numberOf(numbers: Map<string, number>, key: string): number {
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, (number = numbers.size));
  return number;
}
