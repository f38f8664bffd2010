import { describe, expect, it } from 'vitest';
import { analysed, hazard, hazards } from './kernel.js';

const MARK = `
void mark(struct folio *folio)
{
	__folio_set_checked(folio);
}`;

const NEW = `
void new(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		mark(folio);
}`;

const OLD = `
void old(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (!IS_ERR(folio))
		mark(folio);
}`;

describe('an update of a parameter', () => {
  it('is fine as long as all callers pass new folios', async () => {
    expect(await hazards(MARK + NEW)).toEqual([]);
  });

  it('belongs to the caller that is wrong where others are right', async () => {
    const found = await hazard(MARK + NEW + OLD);
    expect(found).toMatchObject({ in: 'old', update: { updater: 'mark', line: 4 } });
    expect(found.meetings[0]!.chain).toEqual([
      { function: 'old', file: 'mm/a.c', line: 18, callee: 'mark', calleeFile: 'mm/a.c' },
    ]);
  });

  it('belongs to the function itself where all callers are wrong', async () => {
    expect(await hazards(MARK + OLD + OLD.replace('old', 'older'))).toEqual(['mark: __folio_set_checked']);
  });

  it('is fine where nobody calls it', async () => {
    expect(await hazards(MARK)).toEqual([]);
  });

  it('is followed through wrappers', async () => {
    const found = await hazard(`${MARK}
static void one(struct folio *folio)
{
	mark(folio);
}
static void two(struct folio *folio, int n)
{
	one(folio);
}
void new(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		two(folio, 1);
}
void old(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		two(folio, 2);
}`);
    expect(found.in).toBe('old');
    expect(found.meetings[0]!.chain.map((step) => `${step.function} > ${step.callee}`)).toEqual([
      'old > two',
      'two > one',
      'one > mark',
    ]);
  });

  it('belongs to the outermost wrapper that is only ever given visible folios', async () => {
    expect(
      await hazards(`${MARK}${NEW}
static void one(struct folio *folio)
{
	mark(folio);
}
static void two(struct folio *folio)
{
	one(folio);
}
void old(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		two(folio);
}`),
    ).toEqual(['one: mark: __folio_set_checked']);
  });

  it('is followed across files and through a static inline in a header', async () => {
    const found = await hazard({
      'mm/mark.c': MARK,
      'include/linux/mark.h':
        'static inline void mark_page(struct page *page)\n{\n\tmark(page_folio(page));\n}\n',
      'mm/new.c': `${NEW}`,
      'fs/old.c': `
void old(struct address_space *mapping)
{
	struct page *page = find_get_page(mapping, 0);

	if (page)
		mark_page(page);
}`,
    });
    expect(found).toMatchObject({ in: 'mark_page', update: { file: 'mm/mark.c', updater: 'mark' } });
    expect(found.meetings[0]!.chain.map((step) => `${step.file}:${step.line}`)).toEqual([
      'fs/old.c:7',
      'include/linux/mark.h:3',
    ]);
  });

  it('is followed through a macro', async () => {
    expect(
      await hazards({
        'include/linux/mark.h': '#define mark_it(x)\tmark(page_folio(x))\n',
        'mm/a.c': `#include <linux/mark.h>
${MARK}${NEW}
void old(struct address_space *mapping)
{
	struct page *page = find_get_page(mapping, 0);

	if (page)
		mark_it(page);
}`,
      }),
    ).toEqual(['old: mark: __folio_set_checked']);
  });

  it('is that of the static function where a file has its own', async () => {
    expect(
      await hazards({
        'mm/mark.c': MARK,
        'mm/new.c': NEW,
        'mm/own.c': `
static void mark(struct folio *folio)
{
	folio_set_checked(folio);
}
${OLD}`,
      }),
    ).toEqual([]);
  });

  it('is not that of a static function of another file', async () => {
    expect(await hazards({ 'mm/mark.c': MARK.replace('void', 'static void'), 'mm/old.c': OLD })).toEqual([]);
  });

  it('after the callee published the folio is one of a visible folio', async () => {
    expect(
      await hazards(`
static void show(struct folio *folio)
{
	folio_add_lru(folio);
}
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	show(folio);
	__folio_set_checked(folio);
}`),
    ).toEqual(['a: __folio_set_checked']);
  });

  it('after the folio was published in the same function is a hazard whoever calls', async () => {
    expect(
      await hazards(`
void a(struct folio *folio)
{
	folio_add_lru(folio);
	__folio_set_checked(folio);
}`),
    ).toEqual(['a: __folio_set_checked']);
  });

  it('of a folio that a field of a parameter holds is that of who filled the field', async () => {
    expect(
      await hazards(`
struct job {
	struct folio *folio;
};
static void work(struct job *job)
{
	__folio_set_checked(job->folio);
}
void a(swp_entry_t entry)
{
	struct job job;

	job.folio = swap_cache_get_folio(entry, 0, 0);
	if (job.folio)
		work(&job);
}
void b(gfp_t gfp)
{
	struct job job = { .folio = folio_alloc(gfp, 0) };

	if (job.folio)
		work(&job);
}`),
    ).toEqual(['a: work: __folio_set_checked']);
  });
});

