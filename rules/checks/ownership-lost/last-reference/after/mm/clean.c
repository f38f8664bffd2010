// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void clean_one(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	/* Right: the last reference is gone, and we saw it go. */
	if (folio_put_testzero(folio)) {
		/* ok: ownership-lost */
		__folio_clear_active(folio);
	}
}

void clean_other(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	/* recto: ownership-lost */
	__folio_clear_active(folio);
	folio_put(folio);
}
