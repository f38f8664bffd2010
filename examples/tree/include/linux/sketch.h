/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sketch pad: drawings that live in the page cache and nowhere else.
 */
#ifndef SKETCH_H
#define SKETCH_H

#include <linux/pagemap.h>

struct sketch {
	struct address_space *mapping;
	pgoff_t pages;
};

void sketch_init_folio(struct sketch *sketch, struct folio *folio);
struct folio *sketch_get_folio(struct sketch *sketch, pgoff_t index);
struct folio *sketch_find_folio(struct sketch *sketch, pgoff_t index);
int sketch_draw(struct sketch *sketch, pgoff_t index, const void *from,
		unsigned long bytes);
int sketch_copy_page(struct sketch *to, pgoff_t index, struct folio *from);

#endif
