// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void add_page(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	folio_add_lru(folio);
	/* recto: published-before-update */
	__folio_set_swapbacked(folio);
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
	queue_folio(folio);
	/* recto: published-before-update */
	__folio_set_checked(folio);
}

int add_cached(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);
	int err;

	if (!folio)
		return -ENOMEM;
	/* ok: published-before-update */
	__folio_set_checked(folio);
	err = filemap_add_folio(mapping, folio, index, gfp);
	if (err) {
		/* Right: it could not be added, and is still ours alone. */
		/* ok: published-before-update */
		__folio_clear_dirty(folio);
		folio_put(folio);
	}
	return err;
}
