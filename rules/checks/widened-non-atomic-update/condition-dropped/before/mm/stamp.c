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

/* Takes the folio from the swap cache, or a new one. */
void stamp_either(swp_entry_t entry, gfp_t gfp)
{
	struct folio *swapcache, *folio;

	swapcache = folio = swap_cache_get_folio(entry, 0, 0);
	if (!folio)
		folio = folio_alloc(gfp, 0);
	if (!folio)
		return;
	if (folio != swapcache)
		stamp_folio(folio);
}
