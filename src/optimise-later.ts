import { setFlagsFromString } from 'node:v8';

/** What V8 waits for by itself, in Node 20 and 22. */
const usual = 66 * 1024;

/**
 * Tells V8 to wait until code has run fifteen times as long as usual before it optimises it. Holds for the whole
 * process, until `optimiseAsUsual`.
 */
export function optimiseLater(): void {
  setFlagsFromString('--interrupt-budget=1000000');
}

/** Takes that back: it takes so long that optimised code pays. */
export function optimiseAsUsual(): void {
  setFlagsFromString(`--interrupt-budget=${String(usual)}`);
}
