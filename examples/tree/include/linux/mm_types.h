/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MM_TYPES_H
#define MM_TYPES_H

typedef unsigned int gfp_t;
typedef unsigned long pgoff_t;
typedef _Bool bool;

struct address_space;

struct page {
	unsigned long flags;
	struct address_space *mapping;
	pgoff_t index;
	void *private;
	int refcount;
};

/* One or more pages that are handled as one. */
struct folio {
	struct page page;
};

struct address_space {
	void *host;
	gfp_t gfp_mask;
};

#endif
