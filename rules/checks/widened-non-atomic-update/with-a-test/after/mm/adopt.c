// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

/* Makes a folio anonymous, a new one as yet. */
void adopt_folio(struct folio *folio)
{
	if (!folio_test_swapbacked(folio))
		__folio_set_swapbacked(folio);
}

struct folio *adopt_new(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		adopt_folio(folio);
	return folio;
}

/* Right: what is in the swap cache has swapbacked set, and keeps it. */
void adopt_swapped(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	/* ok: widened-non-atomic-update */
	adopt_folio(folio);
	folio_put(folio);
}

/* In the page cache of whoever it is, the flag may be clear: the test lets such folios pass. */
void adopt_cached(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	/* recto: widened-non-atomic-update */
	adopt_folio(folio);
	folio_put(folio);
}
