// SPDX-License-Identifier: Apache-2.0
/*
 * Drawing on the sketch pad.
 */
#include <linux/sketch.h>

void memcpy(void *to, const void *from, unsigned long bytes);

int sketch_draw(struct sketch *sketch, pgoff_t index, const void *from,
		unsigned long bytes)
{
	struct folio *folio = sketch_get_folio(sketch, index);

	if (IS_ERR(folio))
		return PTR_ERR(folio);

	folio_lock(folio);
	memcpy(folio_address(folio), from, bytes);
	folio_set_uptodate(folio);
	folio_mark_dirty(folio);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

/*
 * Puts a copy of a page into a sketch that has none at @index. The copy is
 * finished before anybody can find it.
 */
int sketch_copy_page(struct sketch *to, pgoff_t index, struct folio *from)
{
	struct folio *copy = filemap_alloc_folio(to->mapping->gfp_mask, 0);
	int err;

	if (!copy)
		return -ENOMEM;

	sketch_init_folio(to, copy);
	memcpy(folio_address(copy), folio_address(from), 4096);
	folio_set_uptodate(copy);
	err = filemap_add_folio(to->mapping, copy, index,
				to->mapping->gfp_mask);
	if (!err)
		folio_unlock(copy);
	folio_put(copy);
	return err;
}
