// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

/* An owner as there are many: nobody else can see the folio, so plain stores do. */
struct folio *new_locked_folio(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		__folio_set_locked(folio);
	return folio;
}
