/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of checks call. Only declared: functions of these names are
 * known by their contracts, as they are in a real tree.
 */
#ifndef MM_H
#define MM_H

#include <linux/bitops.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>

#define ENOMEM	12

/* Allocation. */
struct folio *folio_alloc(gfp_t gfp, unsigned int order);
struct folio *filemap_alloc_folio(gfp_t gfp, unsigned int order);

/* The page cache, the swap cache, the LRU. */
int filemap_add_folio(struct address_space *mapping, struct folio *folio,
		      pgoff_t index, gfp_t gfp);
struct folio *filemap_get_folio(struct address_space *mapping, pgoff_t index);
struct folio *swap_cache_get_folio(swp_entry_t entry,
				   struct vm_area_struct *vma,
				   unsigned long address);
void folio_add_lru(struct folio *folio);
bool folio_isolate_lru(struct folio *folio);
void folio_putback_lru(struct folio *folio);

/* Pages by number, which may be anybody's. */
struct page *pfn_to_online_page(unsigned long pfn);
struct folio *page_folio(struct page *page);

/* References. */
void folio_get(struct folio *folio);
bool folio_try_get(struct folio *folio);
void folio_put(struct folio *folio);
bool folio_put_testzero(struct folio *folio);
bool folio_ref_freeze(struct folio *folio, int count);
void folio_ref_unfreeze(struct folio *folio, int count);
int folio_ref_count(const struct folio *folio);

/* The folio lock. */
void folio_lock(struct folio *folio);
static inline bool folio_trylock(struct folio *folio)
{
	return !test_and_set_bit_lock(PG_locked, folio_flags(folio, 0));
}

void folio_unlock(struct folio *folio);

static inline bool IS_ERR(const void *pointer)
{
	return (unsigned long)pointer >= (unsigned long)-4095;
}

#endif
