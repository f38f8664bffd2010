import type { Word } from '../analysis/summary.js';
import type { Visibility } from '../folio/contract.js';

/** Places in the order in which people name them, and how. */
const PLACES: Readonly<Record<Visibility, string>> = {
  'page cache': 'the page cache',
  'swap cache': 'the swap cache',
  LRU: 'the LRU',
  'page table': 'a page table',
  'deferred split queue': 'the deferred split queue',
  list: 'a list that others walk',
  array: 'an array that others read',
  PFN: 'its PFN',
  refcount: 'references that others can take',
  'I/O': 'I/O in flight',
  hugetlb: 'the lists of hugetlb',
  slab: 'its slab cache',
};

const WORDS: Readonly<Record<Word, string>> = {
  head: 'the flags word',
  second: 'the flags word of the second page',
  tail: 'the flags word of a tail page',
};

/** A flags word, as people call it. */
export function wordName(word: Word): string {
  return WORDS[word];
}

/** "the swap cache and the LRU"; null when nothing is known. */
export function seenThrough(visible: readonly string[]): string | null {
  const known = Object.keys(PLACES).filter((place) => visible.includes(place)) as Visibility[];
  return known.length === 0 ? null : listed(known.map((place) => PLACES[place]));
}

/** An accessor is called; a raw update is quoted as it is. */
export function updateName(update: string): string {
  return isCallable(update) ? `${update}()` : `"${update}"`;
}

/** What is to be said of an update where it stands: an atomic one is told for whose folio it may be. */
export function updateSays(update: string, atomic: boolean): string {
  const why = atomic ? "changes the folio's flags, though it may be somebody else's" : 'is not atomic';
  return `${updateName(update)} ${why}`;
}

/** Is it the name of an accessor or a bit operation, and no raw update? */
export function isCallable(update: string): boolean {
  return /^\w+$/.test(update);
}

/** "a, b and c". */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)!}`;
}
