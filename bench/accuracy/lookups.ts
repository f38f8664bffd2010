/** Where a folio is found, and so where others can find it. */
export type Kind = 'page cache' | 'swap cache' | 'page table' | 'LRU' | 'iterator' | 'batch' | 'PFN';

/**
 * A way in which kernel code finds a folio that others can see. What is said here is said from the kernel's source, not
 * from Recto's rules: it is what the measurement holds them against.
 */
export interface Lookup {
  readonly kind: Kind;
  /** `loop`: the folio is there in the body of a loop; else the result of a call is assigned to a variable. */
  readonly form: 'assign' | 'loop';
  /** Matches a line of code; group `variable` is what holds the folio, group `call` the function called. */
  readonly pattern: RegExp;
  readonly fails: 'checked' | 'never';
  /** The folio in terms of the variable, where that is not the folio itself. */
  readonly member?: string;
  /** What a statement in the loop must ask first; `$` is the variable. */
  readonly condition?: string;
  /** Only in these files, or only in functions whose body has this: elsewhere the same code may mean other folios. */
  readonly files?: RegExp;
  readonly body?: RegExp;
}

const assign = (names: string): RegExp =>
  new RegExp(`^\\t+(?:struct (?:folio|page) \\*)?(?<variable>\\w+) = (?<call>${names})\\(`);

export const LOOKUPS: readonly Lookup[] = [
  // mm/filemap.c, mm/folio-compat.c, include/linux/pagemap.h: found in, or added to, the page cache, with a reference.
  {
    kind: 'page cache',
    form: 'assign',
    pattern: assign(
      'filemap_get_folio|__filemap_get_folio|filemap_lock_folio|filemap_grab_folio|find_get_page|find_lock_page|' +
        'find_or_create_page|grab_cache_page|grab_cache_page_nowait|grab_cache_page_write_begin|pagecache_get_page|' +
        'read_mapping_folio|read_cache_folio|read_mapping_page|read_cache_page|read_cache_page_gfp|iomap_get_folio',
    ),
    fails: 'checked',
  },
  // fs/f2fs/f2fs.h, node.c, data.c, checkpoint.c: pages of the mappings of nodes, of meta data and of files.
  {
    kind: 'page cache',
    form: 'assign',
    pattern: assign(
      'f2fs_grab_cache_page|f2fs_pagecache_get_page|f2fs_get_meta_page|f2fs_get_node_page|f2fs_get_read_data_page|' +
        'f2fs_get_lock_data_page|f2fs_find_data_page|f2fs_grab_meta_page',
    ),
    fails: 'checked',
    files: /^fs\/f2fs\//,
  },
  // mm/swap_state.c: all of them return a folio that is in the swap cache, or nothing.
  {
    kind: 'swap cache',
    form: 'assign',
    pattern: assign(
      'swap_cache_get_folio|swapin_readahead|read_swap_cache_async|__read_swap_cache_async|swap_cluster_readahead|' +
        'shmem_swapin|shmem_swapin_cluster|lookup_swap_cache',
    ),
    fails: 'checked',
  },
  // mm/memory.c, mm/gup.c, include/linux/swapops.h: what an entry of a page table maps, or stands for.
  {
    kind: 'page table',
    form: 'assign',
    pattern: assign(
      'vm_normal_folio|vm_normal_page|vm_normal_folio_pmd|vm_normal_page_pmd|follow_page|get_dump_page',
    ),
    fails: 'checked',
  },
  {
    kind: 'page table',
    form: 'assign',
    pattern: assign('pfn_swap_entry_to_page|pfn_swap_entry_folio'),
    fails: 'never',
  },
  // mm/vmscan.c, mm/damon/paddr.c: folios on the LRU, or just isolated from it and still in caches and page tables.
  // Other lists may hold folios whose last reference is gone.
  {
    kind: 'LRU',
    form: 'assign',
    pattern: assign('lru_to_folio|lru_to_page'),
    fails: 'never',
    files: /^mm\/(?:vmscan|damon\/paddr)\.c$/,
  },
  // mm/page-writeback.c, include/linux/pagemap.h: each folio is in the page cache, locked.
  {
    kind: 'iterator',
    form: 'loop',
    pattern:
      /^\t+(?:while|if) \(\(?(?<variable>\w+) = (?<call>writeback_iter|readahead_folio|readahead_page|__readahead_folio)\(/,
    fails: 'never',
  },
  // include/linux/bio.h: I/O of the page cache at its end. Who unlocks folios, or ends their writeback, has such ones.
  {
    kind: 'iterator',
    form: 'loop',
    pattern: /^\t+(?<call>bio_for_each_folio_all)\((?<variable>\w+), /,
    member: 'folio',
    fails: 'never',
    body: /folio_end_|folio_unlock|iomap_finish_folio/,
  },
  // include/linux/xarray.h, over the page cache: neither a reference nor a lock keeps what it gives.
  {
    kind: 'iterator',
    form: 'loop',
    pattern: /^\t+(?<call>xas_for_each(?:_marked)?)\(&?\w+, (?<variable>folio|page), /,
    fails: 'never',
    condition: '!xas_retry(&xas, $) && !xa_is_value($)',
    body: /XA_STATE\(xas,/,
  },
  // mm/vmscan.c, mm/migrate.c: folios isolated from the LRU, each with a reference, still in caches and page tables.
  {
    kind: 'iterator',
    form: 'loop',
    pattern:
      /^\t+(?<call>list_for_each_entry(?:_safe)?)\((?<variable>folio|page), (?:\w+, )?(?:folio_list|page_list|from|head|&folio_list|movable_page_list), lru\)/,
    fails: 'never',
    files: /^mm\/(?:vmscan|migrate|gup|memory_hotplug|damon\/paddr)\.c$/,
  },
  // include/linux/pagevec.h: a batch that a lookup in the page cache has filled.
  {
    kind: 'batch',
    form: 'assign',
    pattern:
      /^\t+(?:struct (?:folio|page) \*)?(?<variable>\w+) = (?<call>fbatch\.folios|pvec\.pages|batch\.folios)\[/,
    fails: 'never',
    body: /filemap_get_folios|find_lock_entries|find_get_entries|pagevec_lookup|filemap_get_folios_tag/,
  },
  // mm/memory_hotplug.c: a page of whoever has it just now. mm/page_idle.c, mm/damon/ops-common.c: one on the LRU.
  {
    kind: 'PFN',
    form: 'assign',
    pattern: assign('pfn_to_online_page'),
    fails: 'checked',
  },
  {
    kind: 'PFN',
    form: 'assign',
    pattern: assign(
      'page_idle_get_folio|damon_get_folio|page_idle_get_page|damon_get_page|folio_get_nontail_page',
    ),
    fails: 'checked',
  },
];
