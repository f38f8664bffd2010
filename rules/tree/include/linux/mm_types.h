/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MM_TYPES_H
#define MM_TYPES_H

typedef unsigned int gfp_t;
typedef unsigned long pgoff_t;
typedef _Bool bool;

struct address_space;
struct vm_area_struct;

typedef struct {
	unsigned long val;
} swp_entry_t;

struct list_head {
	struct list_head *next, *prev;
};

struct page {
	unsigned long flags;
	struct list_head lru;
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
