/**
 * The text under normalisation: characters may be overwritten, never moved,
 * inserted or removed, and line breaks stay as they are.
 */
export class Canvas {
  private readonly units: Uint16Array;

  constructor(readonly source: string) {
    this.units = new Uint16Array(source.length);
    Buffer.from(this.units.buffer).write(source, 'utf16le');
  }

  /** Overwrites [from, to) with spaces, leaving line breaks. */
  blank(from: number, to: number): void {
    for (let i = from; i < to; i++) if (!this.isBreak(i)) this.units[i] = 0x20;
  }

  /** Overwrites [from, to) inside a directive, which goes on behind it: its line breaks become continued ones. */
  blankContinued(from: number, to: number): void {
    this.blank(from, to);
    for (let i = from; i < to; i++) {
      const last = this.units[i - 1] === 0x0d ? i - 2 : i - 1;
      if (this.units[i] === 0x0a && last >= from && !this.isBreak(last)) this.units[last] = 0x5c;
    }
  }

  /** The text as it is now in [from, to). */
  slice(from: number, to: number): string {
    return String.fromCharCode(...this.units.subarray(from, Math.min(to, from + 4096)));
  }

  /** Writes `text` at `at`; the caller made sure that it fits and covers no line break. */
  write(at: number, text: string): void {
    for (let i = 0; i < text.length; i++) if (!this.isBreak(at + i)) this.units[at + i] = text.charCodeAt(i);
  }

  /**
   * Overwrites [from, to) with `text` and spaces.
   * @returns whether it fitted in front of the first line break; if not, nothing was changed
   */
  replace(from: number, to: number, text: string): boolean {
    if (this.lineEnd(from, to) - from < text.length) return false;
    this.blank(from, to);
    this.write(from, text);
    return true;
  }

  /** Turns [from, to) into one identifier: other characters become `_`, all after the first line break is blanked. */
  glue(from: number, to: number): void {
    const end = this.lineEnd(from, to);
    for (let i = from; i < end; i++) if (!isWordUnit(this.units[i]!)) this.units[i] = 0x5f;
    const first = this.units[from]!;
    // What is left of a type over two lines may be a keyword.
    if ((first >= 0x30 && first <= 0x39) || end < to) this.units[from] = 0x5f;
    this.blank(end, to);
  }

  /**
   * Puts `text` into [from, to), which holds only white space and comments (they go).
   * @returns false when there is no room for it beside the line breaks
   */
  insert(from: number, to: number, text: string): boolean {
    for (let i = from; i + text.length <= to; i++) {
      if (this.lineEnd(i, i + text.length) !== i + text.length) continue;
      this.blank(from, to);
      this.write(i, text);
      return true;
    }
    return false;
  }

  text(): string {
    // Lone surrogates become U+FFFD here: still one unit each.
    return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(this.units);
  }

  private lineEnd(from: number, to: number): number {
    let end = from;
    while (end < to && !this.isBreak(end)) end++;
    return end;
  }

  private isBreak(i: number): boolean {
    return this.units[i] === 0x0a || this.units[i] === 0x0d;
  }
}

/** Whether a UTF-16 unit may stand inside an identifier. */
export function isWordUnit(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) ||
    (unit >= 0x41 && unit <= 0x5a) ||
    (unit >= 0x30 && unit <= 0x39) ||
    unit === 0x5f ||
    unit === 0x24 ||
    unit >= 0x80
  );
}
