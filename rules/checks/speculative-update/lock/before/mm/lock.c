// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

bool lock_page_of(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page)
		return 0;
	folio = page_folio(page);
	if (!folio_try_get(folio))
		return 0;
	if (folio_test_lru(folio) && folio_trylock(folio))
		return 1;
	folio_put(folio);
	return 0;
}