describe('what a function returns', () => {
  it('is a new folio through a wrapper', async () => {
    expect(
      await hazards(`
static struct folio *make(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		folio_set_uptodate(folio);
	return folio;
}
void a(gfp_t gfp)
{
	struct folio *folio = make(gfp);

	if (folio)
		__folio_set_checked(folio);
}`),
    ).toEqual([]);
  });

  it('is a new folio through a macro around an allocation', async () => {
    expect(
      await hazards(`
#define alloc_hooks(call)	({ typeof(call) made = call; made; })
#define my_alloc(...)	alloc_hooks(my_alloc_noprof(__VA_ARGS__))
struct folio *my_alloc_noprof(gfp_t gfp)
{
	return folio_alloc_noprof(gfp, 0);
}
void a(gfp_t gfp)
{
	struct folio *folio = my_alloc(gfp);

	if (folio)
		__folio_set_checked(folio);
}`),
    ).toEqual([]);
  });

  it('is a visible folio through a wrapper', async () => {
    const found = await hazard(`
static struct folio *find(swp_entry_t entry)
{
	return swap_cache_get_folio(entry, 0, 0);
}
void a(swp_entry_t entry)
{
	struct folio *folio = find(entry);

	if (folio)
		__folio_set_checked(folio);
}`);
    expect(found.in).toBe('a');
    expect(found.meetings[0]!.origin.steps.map((step) => `${step.function}:${step.line}`)).toEqual([
      'find:4',
      'a:8',
    ]);
  });

  it('is its argument where it hands that back', async () => {
    expect(
      await hazards(`
static struct folio *same(struct folio *folio)
{
	folio_get(folio);
	return folio;
}
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		__folio_set_checked(same(folio));
}
void b(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		__folio_set_checked(same(folio));
}`),
    ).toEqual(['b: __folio_set_checked']);
  });

  it('says by the error that it gives what it did', async () => {
    const text = (error: string): string => `
static int find(swp_entry_t entry, struct folio **found)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return -ENOMEM;
	*found = folio;
	return -EAGAIN;
}
void a(swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio && find(entry, &folio) == -${error})
		__folio_set_checked(folio);
}`;
    expect(await hazards(text('ENOMEM'))).toEqual([]);
    expect(await hazards(text('EAGAIN'))).toEqual(['a: __folio_set_checked']);
  });

  it('says by its value what became of the folio', async () => {
    expect(
      await hazards(`
static bool add(struct address_space *mapping, struct folio *folio)
{
	if (filemap_add_folio(mapping, folio, 0, 0))
		return false;
	return true;
}
void a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	if (!add(mapping, folio))
		__folio_set_checked(folio);
	else
		__folio_set_swapbacked(folio);
}`),
    ).toEqual(['a: __folio_set_swapbacked']);
  });
});

