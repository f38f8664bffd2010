// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void touch_page(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page)
		return;
	folio = page_folio(page);
	/* The flag may have been that of the page's owner before. */
	if (!folio_test_lru(folio) || !folio_try_get(folio))
		return;
	/* recto: speculative-update */
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
	if (!folio_test_lru(folio))
		return;
	/* recto: speculative-update */
	folio_set_referenced(folio);
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
	if (folio_test_lru(folio)) {
		/* ok: speculative-update */
		folio_set_workingset(folio);
		/* ok: speculative-update */
		folio_set_referenced(folio);
	}
	folio_put(folio);
}
