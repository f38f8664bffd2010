import { describe, expect, it } from 'vitest';
import { analysed, hazard, hazards } from './kernel.js';

describe('a fresh folio', () => {
  it('may be updated without atomic operations', async () => {
    expect(
      await hazards(`
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		__folio_set_swapbacked(folio);
}`),
    ).toEqual([]);
  });

  it('may not be after it was published', async () => {
    const found = await hazard(`
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	folio_add_lru(folio);
	__folio_set_swapbacked(folio);
}`);
    expect(found.in).toBe('a');
    expect(found.meetings[0]).toMatchObject({ line: 9, origin: { ownership: 'shared' } });
    expect([...found.meetings[0]!.origin.visible]).toEqual(['LRU']);
    expect(found.meetings[0]!.origin.steps.map((step) => step.line)).toEqual([4, 8]);
  });

  it('may be before it is published', async () => {
    expect(
      await hazards(`
int a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);

	if (!folio)
		return -ENOMEM;
	__folio_set_swapbacked(folio);
	return filemap_add_folio(mapping, folio, 0, gfp);
}`),
    ).toEqual([]);
  });

  it('stays fresh when it is handed to a function that nobody knows', async () => {
    expect(
      await hazards(`
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	strange(folio);
	__folio_set_swapbacked(folio);
}`),
    ).toEqual([]);
  });

  it('or a visible one, by branch, is judged as the visible one', async () => {
    const found = await hazard(`
void a(struct address_space *mapping, gfp_t gfp, int new)
{
	struct folio *folio;

	if (new)
		folio = folio_alloc(gfp, 0);
	else
		folio = swap_cache_get_folio(mapping, 0, 0);
	if (folio)
		__folio_clear_active(folio);
}`);
    expect(found.meetings.map((meeting) => meeting.origin.steps[0]!.line)).toEqual([9]);
  });

  it('keeps what it is through a second variable', async () => {
    expect(
      await hazards(`
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);
	struct folio *other = folio;

	if (!other)
		return;
	folio_add_lru(other);
	__folio_set_swapbacked(folio);
}`),
    ).toEqual(['a: __folio_set_swapbacked']);
  });
});

describe('a folio that was looked up', () => {
  it('is visible where it was', async () => {
    const found = await hazard(`
void a(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (IS_ERR(folio))
		return;
	__folio_set_referenced(folio);
}`);
    expect(found).toMatchObject({
      in: 'a',
      update: { text: '__folio_set_referenced', flag: 'referenced', word: 'head', line: 8, file: 'mm/a.c' },
    });
    expect([...found.meetings[0]!.origin.visible].sort()).toEqual(['LRU', 'page cache']);
  });

  it('may be updated by atomic operations', async () => {
    expect(
      await hazards(`
void a(struct address_space *mapping)
{
	struct folio *folio = filemap_lock_folio(mapping, 0);

	if (IS_ERR(folio))
		return;
	folio_set_referenced(folio);
	folio_test_clear_dirty(folio);
	folio_clear_active(folio);
}`),
    ).toEqual([]);
  });

  it('is one even when only its page is handled', async () => {
    expect(
      await hazards(`
void a(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (IS_ERR(folio))
		return;
	__SetPageReferenced(&folio->page);
}
void b(struct address_space *mapping)
{
	struct page *page = find_get_page(mapping, 0);

	if (page)
		__folio_set_referenced(page_folio(page));
}`),
    ).toEqual(['a: __SetPageReferenced', 'b: __folio_set_referenced']);
  });

  it('that is not known at all is not reported', async () => {
    expect(
      await hazards(`
void a(struct thing *thing)
{
	struct folio *folio = strange_lookup(thing);

	__folio_set_referenced(folio);
	__folio_set_checked(strange_field(thing)->folio);
}`),
    ).toEqual(['unknown: a: __folio_set_checked', 'unknown: a: __folio_set_referenced']);
  });
});

