import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hazard } from '../../src/analysis/hazards.js';
import type { FactStore } from '../../src/c/store.js';
import { PAGE_FLAGS_HEADER } from '../../src/folio/header.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { analyse, type AnalysedTree } from '../../src/review/side.js';
import { overlay } from '../../src/tree/overlay.js';
import type { Tree } from '../../src/tree/tree.js';

const top = join(import.meta.dirname, '../..');

/** The rules that ship. */
export const rules = loadRuleBook([join(top, 'rules')]);

/** Text of files by path; null removes one. */
export type Files = Readonly<Record<string, string | null>>;

const EMPTY: Tree = {
  name: 'a tree in memory',
  read: () => Promise.resolve(null),
  files: () => Promise.resolve([]),
  // eslint-disable-next-line require-yield
  async *readMany() {
    return;
  },
  close: () => Promise.resolve(),
};

/** The header of the example, with what these tests need besides: flags of other kinds, and page accessors. */
export const HEADER = readFileSync(join(top, 'examples/tree/include/linux/page-flags.h'), 'utf8')
  .replace(
    '\t__NR_PAGEFLAGS,\n',
    '\tPG_swapbacked,\n\tPG_swapcache,\n\tPG_reclaim,\n\tPG_writeback,\n\tPG_hwpoison,\n\t__NR_PAGEFLAGS,\n\n' +
      '\t/* Of large folios, in the word of the second page. */\n\tPG_large_rmappable = PG_workingset,\n\tPG_partially_mapped = PG_reclaim,\n',
  )
  .replace('#define FOLIO_HEAD_PAGE\t\t0\n', '#define FOLIO_HEAD_PAGE\t\t0\n#define FOLIO_SECOND_PAGE\t1\n')
  .replace(
    /#endif\n$/,
    `FOLIO_FLAG(swapbacked, FOLIO_HEAD_PAGE)
	__FOLIO_SET_FLAG(swapbacked, FOLIO_HEAD_PAGE)
	__FOLIO_CLEAR_FLAG(swapbacked, FOLIO_HEAD_PAGE)
FOLIO_FLAG(swapcache, FOLIO_HEAD_PAGE)
FOLIO_FLAG(reclaim, FOLIO_HEAD_PAGE)
FOLIO_FLAG(writeback, FOLIO_HEAD_PAGE)
__FOLIO_CLEAR_FLAG(active, FOLIO_HEAD_PAGE)
__FOLIO_SET_FLAG(uptodate, FOLIO_HEAD_PAGE)
FOLIO_FLAG(large_rmappable, FOLIO_SECOND_PAGE)
	__FOLIO_SET_FLAG(large_rmappable, FOLIO_SECOND_PAGE)
FOLIO_FLAG(partially_mapped, FOLIO_SECOND_PAGE)
	__FOLIO_SET_FLAG(partially_mapped, FOLIO_SECOND_PAGE)
	__FOLIO_CLEAR_FLAG(partially_mapped, FOLIO_SECOND_PAGE)

#define PF_HEAD(page, enforce)	compound_head(page)
#define PF_ANY(page, enforce)	page

#define TESTPAGEFLAG(uname, lname, policy)				\\
static __always_inline int Page##uname(struct page *page)		\\
{									\\
	return test_bit(PG_##lname, &policy(page, 0)->flags);		\\
}

#define SETPAGEFLAG(uname, lname, policy)				\\
static __always_inline void SetPage##uname(struct page *page)		\\
{									\\
	set_bit(PG_##lname, &policy(page, 1)->flags);			\\
}

#define __SETPAGEFLAG(uname, lname, policy)				\\
static __always_inline void __SetPage##uname(struct page *page)		\\
{									\\
	__set_bit(PG_##lname, &policy(page, 1)->flags);			\\
}

TESTPAGEFLAG(Referenced, referenced, PF_HEAD)
	SETPAGEFLAG(Referenced, referenced, PF_HEAD)
	__SETPAGEFLAG(Referenced, referenced, PF_HEAD)
TESTPAGEFLAG(HWPoison, hwpoison, PF_ANY)
	SETPAGEFLAG(HWPoison, hwpoison, PF_ANY)
	__SETPAGEFLAG(Dirty, dirty, PF_ANY)

#endif
`,
  );

