// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

/* Other flags of a large folio live in its second page, and race there as well. */
void note_split(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	/* recto: non-atomic-update-on-shared-folio */
	__folio_set_partially_mapped(folio);
	/* ok: non-atomic-update-on-shared-folio */
	folio_set_partially_mapped(folio);
	folio_put(folio);
}
