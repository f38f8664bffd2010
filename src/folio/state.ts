import type { FolioState, Ownership, Visibility } from './contract.js';

/** All ownerships, as rule files write them. */
export const OWNERSHIPS = [
  'fresh',
  'frozen',
  'sole',
  'shared',
  'speculative',
  'unknown',
] as const satisfies readonly Ownership[];

/** All places where a folio can be seen, as rule files write them. */
export const VISIBILITIES = [
  'page cache',
  'swap cache',
  'page table',
  'LRU',
  'deferred split queue',
  'list',
  'array',
  'PFN',
  'refcount',
  'I/O',
  'hugetlb',
  'slab',
] as const satisfies readonly Visibility[];

const FORM = /^(?:(locked|unlocked) )?([a-z]+)(?: in (.+?))?(?: with (.+))?$/;

/**
 * Reads a folio state as rule files write it: `fresh`, `locked shared in page cache`,
 * `shared in swap cache and LRU with swapbacked and no dirty`. What is wrong with it, as text, where it is none.
 */
export function readState(text: string): FolioState | string {
  const match = FORM.exec(text);
  const ownership = OWNERSHIPS.find((word) => word === match?.[2]);
  if (match === null || ownership === undefined) {
    return `"${text}" is not a state: [locked|unlocked] ${OWNERSHIPS.join('|')} [in PLACE [and PLACE]] [with FLAG [and no FLAG]]`;
  }
  const visible: Visibility[] = [];
  for (const place of match[3]?.split(' and ') ?? []) {
    const known = VISIBILITIES.find((word) => word === place);
    if (known === undefined) return `"${place}" is not a place; allowed: ${VISIBILITIES.join(', ')}`;
    visible.push(known);
  }
  const flags: Record<string, boolean> = {};
  for (const part of match[4]?.split(' and ') ?? []) {
    const flag = /^(no )?([a-z][a-z0-9_]*)$/.exec(part);
    if (flag === null) return `"${part}" is not a flag`;
    flags[flag[2]!] = flag[1] === undefined;
  }
  return { ownership, visible, locked: match[1] === undefined ? null : match[1] === 'locked', flags };
}
