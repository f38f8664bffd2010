import type { Accessor, FlagOperation } from '../folio/model.js';
import type { Term } from './term.js';
import type { Word } from './summary.js';

/** The word of an accessor, given the page it is called with. */
export function wordOf(accessor: Accessor, page: Term): Word {
  if (accessor.word === 'head') return 'head';
  if (accessor.word === 'second') return 'second';
  return wordOfPage(page);
}

/** The word that belongs to a page itself: a page that is not known to be a tail counts as the first. */
export function wordOfPage(page: Term): Word {
  if (page.kind !== 'subpage') return 'head';
  return page.number === 1 ? 'second' : 'tail';
}

/** Bit operations of include/asm-generic/bitops, and what they do to a bit. Those with `__` in front are not atomic. */
const BITOPS: Readonly<Record<string, { operation: FlagOperation; atomic: boolean }>> = {
  set_bit: { operation: 'set', atomic: true },
  clear_bit: { operation: 'clear', atomic: true },
  change_bit: { operation: 'change', atomic: true },
  clear_bit_unlock: { operation: 'clear', atomic: true },
  test_and_set_bit: { operation: 'test-and-set', atomic: true },
  test_and_set_bit_lock: { operation: 'test-and-set', atomic: true },
  test_and_clear_bit: { operation: 'test-and-clear', atomic: true },
  assign_bit: { operation: 'change', atomic: true },
  bit_spin_lock: { operation: 'set', atomic: true },
  bit_spin_trylock: { operation: 'test-and-set', atomic: true },
  bit_spin_unlock: { operation: 'clear', atomic: true },
  __set_bit: { operation: 'set', atomic: false },
  __clear_bit: { operation: 'clear', atomic: false },
  __change_bit: { operation: 'change', atomic: false },
  __assign_bit: { operation: 'change', atomic: false },
  __test_and_set_bit: { operation: 'test-and-set', atomic: false },
  __test_and_clear_bit: { operation: 'test-and-clear', atomic: false },
  __clear_bit_unlock: { operation: 'clear', atomic: false },
  __bit_spin_unlock: { operation: 'clear', atomic: false },
};

/** What a bit operation does, or null when `name` is none. */
export function bitOperation(name: string): { operation: FlagOperation; atomic: boolean } | null {
  return Object.hasOwn(BITOPS, name) ? BITOPS[name]! : null;
}

/** `PG_locked` → `locked`; `flags` when no single bit is named. */
export function flagOfBit(term: Term): string {
  const names = pageFlagNames(term);
  return names.length === 1 ? names[0]!.slice(3) : 'flags';
}

function pageFlagNames(term: Term): string[] {
  if (term.kind === 'name') return term.name.startsWith('PG_') ? [term.name] : [];
  return [...(term.base ? pageFlagNames(term.base) : []), ...(term.other ? pageFlagNames(term.other) : [])];
}
