import { setFlagsFromString } from 'node:v8';

/** What V8 waits for by itself, and how much it puts into a function of those that it calls, in Node 20 and 22. */
const usual = { budget: 66 * 1024, inlined: 920 };

/**
 * Tells V8 to wait until code has run fifteen times as long as usual before it optimises it. Holds for the whole
 * process, until `optimiseAsUsual`.
 */
export function optimiseLater(): void {
  setFlags(1_000_000, usual.inlined);
}

/**
 * Tells V8 to make less of code that several threads run: each of them optimises it for itself, which is a fifth of what
 * they do. Holds for the whole process, until `optimiseAsUsual`.
 */
export function optimiseLess(): void {
  setFlags(500_000, 200);
}

/** Takes these back: it takes so long that optimised code pays, or there is one thread again. */
export function optimiseAsUsual(): void {
  setFlags(usual.budget, usual.inlined);
}

/**
 * @param budget bytes of bytecode that a function goes through before V8 thinks of optimising it
 * @param inlined bytes of bytecode that may be put into one function
 */
function setFlags(budget: number, inlined: number): void {
  setFlagsFromString(`--interrupt-budget=${String(budget)}`);
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${String(inlined)}`);
}
