// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void adopt_swapped(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	if (!folio_test_swapbacked(folio))
		__folio_set_swapbacked(folio);
	folio_put(folio);
}
