// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void clean_one(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	if (folio_ref_freeze(folio, 2)) {
		__folio_clear_dirty(folio);
		folio_ref_unfreeze(folio, 2);
	}
	folio_put(folio);
}

void clean_other(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	if (folio_ref_freeze(folio, 2)) {
		__folio_clear_dirty(folio);
		folio_ref_unfreeze(folio, 2);
	}
	folio_put(folio);
}
