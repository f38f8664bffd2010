import { fileURLToPath } from 'node:url';
import type { Program } from './cost.js';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** The command, as it is built, as a program to measure. Findings (status 1) are a result. */
export function recto(args: readonly string[], cache: string, cwd: string): Program {
  return {
    command: process.execPath,
    args: [main, ...args],
    cwd,
    env: { XDG_CACHE_HOME: cache },
    expected: args[0] === 'review' ? [0, 1] : [0],
  };
}
