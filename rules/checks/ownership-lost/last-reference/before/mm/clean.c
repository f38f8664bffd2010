// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void clean_one(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	if (folio_put_testzero(folio))
		__folio_clear_active(folio);
}

void clean_other(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	if (folio_put_testzero(folio))
		__folio_clear_active(folio);
}
