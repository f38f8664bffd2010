/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page cache and the LRU. Only declared: Recto knows functions of these
 * names by their contracts (rules/contracts/), as it does in a real tree.
 */
#ifndef PAGEMAP_H
#define PAGEMAP_H

#include <linux/bitops.h>
#include <linux/page-flags.h>

#define ENOMEM	12
#define EEXIST	17

struct folio *filemap_alloc_folio(gfp_t gfp, unsigned int order);
struct folio *filemap_get_folio(struct address_space *mapping, pgoff_t index);
int filemap_add_folio(struct address_space *mapping, struct folio *folio,
		      pgoff_t index, gfp_t gfp);

void folio_lock(struct folio *folio);
void folio_unlock(struct folio *folio);
void folio_put(struct folio *folio);
void folio_mark_accessed(struct folio *folio);
bool folio_mark_dirty(struct folio *folio);
void *folio_address(struct folio *folio);

static inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= (unsigned long)-4095;
}

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

#endif
