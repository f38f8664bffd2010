// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

/* Makes a folio anonymous, a new one as yet. */
void adopt_folio(struct folio *folio)
{
	__folio_set_swapbacked(folio);
}

struct folio *adopt_new(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		adopt_folio(folio);
	return folio;
}
