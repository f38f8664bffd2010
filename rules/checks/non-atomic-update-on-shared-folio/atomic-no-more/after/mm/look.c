// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void look_at(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	folio_lock(folio);
	/* recto: non-atomic-update-on-shared-folio */
	__folio_clear_dirty(folio);
	/* recto: non-atomic-update-on-shared-folio */
	__set_bit(PG_checked, &folio->page.flags);
	folio_unlock(folio);
	folio_put(folio);
}

struct folio *make_ready(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return 0;
	/* ok: non-atomic-update-on-shared-folio */
	__folio_set_uptodate(folio);
	return folio;
}