describe('conditions that caller and callee share', () => {
  it('are the same where nothing changed in between', async () => {
    expect(
      await hazards(`
static void finish(struct vm_fault *vmf, struct vm_area_struct *vma, struct folio *folio)
{
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	if (write && !(vma->vm_flags & VM_SHARED))
		__folio_set_checked(folio);
}
void a(struct vm_fault *vmf, struct vm_area_struct *vma, gfp_t gfp)
{
	bool write = vmf->flags & FAULT_FLAG_WRITE;
	struct folio *folio;

	if (write && !(vma->vm_flags & VM_SHARED))
		folio = folio_alloc(gfp, 0);
	else
		folio = swap_cache_get_folio(vmf, vma, 0);
	if (folio)
		finish(vmf, vma, folio);
}`),
    ).toEqual([]);
  });

  it('are not where the callee asks the opposite', async () => {
    expect(
      await hazards(`
static void finish(struct vm_fault *vmf, struct vm_area_struct *vma, struct folio *folio)
{
	if (!(vmf->flags & FAULT_FLAG_WRITE) || (vma->vm_flags & VM_SHARED))
		__folio_set_checked(folio);
}
void a(struct vm_fault *vmf, struct vm_area_struct *vma, gfp_t gfp)
{
	struct folio *folio;

	if ((vmf->flags & FAULT_FLAG_WRITE) && !(vma->vm_flags & VM_SHARED))
		folio = folio_alloc(gfp, 0);
	else
		folio = swap_cache_get_folio(vmf, vma, 0);
	if (folio)
		finish(vmf, vma, folio);
}`),
    ).toContainEqual(expect.stringContaining('finish: __folio_set_checked'));
  });

  it('are confirmed for all folios that meet the update under them', async () => {
    const found = await hazard(`
static void finish(struct vm_area_struct *vma, struct folio *folio)
{
	if (!(vma->vm_flags & VM_DROPPABLE))
		__folio_set_checked(folio);
}
static void fault(struct vm_fault *vmf, struct vm_area_struct *vma, swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = swap_cache_get_folio(entry, vma, 0);

	if (!folio) {
		folio = folio_alloc(gfp, 0);
		if (!folio)
			return;
		folio_add_lru(folio);
	}
	finish(vma, folio);
}
void handle(struct vm_fault *vmf, struct vm_area_struct *vma, swp_entry_t entry, gfp_t gfp)
{
	fault(vmf, vma, entry, gfp);
}`);
    expect(found.meetings.map(({ origin }) => [...origin.visible].join())).toEqual(['LRU', 'swap cache,LRU']);
  });

  it('are open where the tree gives the value of one of two constants only, or where these are no enumerators', async () => {
    const text = (condition: string, values = ''): string => `
${values}
enum { FRESH = BIT(0), FOUND = BIT(1), NEW_FOLIO = BIT(2), OLD_FOLIO = BIT(3) };
void a(struct address_space *mapping)
{
	struct folio *folio;

	if (${condition}) {
		folio = filemap_grab_folio(mapping, 0);
		if (!IS_ERR(folio))
			__folio_set_checked(folio);
	}
}`;
    const found = ['a: __folio_set_checked'];
    expect(await hazards(text('PSIZE == PAGE_SIZE', '#define PSIZE 4096'))).toEqual(found);
    expect(await hazards(text('PSIZE == PAGE_SIZE'))).toEqual(found);
    expect(await hazards(text('FRESH == FOUND'))).toEqual([]);
    expect(await hazards(text('NEW_FOLIO == OLD_FOLIO'))).toEqual([]);
  });

  it('may be an error pointer that is none', async () => {
    expect(
      await hazards(`
int check(struct address_space *mapping);
char *a(struct address_space *mapping)
{
	struct folio *folio;
	void *err;

	err = ERR_PTR(check(mapping));
	if (err)
		return err;
	folio = read_mapping_folio(mapping, 0, NULL);
	if (IS_ERR(folio))
		return ERR_CAST(folio);
	__folio_set_checked(folio);
	return NULL;
}`),
    ).toEqual(['a: __folio_set_checked']);
  });

  it('may be alternatives', async () => {
    expect(
      await hazards(`
static void finish(struct vm_fault *vmf, struct vm_area_struct *vma, struct folio *folio)
{
	if (!(vmf->flags & FAULT_FLAG_WRITE) || (vma->vm_flags & VM_SHARED))
		__folio_set_checked(folio);
}
void a(struct vm_fault *vmf, struct vm_area_struct *vma, gfp_t gfp)
{
	struct folio *folio;

	if ((vmf->flags & FAULT_FLAG_WRITE) && !(vma->vm_flags & VM_SHARED))
		folio = swap_cache_get_folio(vmf, vma, 0);
	else
		folio = folio_alloc(gfp, 0);
	if (folio)
		finish(vmf, vma, folio);
}`),
    ).toEqual([]);
  });

  it('may be constant arguments', async () => {
    expect(
      await hazards(`
static void prepare(struct folio *folio, bool new)
{
	if (new)
		__folio_set_checked(folio);
	else
		folio_set_checked(folio);
}
void a(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		prepare(folio, false);
}
void b(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		prepare(folio, true);
}`),
    ).toEqual([]);
  });

  it('may be constant arguments two calls up', async () => {
    expect(
      await hazards(`
enum mode { OLD, NEW };
static void prepare(struct folio *folio, enum mode mode)
{
	switch (mode) {
	case NEW:
		__folio_set_checked(folio);
		break;
	case OLD:
		folio_set_checked(folio);
	}
}
static void wrap(struct folio *folio, enum mode mode)
{
	prepare(folio, mode);
}
void a(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		wrap(folio, OLD);
}
void b(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		wrap(folio, NEW);
}
void c(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		wrap(folio, NEW);
}`),
    ).toEqual(['c: prepare: __folio_set_checked']);
  });

  it('are open where an unknown function may have written the argument', async () => {
    const text = (call: string): string => `
static void mark(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	pgoff_t index;

	for (index = start; index < end; index++) {
		struct folio *folio = filemap_get_folio(mapping, index);

		if (!IS_ERR(folio))
			__folio_set_checked(folio);
	}
}
void a(struct address_space *mapping, char *text)
{
	pgoff_t start = 0, end = 0;

	${call}
	mark(mapping, start, end);
}`;
    expect(await hazards(text('sscanf(text, "%lx,%lx", &start, &end);'))).toEqual([
      'mark: __folio_set_checked',
    ]);
    expect(await hazards(text(''))).toEqual([]);
  });

  it('may be repeated in one function', async () => {
    expect(
      await hazards(`
void a(swp_entry_t entry, gfp_t gfp, int new)
{
	struct folio *folio;

	if (new)
		folio = folio_alloc(gfp, 0);
	else
		folio = swap_cache_get_folio(entry, 0, 0);
	if (!folio)
		return;
	strange(folio);
	if (new)
		__folio_set_checked(folio);
}`),
    ).toEqual([]);
  });
});

