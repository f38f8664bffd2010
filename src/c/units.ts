/** Zeros behind the units of a text, so that one may look a little further than it goes. */
const BEHIND = 3;

/**
 * An array for the UTF-16 code units of one text at a time. Whoever looks at each of them does so here: asking the string
 * takes several times as long, and so does an array for each text.
 */
export class Units {
  #units = new Uint16Array(0);
  #bytes = Buffer.alloc(0);

  /** The units of a text, with a few zeros behind them and whatever else there is; valid until the next text. */
  of(text: string): Uint16Array {
    const { length } = text;
    if (this.#units.length < length + BEHIND) {
      this.#units = new Uint16Array(2 * length + BEHIND);
      this.#bytes = Buffer.from(this.#units.buffer);
    }
    this.#bytes.write(text, 'utf16le');
    this.#units.fill(0, length, length + BEHIND);
    return this.#units;
  }
}
