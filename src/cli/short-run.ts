import { setFlagsFromString } from 'node:v8';
import { optimiseLater } from '../optimise-later.js';

/**
 * Tells V8 that the process ends before optimised code pays: a review without a tree reads a few hundred lines of C.
 * Left to itself, V8 optimises the parser's WebAssembly as soon as it has run a little, which takes a quarter of such a
 * review, and then our own functions, which takes another tenth. What runs eight times as long as usual is optimised
 * still. To be called before the grammar is loaded.
 */
export function expectShortRun(): void {
  setFlagsFromString('--wasm-tiering-budget=1000000000');
  optimiseLater();
}
