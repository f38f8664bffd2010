import { holdsFor } from '../../../src/folio/versions.js';
import { applyEdits } from '../edit.js';
import type { Operator } from '../operator.js';
import { lookupSites, type Site } from '../sites.js';
import { insertAtSite } from './insert.js';

/** A function that the tree has, which updates flags of a folio that its callers own. */
interface Updater {
  /** The call, `$` for the folio or page. */
  readonly call: string;
  readonly type: 'folio' | 'page';
  readonly since?: string;
  readonly until?: string;
  readonly updaters: readonly string[];
  readonly updates: readonly string[];
  readonly flags: readonly string[];
  /** Folios found like this have the flag already, which the function tests. */
  readonly notFor?: Site['kind'];
}

const UPDATERS: readonly Updater[] = [
  // mm/rmap.c; 6.12 tests the flag first, which is enough for folios of the swap cache, and for no others.
  {
    call: 'folio_add_new_anon_rmap($, vma, addr, RMAP_EXCLUSIVE);',
    type: 'folio',
    since: '6.12',
    updaters: ['folio_add_new_anon_rmap'],
    updates: ['__folio_set_swapbacked'],
    flags: ['swapbacked'],
    notFor: 'swap cache',
  },
  {
    call: 'page_add_new_anon_rmap($, vma, addr);',
    type: 'page',
    until: '6.1',
    updaters: ['page_add_new_anon_rmap'],
    updates: ['__SetPageSwapBacked'],
    flags: ['swapbacked'],
  },
  // include/linux/mm_inline.h: for folios whose last reference is gone.
  {
    call: '__folio_clear_lru_flags($);',
    type: 'folio',
    updaters: ['__folio_clear_lru_flags'],
    updates: ['__folio_clear_lru', '__folio_clear_active', '__folio_clear_unevictable'],
    flags: ['lru', 'active', 'unevictable'],
  },
  // mm/filemap.c: locks the new folio non-atomically.
  {
    call: 'err = filemap_add_folio(mapping, $, index, GFP_KERNEL);',
    type: 'folio',
    updaters: ['filemap_add_folio'],
    updates: ['__folio_set_locked', '__folio_clear_locked'],
    flags: ['locked'],
  },
  {
    call: 'err = add_to_page_cache_lru($, mapping, index, GFP_KERNEL);',
    type: 'page',
    until: '6.1',
    updaters: ['filemap_add_folio'],
    updates: ['__folio_set_locked', '__folio_clear_locked'],
    flags: ['locked'],
  },
  // mm/page_alloc.c: makes a compound page of one that was just allocated.
  {
    call: 'prep_compound_page($, order);',
    type: 'page',
    updaters: ['prep_compound_page'],
    updates: ['__SetPageHead'],
    flags: ['head'],
  },
];

/** A new call of a function that was written for folios nobody else can see, with one that was just looked up. */
export const existingUpdater: Operator = {
  name: 'call-of-updater',
  kind: 'planted',
  *cases(kernel, random) {
    for (const site of random.shuffle(lookupSites(kernel))) {
      const fitting = UPDATERS.filter(
        (updater) =>
          updater.type === site.type &&
          holdsFor({ since: null, until: null, ...updater }, kernel.version) &&
          updater.notFor !== site.kind &&
          // Adding a folio to the cache in which it was found makes no sense; from a page table it does happen.
          (!/_add_|add_to_/.test(updater.call) ||
            site.kind !== 'page cache' ||
            updater.call.includes('rmap')),
      );
      if (fitting.length === 0) continue;
      const updater = random.pick(fitting);
      const call = updater.call.replace('$', site.variable);
      const { path, lines } = site.file;
      const name = site.function.name;
      yield {
        file: path,
        function: name,
        says: `${call} behind ${site.lookup.call}`,
        patches: [new Map([[path, applyEdits(lines, [insertAtSite(site, [call])])]])],
        touched: [{ file: path, function: name }],
        expects: {
          patch: 1,
          in: [name, ...updater.updaters],
          updaters: updater.updaters,
          updates: updater.updates,
          flags: updater.flags,
        },
      };
    }
  },
};
