import type { Words } from '../tree/tree.js';

/** Code that has none of these words can neither hold a folio nor hand one on. */
const RELEVANT = /folio|struct page\b/;
/** Headers with these define what code that handles folios is written with. */
const RELEVANT_HEADER = /_for_each|alloc_hooks/;

/**
 * The same for a search in bytes, which may find more. The end of `struct page` is found faster than all of it:
 * `struct` stands everywhere, and what begins like it has to be looked at.
 */
export const RELEVANT_WORDS: Words = {
  anywhere: ['folio', 'ct page'],
  within: [{ folder: 'include/', words: ['_for_each', 'alloc_hooks'] }],
};

/** Whether a file has to be looked into at all. */
export function isRelevant(path: string, text: string): boolean {
  return RELEVANT.test(text) || (path.startsWith('include/') && RELEVANT_HEADER.test(text));
}
