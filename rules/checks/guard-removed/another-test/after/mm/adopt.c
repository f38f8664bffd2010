// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void adopt_folio(struct folio *folio)
{
	if (!folio_test_dirty(folio))
		__folio_set_swapbacked(folio);
}

struct folio *adopt_new(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return 0;
	/* ok: guard-removed */
	adopt_folio(folio);
	return folio;
}

void adopt_swapped(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	/* recto: guard-removed */
	adopt_folio(folio);
	folio_put(folio);
}

void adopt_frozen(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	if (folio_ref_freeze(folio, 2)) {
		/* ok: guard-removed */
		adopt_folio(folio);
		folio_ref_unfreeze(folio, 2);
	}
	folio_put(folio);
}
