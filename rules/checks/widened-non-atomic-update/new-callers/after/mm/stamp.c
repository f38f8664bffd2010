// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

/* For new folios, which nobody else can see. */
void stamp_folio(struct folio *folio)
{
	__folio_set_checked(folio);
}

struct folio *new_stamp(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		stamp_folio(folio);
	return folio;
}

/* From the page cache others find it, folio lock or not. */
void stamp_cached(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	folio_lock(folio);
	/* recto: widened-non-atomic-update */
	stamp_folio(folio);
	folio_unlock(folio);
	folio_put(folio);
}

/* Only ever given folios of the swap cache: this is the call that is wrong. */
static void stamp_and_count(struct folio *folio, int *count)
{
	/* recto: widened-non-atomic-update */
	stamp_folio(folio);
	++*count;
}

void stamp_swapped(swp_entry_t entry, int *count)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	/* ok: widened-non-atomic-update */
	stamp_and_count(folio, count);
	folio_put(folio);
}

/* Right: finished before it can be found. */
int stamp_first(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);

	if (!folio)
		return -ENOMEM;
	/* ok: widened-non-atomic-update */
	stamp_folio(folio);
	return filemap_add_folio(mapping, folio, index, gfp);
}

/* Right: nobody else gets a reference while the refcount is frozen. */
void stamp_frozen(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return;
	if (folio_ref_freeze(folio, 2)) {
		/* ok: widened-non-atomic-update */
		stamp_folio(folio);
		folio_ref_unfreeze(folio, 2);
	}
	folio_put(folio);
}
