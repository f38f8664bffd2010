// SPDX-License-Identifier: Apache-2.0
/*
 * Pages of the sketch pad: finding them, making them, getting them ready.
 */
#include <linux/sketch.h>

/*
 * Makes a folio ready for a sketch: it counts as used, and as looked at by
 * us. Only for new folios, which nobody else can see.
 */
void sketch_init_folio(struct sketch *sketch, struct folio *folio)
{
	folio->page.private = sketch;
	__folio_set_referenced(folio);
	__folio_set_checked(folio);
}

static struct folio *sketch_new_folio(struct sketch *sketch, pgoff_t index)
{
	gfp_t gfp = sketch->mapping->gfp_mask;
	struct folio *folio;
	int err;

	folio = filemap_alloc_folio(gfp, 0);
	if (!folio)
		return ERR_PTR(-ENOMEM);

	sketch_init_folio(sketch, folio);
	err = filemap_add_folio(sketch->mapping, folio, index, gfp);
	if (err) {
		folio_put(folio);
		return ERR_PTR(err);
	}
	folio_unlock(folio);
	return folio;
}

/* The folio at @index, if there is one, with a reference. */
struct folio *sketch_find_folio(struct sketch *sketch, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(sketch->mapping, index);

	if (IS_ERR(folio))
		return NULL;
	folio_mark_accessed(folio);
	return folio;
}

/* The folio at @index, made where there is none, with a reference. */
struct folio *sketch_get_folio(struct sketch *sketch, pgoff_t index)
{
	struct folio *folio;

	for (;;) {
		folio = filemap_get_folio(sketch->mapping, index);
		if (!IS_ERR(folio))
			return folio;

		folio = sketch_new_folio(sketch, index);
		/* Somebody else was quicker: take theirs. */
		if (!IS_ERR(folio) || PTR_ERR(folio) != -EEXIST)
			return folio;
	}
}