describe('callbacks', () => {
  it('of an operation table get what the contract of the slot says', async () => {
    const found = await hazard(`
static int my_read(struct file *file, struct folio *folio)
{
	__folio_set_uptodate(folio);
	folio_unlock(folio);
	return 0;
}
const struct address_space_operations my_aops = {
	.read_folio = my_read,
};`);
    expect(found.in).toBe('my_read');
    expect(found.meetings[0]!.origin.locked).toBe(true);
  });

  it('may update a folio that their slot makes theirs', async () => {
    expect(
      await hazards(`
static int my_migrate(struct address_space *mapping, struct folio *dst, struct folio *src, int mode)
{
	__folio_set_uptodate(dst);
	return 0;
}
const struct address_space_operations my_aops = {
	.migrate_folio = my_migrate,
};`),
    ).toEqual([]);
  });

  it('are called for a folio through the table that it came with', async () => {
    const filesystem = (name: string, slots: string): string => `
static bool ${name}_release(struct folio *folio, gfp_t gfp)
{
	folio_lock(folio);
	${name === 'mine' ? '__folio_clear_active(folio);' : ''}
	folio_unlock(folio);
	return true;
}
static void ${name}_invalidate(struct folio *folio, size_t offset, size_t length)
{
	release(folio, 0);
}
const struct address_space_operations ${name}_aops = {
	.release_folio = ${name}_release,
	${slots}
};`;
    const { report } = await analysed({
      'include/linux/fs.h': `
struct address_space_operations {
	bool (*release_folio)(struct folio *folio, gfp_t gfp);
	void (*invalidate_folio)(struct folio *folio, size_t offset, size_t length);
};
struct address_space {
	const struct address_space_operations *a_ops;
};
`,
      'mm/release.c': `
bool release(struct folio *folio, gfp_t gfp)
{
	struct address_space *mapping = folio->mapping;

	if (mapping && mapping->a_ops->release_folio)
		return mapping->a_ops->release_folio(folio, gfp);
	return true;
}`,
      'fs/mine.c': filesystem('mine', '.invalidate_folio = mine_invalidate,'),
      'fs/other.c': filesystem('other', '.invalidate_folio = other_invalidate,'),
    });
    const told = [...report.hazards.values()].flatMap(({ meetings }) =>
      meetings.map((meeting) => meeting.function),
    );
    expect(told).toContain('mine_release');
    expect(told).toContain('mine_invalidate');
    expect(told).not.toContain('other_invalidate');
  });

  it('of a table without contract get what is passed through the pointer', async () => {
    expect(
      await hazards(`
struct my_operations {
	void (*act)(struct folio *folio);
};
struct thing {
	const struct my_operations *ops;
};
static void my_act(struct folio *folio)
{
	__folio_set_checked(folio);
}
static const struct my_operations mine = {
	.act = my_act,
};
void a(struct thing *thing, swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		thing->ops->act(folio);
}`),
    ).toEqual(['my_act: __folio_set_checked']);
  });

  it('passed as an argument get what is passed to them', async () => {
    expect(
      await hazards(`
static void each(struct folio *folio, void (*act)(struct folio *folio))
{
	act(folio);
}
static void careless(struct folio *folio)
{
	__folio_set_checked(folio);
}
static void careful(struct folio *folio)
{
	folio_set_checked(folio);
}
void a(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	each(folio, careful);
	each(folio, careless);
}`),
    ).toEqual(['careless: __folio_set_checked']);
  });

  it('passed as an argument may be called through a star', async () => {
    expect(
      await hazards(`
static void each(struct folio *folio, void (*act)(struct folio *folio))
{
	(*act)(folio);
}
static void careless(struct folio *folio)
{
	__folio_set_checked(folio);
}
void a(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		each(folio, careless);
}`),
    ).toEqual(['careless: __folio_set_checked']);
  });

  it('held in a local variable are called by their name', async () => {
    expect(
      await hazards(`
static void careless(struct folio *folio)
{
	__folio_set_checked(folio);
}
static void careful(struct folio *folio)
{
	folio_set_checked(folio);
}
void a(swp_entry_t entry, gfp_t gfp)
{
	void (*act)(struct folio *folio) = careful;
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio) {
		folio = folio_alloc(gfp, 0);
		act = careless;
	}
	if (folio)
		act(folio);
}`),
    ).toEqual([]);
  });

  it('of a local table get what the contract of the slot says', async () => {
    expect(
      await hazards(`
static bool my_one(struct folio *folio, struct vm_area_struct *vma, unsigned long address, void *arg)
{
	__folio_set_referenced(folio);
	return true;
}
void a(struct folio *folio)
{
	struct rmap_walk_control rwc = {
		.rmap_one = my_one,
	};

	rmap_walk(folio, &rwc);
}`),
    ).toEqual(['my_one: __folio_set_referenced']);
  });

  it('passed as an argument of a known type get what the contract of the type says', async () => {
    expect(
      await hazards(`
static int my_read(struct file *file, struct folio *folio)
{
	__folio_set_uptodate(folio);
	return 0;
}
static int fill(struct address_space *mapping, filler_t filler)
{
	struct folio *folio = filemap_lock_folio(mapping, 0);

	if (IS_ERR(folio))
		return 1;
	return filler(NULL, folio);
}
int a(struct address_space *mapping)
{
	return fill(mapping, my_read);
}`),
    ).toEqual(['my_read: __folio_set_uptodate']);
  });

  it('that allocate return a new folio', async () => {
    expect(
      await hazards(`
typedef struct folio *new_folio_t(struct folio *folio, unsigned long private);
void a(struct folio *src, new_folio_t get_new, unsigned long private)
{
	struct folio *dst = get_new(src, private);

	if (dst)
		__folio_set_checked(dst);
}`),
    ).toEqual([]);
  });
});

