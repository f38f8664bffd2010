import type { FunctionFacts } from '../c/facts.js';
import { lowerFile } from '../c/lower/file.js';

/** Characters of code whose functions are remembered: what they come to takes some ten times of that. */
const REMEMBERED = 2_000_000;

const remembered = new Map<string, readonly FunctionFacts[]>();
let size = 0;

/**
 * The functions in a piece of code. Versions of a series bring the same pieces again and again, and so do the patches
 * of one: they are read as C once.
 */
export async function functionsInPiece(code: string): Promise<readonly FunctionFacts[]> {
  let functions = remembered.get(code);
  if (functions) {
    // What was asked for last is forgotten last.
    remembered.delete(code);
  } else {
    functions = (await lowerFile(code)).functions;
    // Somebody else may have read the same meanwhile.
    if (!remembered.has(code)) size += code.length;
  }
  remembered.set(code, functions);
  for (const oldest of remembered.keys()) {
    if (size <= REMEMBERED) break;
    remembered.delete(oldest);
    size -= oldest.length;
  }
  return functions;
}
