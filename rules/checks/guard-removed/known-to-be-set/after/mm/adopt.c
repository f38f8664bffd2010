// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

/* The update was never reached: what is in the swap cache is swapbacked. */
void adopt_swapped(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	/* recto: guard-removed */
	__folio_set_swapbacked(folio);
	/* ok: guard-removed */
	folio_put(folio);
}