describe('the callers of an update', () => {
  it('are known with what they pass', async () => {
    const { report } = await analysed(`${MARK}${NEW}${OLD}
void third(struct thing *thing)
{
	struct folio *folio = strange(thing);

	mark(folio);
}`);
    const calls = report.contexts.filter(
      (context) => context.callee === 'mm/a.c:mark' && context.caller !== context.callee,
    );
    expect(calls.map(({ caller, kind, ownership }) => [caller, kind, ownership]).sort()).toEqual([
      ['mm/a.c:new', 'owned', 'fresh'],
      ['mm/a.c:old', 'visible', 'shared'],
      ['mm/a.c:third', 'unknown', 'unknown'],
    ]);
  });

  it('that run at boot only do not count as wrong', async () => {
    expect(await hazards(MARK + NEW + OLD.replace('void old', 'void __init old'))).toEqual([]);
  });

  it('see no result of a callee that an assertion stopped', async () => {
    expect(
      await hazards(`
static int get(struct folio *folio, int x)
{
	BUG_ON(x);
	folio_get(folio);
	return 0;
}
void a(gfp_t gfp, int x)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	if (get(folio, x))
		folio_add_lru(folio);
	__folio_set_checked(folio);
}`),
    ).toEqual([]);
  });

  it('may call themselves', async () => {
    expect(
      await hazards(`${NEW}
void mark(struct folio *folio)
{
	__folio_set_checked(folio);
	if (strange())
		mark(folio);
}
${OLD}`),
    ).toEqual(['old: mark: __folio_set_checked']);
  });
});

