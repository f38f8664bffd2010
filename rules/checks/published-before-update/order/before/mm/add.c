// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void add_page(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	__folio_set_swapbacked(folio);
	folio_add_lru(folio);
}

static void queue_folio(struct folio *folio)
{
	folio_add_lru(folio);
}

void add_queued(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	__folio_set_checked(folio);
	queue_folio(folio);
}

int add_cached(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);
	int err;

	if (!folio)
		return -ENOMEM;
	__folio_set_checked(folio);
	err = filemap_add_folio(mapping, folio, index, gfp);
	return err;
}
