import { setFlagsFromString } from 'node:v8';
import { optimiseAsUsual, optimiseLater } from '../optimise-later.js';

/** Milliseconds after which a process runs no longer shortly. */
const SHORT = 1500;

/**
 * Tells V8 that the process ends before optimised code pays: a review without a tree, or on one whose analysis is kept,
 * reads a few hundred lines of C and goes through a few functions. Left to itself, V8 optimises the parser's
 * WebAssembly as soon as it has run a little, and then our own functions: half of the processor time of such a review,
 * on threads beside ours. To be called before the grammar is loaded.
 *
 * @returns to be called now and then: where it takes longer after all, V8 optimises as usual
 */
export function expectShortRun(): () => void {
  setFlagsFromString('--wasm-tiering-budget=1000000000');
  optimiseLater();
  let isShort = true;
  return () => {
    if (!isShort || performance.now() < SHORT) return;
    isShort = false;
    optimiseAsUsual();
  };
}