describe('functions that call each other in a circle', () => {
  const circle = [
    `
static void outer(struct folio *folio, int n)
{
	inner(folio, n);
}
`,
    `
static void inner(struct folio *folio, int n)
{
	if (n)
		outer(folio, n - 1);
	__folio_set_checked(folio);
}
`,
    `
void a(swp_entry_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (folio)
		outer(folio, 3);
}
void b(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		outer(folio, 3);
}
`,
  ];

  it('are followed', async () => {
    expect(await hazards(circle.join(''))).toEqual(['a: inner: __folio_set_checked']);
  });

  it('are followed in whatever order they stand', async () => {
    expect(await hazards(circle.toSpliced(0, 2, circle[1]!, circle[0]!).join(''))).toEqual([
      'a: inner: __folio_set_checked',
    ]);
  });
});

describe('the release of the kernel', () => {
  it('decides which contract holds', async () => {
    const text = `
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	lru_cache_add(&folio->page);
	__folio_set_checked(folio);
}`;
    expect(await hazards(text, '6.1')).toEqual(['a: __folio_set_checked']);
    expect(await hazards(`${text}\n`, '6.12')).toEqual([]);
  });

  it('is part of what an analysis is remembered by', async () => {
    const text = `
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	lru_cache_add(&folio->page);
	if (folio)
		__folio_set_checked(folio);
}`;
    expect(await hazards(text, '6.1')).toEqual(['a: __folio_set_checked']);
    expect(await hazards(text, '6.12')).toEqual([]);
  });
});

describe('what callers decide', () => {
  it('is asked of each way to the update', async () => {
    const reader = (length: string): string => `
static int read(struct address_space *mapping, int length)
{
	struct folio *folio;

	if (!mapping)
		return 0;
	folio = filemap_get_folio(mapping, 0);
	if (IS_ERR(folio))
		return 0;
	__folio_set_checked(folio);
	return 1;
}
static int data(struct sb *sb, int length)
{
	struct address_space *mapping = sb->mapping;

	if (length)
		return read(mapping, length);
	else
		return read(mapping, 2);
}
int table(struct sb *sb)
{
	return data(sb, ${length});
}`;
    expect(await hazards(reader('0'))).toEqual(['read: __folio_set_checked']);
    expect(await hazards(reader('5'))).toEqual(['read: __folio_set_checked']);
  });

  it('is open where a function that is not read may have written it', async () => {
    const calls = 'a(i); '.repeat(20);
    const text = `
struct info {
	int win;
	int count;
};
static void ask(struct fault *fault, struct info *info)
{
	int i, max;

	${calls}
	max = limit(i);
	if (max == 1) {
		info->win = 1;
		return;
	}
	info->win = window(max);
	info->count = 3;
}
struct folio *readahead(struct fault *fault, struct address_space *mapping)
{
	struct info info = {
		.win = 1,
	};
	struct folio *folio;

	ask(fault, &info);
	if (info.win == 1)
		return NULL;
	folio = filemap_get_folio(mapping, 0);
	if (IS_ERR(folio))
		return NULL;
	__folio_set_checked(folio);
	return folio;
}`;
    expect(await hazards(text)).toEqual(['readahead: __folio_set_checked']);
  });
});

