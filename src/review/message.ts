import type { Word } from '../analysis/summary.js';
import type { Ownership, Visibility } from '../folio/contract.js';

/** What a sentence about a finding needs. */
export interface Told {
  readonly in: string;
  readonly updater: string;
  /** The function that `in` calls with the folio; null when the update is in `in` itself. */
  readonly callee: string | null;
  /** One, or several in the same function that meet the same folio. */
  readonly updates: readonly { readonly update: string; readonly file: string; readonly line: number }[];
  readonly word: Word;
  readonly origins: readonly { readonly ownership: Ownership; readonly visible: readonly string[] }[];
}

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

/** "do_swap_page() passes a folio that is visible through the swap cache to ..., where ... is not atomic: ...". */
export function messageOf(told: Told): string {
  const names = listed(told.updates.map(({ update }) => updateName(update)));
  const are = told.updates.length > 1 ? 'are' : 'is';
  const seen = howSeen(told.origins);
  const what =
    told.callee === null
      ? `In ${told.in}() the folio ${seen}, and ${names} ${are} not atomic`
      : `${told.in}() passes a folio that ${seen} to ${told.callee}(), ` +
        `${told.callee === told.updater ? 'where' : `which leads to ${told.updater}(), where`} ${names} ${are} not atomic`;
  const each = told.updates.length > 1 ? 'each loads' : 'it loads';
  return `${what}: ${each} ${WORDS[told.word]}, changes it and stores it. An update of any bit of that word that somebody else makes in between is lost.`;
}

function howSeen(origins: Told['origins']): string {
  if (origins.length > 0 && origins.every(({ ownership }) => ownership === 'speculative')) {
    return "was found without a reference and may be somebody else's by now";
  }
  const through = seenThrough(origins.flatMap(({ visible }) => visible));
  return through === null ? 'may be visible to others' : `is visible through ${through}`;
}

/** "the swap cache and the LRU"; null when nothing is known. */
export function seenThrough(visible: readonly string[]): string | null {
  const known = Object.keys(PLACES).filter((place) => visible.includes(place)) as Visibility[];
  return known.length === 0 ? null : listed(known.map((place) => PLACES[place]));
}

/** An accessor is called; a raw update is quoted as it is. */
export function updateName(update: string): string {
  return /^\w+$/.test(update) ? `${update}()` : `"${update}"`;
}

/** "a, b and c". */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)!}`;
}
