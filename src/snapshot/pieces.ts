import type { FunctionFacts } from '../c/facts.js';
import { lowerFile } from '../c/lower/file.js';
import { headsIn, type FunctionHead } from '../c/lower/heads.js';
import { Recent } from './recent.js';

/** Characters of code whose functions are remembered: what they come to takes some ten times of that. */
const REMEMBERED = 2_000_000;

const remembered = new Recent<readonly FunctionFacts[]>(REMEMBERED);

/**
 * The functions in a piece of code. Versions of a series bring the same pieces again and again, and so do the patches
 * of one: they are read as C once.
 */
export async function functionsInPiece(code: string): Promise<readonly FunctionFacts[]> {
  let functions = remembered.get(code);
  if (!functions) {
    functions = (await lowerFile(code)).functions;
    remembered.set(code, functions);
  }
  return functions;
}

const rememberedHeads = new Recent<readonly FunctionHead[]>(REMEMBERED);

/** The same without what they do: where they begin and end. */
export async function headsInPiece(code: string): Promise<readonly FunctionHead[]> {
  let heads = rememberedHeads.get(code);
  if (!heads) rememberedHeads.set(code, (heads = await headsIn(code)));
  return heads;
}