/** What the real headers define, as far as the functions of these tests use it. */
export const TYPES = `struct page {
	unsigned long flags;
	struct list_head lru;
	struct address_space *mapping;
	atomic_t _refcount;
};
struct folio {
	union {
		struct {
			unsigned long flags;
			struct list_head lru;
			struct address_space *mapping;
		};
		struct page page;
	};
};
struct folio_batch {
	unsigned char nr;
	struct folio *folios[31];
};
struct vm_area_struct {
	unsigned long vm_flags;
	void *vm_private_data;
};
struct vm_fault {
	struct vm_area_struct *vma;
	unsigned int flags;
	struct page *cow_page;
	struct page *page;
};
#define page_folio(p)	((struct folio *)compound_head(p))
#define folio_page(folio, n)	nth_page(&(folio)->page, n)
struct lruvec {
	struct list_head lists[5];
};
static inline int page_ref_count(const struct page *page)
{
	return atomic_read(&page->_refcount);
}
static inline int folio_ref_count(const struct folio *folio)
{
	return page_ref_count(&folio->page);
}
`;

/** A tree of this kernel release with the headers of above and these files. */
export function treeOf(files: Files, version = '6.12'): Tree {
  const [major, minor] = version.split('.');
  return overlay(
    EMPTY,
    new Map<string, string | null>(
      Object.entries({
        Makefile: `VERSION = ${major!}\nPATCHLEVEL = ${minor!}\n`,
        'include/linux/page-flags.h': HEADER,
        'include/linux/mm_types.h': TYPES,
        ...files,
      }),
    ),
  );
}

/** A tree that is analysed as a whole: what is laid over it is held against what was found there. */
export function bottomOf(tree: Tree): Tree {
  const { layer, ...bottom } = tree;
  return layer ? bottom : tree;
}

/** Remembers nothing: what these tests read is small. */
export const NO_STORE: FactStore = {
  get: () => null,
  kind: () => null,
  putPacked: () => undefined,
  put: () => undefined,
  putIrrelevant: () => undefined,
  flush: () => undefined,
  close: () => undefined,
  directory: null,
  giveUp: () => undefined,
  trouble: null,
};

/** Analyses files, or the text of mm/a.c. */
export function analysed(files: Files | string, version?: string): Promise<AnalysedTree> {
  const tree = treeOf(typeof files === 'string' ? { 'mm/a.c': files } : files, version);
  return analyse(tree, rules, new Set(), NO_STORE);
}

/**
 * Hazards of some files, each as "function: update" or "function: updating function: update". Updates of folios of
 * which nothing is known begin with "unknown": who expects nothing expects that nothing was lost on the way, either.
 */
export async function hazards(files: Files | string, version?: string): Promise<string[]> {
  const { report } = await analysed(files, version);
  const unknown = report.unknownContexts
    // The macros of the header that define accessors are no functions.
    .filter(({ file }) => file !== PAGE_FLAGS_HEADER)
    .map(({ caller, update }) => `unknown: ${caller.slice(caller.lastIndexOf(':') + 1)}: ${update.text}`);
  return [...[...report.hazards.values()].map(nameOf), ...new Set(unknown)].sort();
}

export function nameOf({ in: place, update }: Hazard): string {
  return place === update.updater
    ? `${place}: ${update.text}`
    : `${place}: ${update.updater}: ${update.text}`;
}

/** The one hazard of some files. */
export async function hazard(files: Files | string): Promise<Hazard> {
  const { report } = await analysed(files);
  const all = [...report.hazards.values()];
  if (all.length !== 1) throw new Error(`not one hazard but ${all.length}: ${all.map(nameOf).join('; ')}`);
  return all[0]!;
}
