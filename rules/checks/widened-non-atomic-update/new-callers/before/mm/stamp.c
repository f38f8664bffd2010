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
