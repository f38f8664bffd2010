/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flags of a page in a miniature kernel, written for the tests of checks in the
 * idiom of the real header: one macro per kind of accessor, one line per flag.
 */
#ifndef PAGE_FLAGS_H
#define PAGE_FLAGS_H

#include <linux/bitops.h>
#include <linux/mm_types.h>

enum pageflags {
	PG_locked,
	PG_waiters,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_active,
	PG_workingset,
	PG_owner_priv_1,
	PG_reclaim,
	PG_writeback,
	PG_swapbacked,
	PG_swapcache,
	PG_hwpoison,
	__NR_PAGEFLAGS,

	/* File systems have a use of their own for this bit. */
	PG_checked = PG_owner_priv_1,

	/* Of large folios, in the word of their second page. */
	PG_partially_mapped = PG_reclaim,
};

#define FOLIO_HEAD_PAGE		0
#define FOLIO_SECOND_PAGE	1

static inline unsigned long *folio_flags(struct folio *folio, unsigned int n)
{
	struct page *page = &folio->page;

	return &page[n].flags;
}

/* Reads the flag. */
#define FOLIO_TEST_FLAG(name, page)					\
static __always_inline bool folio_test_##name(struct folio *folio)	\
{									\
	return test_bit(PG_##name, folio_flags(folio, page));		\
}

/* For everybody: one atomic operation. */
#define FOLIO_SET_FLAG(name, page)					\
static __always_inline void folio_set_##name(struct folio *folio)	\
{									\
	set_bit(PG_##name, folio_flags(folio, page));			\
}

#define FOLIO_CLEAR_FLAG(name, page)					\
static __always_inline void folio_clear_##name(struct folio *folio)	\
{									\
	clear_bit(PG_##name, folio_flags(folio, page));			\
}

#define FOLIO_TEST_SET_FLAG(name, page)					\
static __always_inline bool folio_test_set_##name(struct folio *folio)	\
{									\
	return test_and_set_bit(PG_##name, folio_flags(folio, page));	\
}

#define FOLIO_TEST_CLEAR_FLAG(name, page)				\
static __always_inline bool folio_test_clear_##name(struct folio *folio) \
{									\
	return test_and_clear_bit(PG_##name, folio_flags(folio, page));	\
}

/* For the owner of a folio that nobody else can see: load, change, store. */
#define __FOLIO_SET_FLAG(name, page)					\
static __always_inline void __folio_set_##name(struct folio *folio)	\
{									\
	__set_bit(PG_##name, folio_flags(folio, page));			\
}

#define __FOLIO_CLEAR_FLAG(name, page)					\
static __always_inline void __folio_clear_##name(struct folio *folio)	\
{									\
	__clear_bit(PG_##name, folio_flags(folio, page));		\
}

#define FOLIO_FLAG(name, page)						\
	FOLIO_TEST_FLAG(name, page)					\
	FOLIO_SET_FLAG(name, page)					\
	FOLIO_CLEAR_FLAG(name, page)

FOLIO_TEST_FLAG(locked, FOLIO_HEAD_PAGE)
	__FOLIO_SET_FLAG(locked, FOLIO_HEAD_PAGE)
	__FOLIO_CLEAR_FLAG(locked, FOLIO_HEAD_PAGE)
FOLIO_FLAG(waiters, FOLIO_HEAD_PAGE)
FOLIO_FLAG(referenced, FOLIO_HEAD_PAGE)
	FOLIO_TEST_CLEAR_FLAG(referenced, FOLIO_HEAD_PAGE)
	__FOLIO_SET_FLAG(referenced, FOLIO_HEAD_PAGE)
FOLIO_FLAG(uptodate, FOLIO_HEAD_PAGE)
	__FOLIO_SET_FLAG(uptodate, FOLIO_HEAD_PAGE)
FOLIO_FLAG(dirty, FOLIO_HEAD_PAGE)
	FOLIO_TEST_SET_FLAG(dirty, FOLIO_HEAD_PAGE)
	FOLIO_TEST_CLEAR_FLAG(dirty, FOLIO_HEAD_PAGE)
	__FOLIO_CLEAR_FLAG(dirty, FOLIO_HEAD_PAGE)
FOLIO_FLAG(lru, FOLIO_HEAD_PAGE)
	FOLIO_TEST_CLEAR_FLAG(lru, FOLIO_HEAD_PAGE)
FOLIO_FLAG(active, FOLIO_HEAD_PAGE)
	__FOLIO_CLEAR_FLAG(active, FOLIO_HEAD_PAGE)
FOLIO_FLAG(workingset, FOLIO_HEAD_PAGE)
FOLIO_FLAG(checked, FOLIO_HEAD_PAGE)
	__FOLIO_SET_FLAG(checked, FOLIO_HEAD_PAGE)
FOLIO_FLAG(reclaim, FOLIO_HEAD_PAGE)
FOLIO_FLAG(writeback, FOLIO_HEAD_PAGE)
FOLIO_FLAG(swapbacked, FOLIO_HEAD_PAGE)
	__FOLIO_SET_FLAG(swapbacked, FOLIO_HEAD_PAGE)
	__FOLIO_CLEAR_FLAG(swapbacked, FOLIO_HEAD_PAGE)
FOLIO_FLAG(swapcache, FOLIO_HEAD_PAGE)
FOLIO_FLAG(hwpoison, FOLIO_HEAD_PAGE)
FOLIO_FLAG(partially_mapped, FOLIO_SECOND_PAGE)
	__FOLIO_SET_FLAG(partially_mapped, FOLIO_SECOND_PAGE)
	__FOLIO_CLEAR_FLAG(partially_mapped, FOLIO_SECOND_PAGE)

#endif
