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
	/* recto: speculative-update */
	if (folio_trylock(folio) && folio_test_lru(folio))
		return 1;
	folio_put(folio);
	return 0;
}

/* From the page cache, with a reference, it is nobody's alone. */
bool lock_cached(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return 0;
	/* ok: speculative-update */
	return folio_trylock(folio);
}
