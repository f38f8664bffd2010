// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void touch_page(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page)
		return;
	folio = page_folio(page);
	if (!folio_try_get(folio))
		return;
	if (folio_test_lru(folio))
		folio_set_referenced(folio);
	folio_put(folio);
}

void touch_other_page(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page)
		return;
	folio = page_folio(page);
	if (!folio_try_get(folio))
		return;
	if (folio_test_lru(folio))
		folio_set_referenced(folio);
	folio_put(folio);
}

void touch_page_rightly(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page)
		return;
	folio = page_folio(page);
	if (!folio_try_get(folio))
		return;
	if (folio_test_lru(folio))
		folio_set_referenced(folio);
	folio_put(folio);
}