describe('pointers that are compared', () => {
  it('leave the folio that is not the one from the swap cache', async () => {
    expect(
      await hazards(`
int a(swp_entry_t entry, struct vm_area_struct *vma, gfp_t gfp)
{
	struct folio *swapcache, *folio;

	folio = swap_cache_get_folio(entry, vma, 0);
	swapcache = folio;
	if (!folio)
		folio = folio_alloc(gfp, 0);
	if (!folio)
		return 0;
	if (folio != swapcache)
		__folio_set_swapbacked(folio);
	return 1;
}`),
    ).toEqual([]);
  });

  it('leave the new copy where there is a swap cache folio that it is not', async () => {
    expect(
      await hazards(`
static struct folio *maybe_copy(struct folio *folio, gfp_t gfp)
{
	struct folio *copy;

	if (folio_test_uptodate(folio))
		return folio;
	copy = folio_alloc(gfp, 0);
	return copy;
}
int a(swp_entry_t entry, struct vm_area_struct *vma, gfp_t gfp)
{
	struct folio *swapcache, *folio;

	folio = swap_cache_get_folio(entry, vma, 0);
	swapcache = folio;
	if (!folio)
		return 0;
	folio = maybe_copy(folio, gfp);
	if (!folio)
		return 0;
	if (unlikely(folio != swapcache && swapcache))
		__folio_clear_active(folio);
	return 1;
}`),
    ).toEqual([]);
  });

  it('leave the visible one where they are equal', async () => {
    expect(
      await hazards(`
int a(swp_entry_t entry, struct vm_area_struct *vma, gfp_t gfp)
{
	struct folio *swapcache, *folio;

	swapcache = folio = swap_cache_get_folio(entry, vma, 0);
	if (!folio)
		folio = folio_alloc(gfp, 0);
	if (!folio)
		return 0;
	if (folio == swapcache)
		__folio_clear_active(folio);
	return 1;
}`),
    ).toEqual(['a: __folio_clear_active']);
  });
});

describe('results tied to calls', () => {
  it('publish a folio only when adding it worked', async () => {
    expect(
      await hazards(`
int a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);
	int ret;

	if (!folio)
		return -ENOMEM;
	ret = filemap_add_folio(mapping, folio, 0, gfp);
	if (ret) {
		__folio_clear_locked(folio);
		folio_put(folio);
	}
	return ret;
}`),
    ).toEqual([]);
  });

  it('and do so where it did', async () => {
    expect(
      await hazards(`
int a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);
	int ret;

	if (!folio)
		return -ENOMEM;
	ret = filemap_add_folio(mapping, folio, 0, gfp);
	if (!ret)
		__folio_set_swapbacked(folio);
	return ret;
}`),
    ).toEqual(['a: __folio_set_swapbacked']);
  });

  it('are followed through other variables, signs and negations', async () => {
    expect(
      await hazards(`
int a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);
	int ret, err;
	bool failed;

	if (!folio)
		return -ENOMEM;
	ret = filemap_add_folio(mapping, folio, 0, gfp);
	err = ret;
	failed = !!err;
	if (err < 0)
		__folio_set_swapbacked(folio);
	if (failed)
		__folio_set_checked(folio);
	return ret;
}`),
    ).toEqual([]);
  });

  it('are followed through a goto to the error path', async () => {
    expect(
      await hazards(`
int a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);
	int ret = -ENOMEM;

	if (!folio)
		goto out;
	ret = filemap_add_folio(mapping, folio, 0, gfp);
	if (ret)
		goto undo;
	folio_unlock(folio);
	return 0;
undo:
	__folio_clear_swapbacked(folio);
	folio_put(folio);
out:
	return ret;
}`),
    ).toEqual([]);
  });

  it('on an error path that also success takes, the folio is visible', async () => {
    expect(
      await hazards(`
int a(struct address_space *mapping, gfp_t gfp, int more)
{
	struct folio *folio = filemap_alloc_folio(gfp, 0);
	int ret;

	if (!folio)
		return -ENOMEM;
	ret = filemap_add_folio(mapping, folio, 0, gfp);
	if (ret)
		goto undo;
	if (more)
		goto undo;
	return 0;
undo:
	__folio_clear_swapbacked(folio);
	return ret;
}`),
    ).toEqual(['a: __folio_clear_swapbacked']);
  });

  it('lock the folio only when the lock was got', async () => {
    const found = await hazard(`
void a(struct folio *unused, swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio && folio_trylock(folio))
		__folio_clear_active(folio);
}`);
    expect(found.meetings[0]!.origin.locked).toBe(true);
  });
});

