import type { Kernel } from './kernel.js';
import type { Random } from './random.js';

/** A non-atomic update of a folio, as code would write it. */
export interface Update {
  /** The statement, without an indent. */
  readonly statement: string;
  /** The name that a finding gives it; null when it is written out. */
  readonly name: string | null;
  readonly flag: string;
}

/** Flags of pages that no folio of a cache, a page table or the LRU has: nobody would set them there. */
const ALLOCATOR_FLAGS = new Set(['head', 'reserved', 'reported', 'slab', 'slob_free', 'anon_exclusive']);

/** File systems that still hold a struct page have small folios only: there, the page is the folio's head. */
const SMALL_PAGES = /^fs\//;

/**
 * A non-atomic accessor of the tree, applied to a folio or page.
 *
 * @param path of the file in which the folio was found
 */
export function accessorUpdate(
  kernel: Kernel,
  random: Random,
  variable: string,
  type: 'folio' | 'page',
  path: string,
): Update {
  const accessors = [...kernel.model.accessors.values()].filter(
    (accessor) =>
      !accessor.atomic &&
      (accessor.operation === 'set' || accessor.operation === 'clear') &&
      accessor.takes === type &&
      // That of a tail is a word of its own, which next to nobody updates.
      (accessor.word === 'head' || (SMALL_PAGES.test(path) && accessor.flag === 'uptodate')) &&
      !ALLOCATOR_FLAGS.has(accessor.flag),
  );
  const { name, flag } = random.pick(accessors);
  return { statement: `${name}(${variable});`, name, flag };
}

const RAW_FLAGS = ['active', 'referenced', 'dirty', 'workingset', 'reclaim', 'mappedtodisk', 'private_2'];

/** The flags word written by hand. */
export function rawUpdate(random: Random, variable: string): Update {
  const flag = random.pick(RAW_FLAGS);
  const word = `${variable}->flags`;
  const bit = `PG_${flag}`;
  const statement = random.pick([
    `${word} |= (1UL << ${bit});`,
    `${word} &= ~(1UL << ${bit});`,
    `${word} |= BIT(${bit});`,
    `${word} &= ~BIT(${bit});`,
    `${word} = ${word} | (1UL << ${bit});`,
    `__set_bit(${bit}, &${word});`,
    `__clear_bit(${bit}, &${word});`,
  ]);
  return { statement, name: null, flag };
}
