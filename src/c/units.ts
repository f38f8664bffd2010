/** Zeros behind the units of a text, so that one may look a little further than it goes. */
const BEHIND = 3;

/**
 * The UTF-16 code units of a text, and a few zeros behind them. Whoever looks at each of them does so here: asking the
 * string takes several times as long.
 */
export function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length + BEHIND);
  Buffer.from(units.buffer).write(text, 'utf16le');
  return units;
}
