import { setFlagsFromString } from 'node:v8';

/** Tells V8 to wait until code has run eight times as long as usual before it optimises it. Holds for the whole process. */
export function optimiseLater(): void {
  setFlagsFromString('--interrupt-budget=1000000');
}
