/** A definition that is no longer may be a wrapper of one that handles folios, whatever words are in it. */
const WRAPPER = 600;
const WORDS = /folio|page|vmf|slab|pfn|pte|pmd|batch|pvec|flags/i;

/** Whether a text has words that code which handles folios or pages has. */
export function mayHandleFolios(text: string): boolean {
  return WORDS.test(text);
}

/** Whether a function of that length is read whatever is in it. */
export function shortEnough(length: number): boolean {
  return length <= WRAPPER;
}

/** Is a function of that text read? Of others only the name is known. */
export function mayMatter(text: string): boolean {
  return shortEnough(text.length) || mayHandleFolios(text);
}
