import { applyEdits } from '../edit.js';
import type { Operator } from '../operator.js';
import type { Kind } from '../lookups.js';
import { lookupSites } from '../sites.js';
import { accessorUpdate } from '../updates.js';
import { insertAtSite } from './insert.js';

/**
 * A new non-atomic update of a folio that was just looked up. Directly behind the lookup and its check the folio is what
 * the lookup found: nothing in between can have frozen it or taken it away from others.
 */
function callOf(kind: Kind): Operator {
  return {
    name: `call-${kind.toLowerCase().replace(' ', '-')}`,
    kind: 'planted',
    *cases(kernel, random) {
      for (const site of random.shuffle(lookupSites(kernel).filter((item) => item.kind === kind))) {
        const update = accessorUpdate(kernel, random, site.variable, site.type, site.file.path);
        const { path } = site.file;
        const name = site.function.name;
        yield {
          file: path,
          function: name,
          says: `${update.statement} behind ${site.lookup.call}`,
          patches: [new Map([[path, applyEdits(site.file.lines, [insertAtSite(site, [update.statement])])]])],
          touched: [{ file: path, function: name }],
          expects: {
            patch: 1,
            in: [name],
            updaters: [name],
            updates: update.name === null ? null : [update.name],
            flags: [update.flag],
          },
        };
      }
    },
  };
}

const KINDS: readonly Kind[] = ['page cache', 'swap cache', 'page table', 'LRU', 'iterator', 'batch', 'PFN'];

/** One operator for each way in which a folio is found. */
export const lookupCalls: readonly Operator[] = KINDS.map(callOf);