describe('null and error pointers', () => {
  it('are not counted as unknown folios', async () => {
    expect(
      await hazards(`
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	__folio_set_swapbacked(folio);
}`),
    ).toEqual([]);
  });

  it('are no folios', async () => {
    const { report } = await analysed(`
void a(swp_entry_t entry, struct address_space *mapping)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		__folio_set_swapbacked(folio);
	folio = filemap_get_folio(mapping, 0);
	if (IS_ERR(folio))
		__folio_set_checked(folio);
	if (IS_ERR_OR_NULL(folio))
		__folio_set_checked(folio);
}`);
    expect([...report.hazards.keys()]).toEqual([]);
  });

  it('stand for the new folio where the lookup failed with an error', async () => {
    expect(
      await hazards(`
void a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (IS_ERR(folio)) {
		folio = filemap_alloc_folio(gfp, 0);
		if (!folio)
			return;
		__folio_set_swapbacked(folio);
	}
}`),
    ).toEqual([]);
  });

  it('stand for the new folio where the lookup found none', async () => {
    expect(
      await hazards(`
void a(swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);
	bool new = false;

	if (!folio) {
		folio = folio_alloc(gfp, 0);
		new = folio != NULL;
	}
	if (new)
		__folio_set_swapbacked(folio);
}`),
    ).toEqual([]);
  });

  it('that a function returns beside folios are told from them by its caller', async () => {
    expect(
      await hazards(`
static struct folio *get(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio;

	if (!mapping)
		return ERR_PTR(-EINVAL);
	folio = folio_alloc(gfp, 0);
	if (!folio)
		return NULL;
	return folio;
}
void a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = get(mapping, gfp);

	if (IS_ERR_OR_NULL(folio))
		folio = filemap_get_folio(mapping, 0);
	else
		__folio_set_swapbacked(folio);
}`),
    ).toEqual([]);
  });

  it('are told apart by PTR_ERR', async () => {
    expect(
      await hazards(`
static struct folio *get(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return ERR_PTR(-ENOMEM);
	return folio;
}
int a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = get(mapping, gfp);

	if (folio == ERR_PTR(-ENOMEM))
		return PTR_ERR(folio);
	__folio_set_swapbacked(folio);
	return PTR_ERR_OR_ZERO(folio);
}`),
    ).toEqual([]);
  });
});

describe('out parameters', () => {
  it('hold what a contract says, when the call succeeded', async () => {
    const found = await hazard(`
int a(struct inode *inode)
{
	struct folio *folio = NULL;
	int err = shmem_get_folio(inode, 0, 0, &folio, SGP_READ);

	if (err)
		return err;
	__folio_set_referenced(folio);
	return 0;
}`);
    expect(found.meetings[0]!.origin.locked).toBe(true);
  });

  it('of a function with a body hold what it stores', async () => {
    expect(
      await hazards(`
static int get(struct address_space *mapping, struct folio **foliop)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	*foliop = folio;
	return 0;
}
static int make(gfp_t gfp, struct folio **foliop)
{
	*foliop = folio_alloc(gfp, 0);
	return *foliop ? 0 : -ENOMEM;
}
void a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *found, *made;

	if (get(mapping, &found) || make(gfp, &made))
		return;
	__folio_set_referenced(found);
	__folio_set_checked(made);
}`),
    ).toEqual(['a: __folio_set_referenced']);
  });
});