describe('what a call may have changed', () => {
  it('is open for variables behind the parameters that have names', async () => {
    const text = `
static int set(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	pgoff_t index;

	for (index = start; index < end; index++) {
		struct folio *folio = filemap_get_folio(mapping, index);

		if (!IS_ERR_OR_NULL(folio))
			__folio_set_checked(folio);
	}
	return 0;
}
int scan(const char *buf, const char *fmt, ...)
{
	return buf[0] ? 2 : 0;
}
int given(struct address_space *mapping, char *buf)
{
	pgoff_t start = 0, end = 0;

	if (scan(buf, "%lx,%lx", &start, &end) != 2)
		return -EINVAL;
	return set(mapping, start, end);
}`;
    expect(await hazards(text)).toEqual(['set: __folio_set_checked']);
  });

  it('is whether a list is empty, when an entry is taken off or others are put on', async () => {
    const text = `
static inline int list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}
static void put_back(struct list_head *folios)
{
	struct folio *folio;
	LIST_HEAD(kept);

	while (!list_empty(folios)) {
		folio = lru_to_folio(folios);
		list_move(&folio->lru, &kept);
	}
	list_splice(&kept, folios);
	while (!list_empty(folios)) {
		folio = lru_to_folio(folios);
		__folio_set_checked(folio);
		list_del(&folio->lru);
	}
}
int scan(struct lruvec *lruvec)
{
	return put_back(&lruvec->lists[0]);
}`;
    expect(await hazards(text)).toEqual(['put_back: __folio_set_checked']);
  });
});

describe('what a header says for one configuration', () => {
  it('is not taken for what holds in all', async () => {
    const files = (stub: string) => ({
      'include/linux/pgtable.h': `struct page;\n${stub}`,
      'mm/a.c': `
int entry(pmd_t pmd, struct vm_area_struct *vma, unsigned long addr)
{
	if (pmd_leaf(pmd)) {
		struct folio *folio = vm_normal_folio_pmd(vma, addr, pmd);

		if (folio)
			__folio_set_checked(folio);
	}
	return 0;
}`,
    });
    const found = ['entry: __folio_set_checked'];
    expect(await hazards(files('#define pmd_leaf(x)\tfalse\n'))).toEqual(found);
    expect(await hazards(files('static inline int pmd_leaf(pmd_t pmd)\n{\n\treturn 0;\n}\n'))).toEqual(found);
  });
});

describe('a list of a caller', () => {
  const taker = (kind: string): string => `
${kind}int take(struct list_head *pages)
{
	struct folio *folio = lru_to_folio(pages);

	__folio_set_checked(folio);
	return 0;
}`;

  it('has folios that others can see where a caller is known', async () => {
    const caller = `
int scan(struct lruvec *lruvec)
{
	return take(&lruvec->lists[0]);
}`;
    expect(await hazards(taker('static ') + caller)).toEqual(['take: __folio_set_checked']);
  });

  it('is not judged where none is: that of readpages() had new ones', async () => {
    expect(await hazards(taker(''))).toEqual([]);
    expect(
      await hazards(`${taker('static ')}
const struct address_space_operations aops = {
	.readpages = take,
};`),
    ).toEqual([]);
  });
});

describe('a function with very many paths', () => {
  it('is gone through to its end', async () => {
    const decisions = Array.from({ length: 9 }, (_, n) => [
      `	int d${n} = decide();`,
      `	if (d${n})\n		d${n} = 1;\n	else\n		d${n} = 0;`,
    ]);
    const uses = Array.from({ length: 9 }, (_, n) => `	if (d${n})\n		act();`);
    const much = Array.from({ length: 120 }, () => '	act();');
    expect(
      await hazards(`
void a(struct address_space *mapping)
{
	struct folio *folio;
${[...decisions.flat(), ...much, ...uses].join('\n')}
	folio = filemap_get_folio(mapping, 0);
	if (!IS_ERR(folio))
		__folio_set_checked(folio);
}`),
    ).toEqual(['a: __folio_set_checked']);
  });
});