describe('loops', () => {
  it('start again with a new folio at each pass', async () => {
    expect(
      await hazards(`
int a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio;
	int ret;

	for (;;) {
		folio = filemap_alloc_folio(gfp, 0);
		if (!folio)
			return -ENOMEM;
		__folio_set_swapbacked(folio);
		ret = filemap_add_folio(mapping, folio, 0, gfp);
		if (ret != -EEXIST)
			return ret;
		folio_put(folio);
	}
}`),
    ).toEqual([]);
  });

  it('start again by goto', async () => {
    expect(
      await hazards(`
int a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio;

retry:
	folio = filemap_get_folio(mapping, 0);
	if (!IS_ERR(folio)) {
		folio_put(folio);
		goto retry;
	}
	folio = filemap_alloc_folio(gfp, 0);
	if (!folio)
		goto retry;
	__folio_set_swapbacked(folio);
	if (filemap_add_folio(mapping, folio, 0, gfp))
		goto retry;
	return 0;
}`),
    ).toEqual([]);
  });

  it('that publish a folio and go on with it find it visible at the next pass', async () => {
    expect(
      await hazards(`
void a(gfp_t gfp, int n)
{
	struct folio *folio = folio_alloc(gfp, 0);
	int i;

	if (!folio)
		return;
	for (i = 0; i < n; i++) {
		__folio_set_swapbacked(folio);
		folio_add_lru(folio);
	}
}`),
    ).toEqual(['a: __folio_set_swapbacked']);
  });

  it('keep the folio of the last pass apart from that of this pass', async () => {
    expect(
      await hazards(`
void a(gfp_t gfp, int n)
{
	struct folio *folio, *previous = NULL;

	while (n--) {
		folio = folio_alloc(gfp, 0);
		if (!folio)
			return;
		__folio_set_swapbacked(folio);
		if (previous)
			__folio_set_checked(previous);
		folio_add_lru(folio);
		previous = folio;
	}
}`),
    ).toEqual(['a: __folio_set_checked']);
  });

  /** Each pass adds the page of the pool, and leaves another one there where it is refilled. */
  const fromPool = (otherwise: string): string => `
void a(struct frontend *f, struct address_space *mapping, gfp_t gfp)
{
	while (more(f)) {
		struct page *page = f->pool;

		if (refill(f))
			f->pool = next_page(f);
		${otherwise}
		__SetPageDirty(page);
		filemap_add_folio(mapping, page_folio(page), 0, gfp);
	}
}`;

  it('that leave another page behind a pointer at each pass do not find the first one there again', async () => {
    expect(await hazards(fromPool('else f->pool = last_page(f);'))).toEqual(['unknown: a: __SetPageDirty']);
  });

  it('find the page there again that one way leaves there', async () => {
    expect(await hazards(fromPool(''))).toEqual(['a: __SetPageDirty']);
  });

  it('that call a function which leaves another page behind a pointer get the one that was there', async () => {
    expect(
      await hazards(`
static struct page *take(struct page **pool)
{
	struct page *page = *pool;

	*pool = (struct page *)page_private(page);
	return page;
}
void a(struct frontend *f, struct address_space *mapping, gfp_t gfp)
{
	while (more(f)) {
		struct page *page = take(&f->pool);

		__SetPageDirty(page);
		filemap_add_folio(mapping, page_folio(page), 0, gfp);
	}
}`),
    ).toEqual(['unknown: a: __SetPageDirty']);
  });

  it('keep what a function left behind a pointer in the pass before apart from what it leaves now', async () => {
    expect(
      await hazards(`
static void refill(struct page **pool)
{
	*pool = next_page();
}
void a(struct frontend *f, struct address_space *mapping, gfp_t gfp)
{
	while (more(f)) {
		refill(&f->pool);
		__SetPageDirty(f->pool);
		filemap_add_folio(mapping, page_folio(f->pool), 0, gfp);
	}
}`),
    ).toEqual(['unknown: a: __SetPageDirty']);
  });
});

describe('publication', () => {
  const after = (call: string): Promise<string[]> =>
    hazards(`
void a(struct vm_area_struct *vma, struct mm_struct *mm, swp_entry_t entry, gfp_t gfp, pte_t *pte)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	${call}
	__folio_set_swapbacked(folio);
}`);

  it.each([
    ['the LRU', 'folio_add_lru(folio);'],
    ['the LRU by way of its vma', 'folio_add_lru_vma(folio, vma);'],
    ['the page cache', 'if (filemap_add_folio(vma->vm_file->f_mapping, folio, 0, gfp)) return;'],
    ['the swap cache', 'if (add_to_swap_cache(folio, entry, gfp, NULL)) return;'],
    ['a page table', 'set_pte_at(mm, 0, pte, mk_pte(&folio->page, vma->vm_page_prot));'],
    ['the deferred split queue', 'deferred_split_folio(folio, false);'],
    ['an xarray', 'xa_store(&mm->tree, 0, folio, gfp);'],
  ])('into %s makes a folio visible', async (_, call) => {
    expect(await after(call)).toEqual(['a: __folio_set_swapbacked']);
  });

  it.each([
    ['a reference', 'folio_get(folio);'],
    ['taking its lock', 'folio_lock(folio);'],
    ['an atomic update', 'folio_set_uptodate(folio);'],
    ['a failed insertion', 'if (!filemap_add_folio(vma->vm_file->f_mapping, folio, 0, gfp)) return;'],
  ])('is not %s', async (_, call) => {
    expect(await after(call)).toEqual([]);
  });
});

describe('code that runs at boot', () => {
  it('is silent: nobody else runs yet', async () => {
    expect(
      await hazards(`
static void __init a(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (!IS_ERR(folio))
		__folio_set_referenced(folio);
}`),
    ).toEqual([]);
  });
});
