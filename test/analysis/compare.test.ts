import { describe, expect, it } from 'vitest';
import { analysisText } from '../../src/analysis/analysis-text.js';
import { compareHazards, type Difference } from '../../src/analysis/compare.js';
import { sectionsIn } from '../../src/analysis/kept/blocks.js';
import { KeptTree } from '../../src/analysis/kept/kept-tree.js';
import { keptBytes } from '../../src/analysis/kept/write.js';
import { changedFunctions } from '../../src/review/changed.js';
import { findingId } from '../../src/review/finding.js';
import { analyse } from '../../src/review/side.js';
import { analyseToKeep, emptyTree } from '../../src/review/tree-to-keep.js';
import { readTreeFacts } from '../../src/c/tree-facts.js';
import { overlay } from '../../src/tree/overlay.js';
import type { Tree } from '../../src/tree/tree.js';
import { bottomOf, HEADER, NO_STORE, nameOf, rules, treeOf, type Files } from './kernel.js';

/** What a change of some files does. */
async function difference(before: Files | string, after: Files | string): Promise<Difference> {
  const old = treeOf(typeof before === 'string' ? { 'mm/a.c': before } : before);
  const now = treeOf(typeof after === 'string' ? { 'mm/a.c': after } : after);
  const ids = new Map((await old.files()).map((file) => [file.path, file.id]));
  const paths: string[] = [];
  for (const { path, id } of await now.files()) {
    if (ids.get(path) !== id) paths.push(path);
    ids.delete(path);
  }
  paths.push(...ids.keys());
  const oldFacts = await readTreeFacts(old, NO_STORE);
  const newFacts = await readTreeFacts(now, NO_STORE);
  const changed = new Set(
    paths.flatMap((path) =>
      changedFunctions(oldFacts.get(path)?.functions ?? [], newFacts.get(path)?.functions ?? []),
    ),
  );
  const found = compareHazards(
    await analyse(old, rules, changed, NO_STORE),
    await analyse(now, rules, changed, NO_STORE),
    paths,
  );
  // Held against what was kept of the tree before, it is the same.
  const base = bottomOf(old);
  const patched = overlay(base, await changesTo(now, paths));
  const onKept = compareHazards(
    await analyse(base, rules, changed, NO_STORE),
    await analyse(patched, rules, changed, NO_STORE),
    paths,
  );
  expect(onKept).toEqual(found);
  return found;
}

async function changesTo(now: Tree, paths: readonly string[]): Promise<Map<string, string | null>> {
  const changes = new Map<string, string | null>();
  for (const path of paths) changes.set(path, await now.read(path));
  return changes;
}

/** The same as text: `+ cause, hazard` for what appeared, `- hazard` for what went. */
async function change(before: Files | string, after: Files | string): Promise<string[]> {
  const { introduced, resolved } = await difference(before, after);
  return [
    ...introduced.map(({ because, hazard }) => `+ ${because}, ${nameOf(hazard)}`).sort(),
    ...resolved.map((hazard) => `- ${nameOf(hazard)}`).sort(),
  ];
}

const MARK = `
void mark(struct folio *folio)
{
	__folio_set_checked(folio);
}
`;

const NEW = `
void new(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		mark(folio);
}
`;

/** A function that looks a folio up and does something with it. */
const old = (statements: string, name = 'old'): string => `
void ${name}(swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	${statements.split('\n').join('\n\t')}
}
`;

describe('a hazard appears', () => {
  it('because a function is called by somebody who passes visible folios', async () => {
    expect(await change(MARK + NEW + old('folio_get(folio);'), MARK + NEW + old('mark(folio);'))).toEqual([
      '+ new-caller, old: mark: __folio_set_checked',
    ]);
  });

  it('because a new function calls it', async () => {
    expect(await change(MARK + NEW, MARK + NEW + old('mark(folio);'))).toEqual([
      '+ new-caller, old: mark: __folio_set_checked',
    ]);
  });

  it('because a caller passes visible folios, too', async () => {
    expect(
      await change(
        `${MARK}
void a(swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		mark(folio);
}`,
        `${MARK}
void a(swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		folio = folio_alloc(gfp, 0);
	if (folio)
		mark(folio);
}`,
      ),
    ).toEqual(['+ widened-caller, a: mark: __folio_set_checked']);
  });

  it('because a condition that kept visible folios out is gone', async () => {
    const text = (condition: string): string => `${MARK}
void a(swp_entry_t entry, gfp_t gfp)
{
	struct folio *swapcache, *folio;

	swapcache = folio = swap_cache_get_folio(entry, 0, 0);
	if (!folio)
		folio = folio_alloc(gfp, 0);
	if (${condition})
		mark(folio);
}`;
    expect(await change(text('folio && folio != swapcache'), text('folio'))).toEqual([
      '+ widened-caller, a: mark: __folio_set_checked',
    ]);
  });

  it('because of a new update where the folio is visible', async () => {
    expect(
      await change(old('folio_get(folio);'), old('folio_get(folio);\n__folio_set_checked(folio);')),
    ).toEqual(['+ new-update, old: __folio_set_checked']);
  });

  it('because of a new update in a function that is given visible folios', async () => {
    const mark = MARK.replace('__folio_set_checked', 'folio_set_uptodate');
    expect(await change(mark + NEW + old('mark(folio);'), MARK + NEW + old('mark(folio);'))).toEqual([
      '+ new-update, old: mark: __folio_set_checked',
    ]);
  });

  it('because an update is atomic no more', async () => {
    expect(await change(old('folio_set_checked(folio);'), old('__folio_set_checked(folio);'))).toEqual([
      '+ downgraded-update, old: __folio_set_checked',
    ]);
    expect(
      await change(old('set_bit(PG_checked, &folio->flags);'), old('__set_bit(PG_checked, &folio->flags);')),
    ).toEqual(['+ downgraded-update, old: __set_bit(PG_checked)']);
  });

  it('because an update has lost its guard', async () => {
    const mark = (guard: string): string => `
void mark(struct folio *folio)
{
	${guard}__folio_set_swapbacked(folio);
}
`;
    expect(
      await change(
        mark('if (!folio_test_swapbacked(folio))\n\t\t') + NEW + old('mark(folio);'),
        mark('') + NEW + old('mark(folio);'),
      ),
    ).toEqual(['+ guard-removed, old: mark: __folio_set_swapbacked']);
  });

  it('because an update has lost a guard that it never came past', async () => {
    expect(
      await change(
        old('if (!folio_test_swapbacked(folio))\n\t__folio_set_swapbacked(folio);'),
        old('__folio_set_swapbacked(folio);'),
      ),
    ).toEqual(['+ guard-removed, old: __folio_set_swapbacked']);
  });

  it('because the refcount is not frozen any more', async () => {
    expect(
      await change(
        old('if (folio_ref_freeze(folio, 2))\n\t__folio_clear_active(folio);'),
        old('if (strange(folio, 2))\n\t__folio_clear_active(folio);'),
      ),
    ).toEqual(['+ protection-removed, old: __folio_clear_active']);
  });

  it('because the refcount is not frozen any more where the update is called', async () => {
    expect(
      await change(
        MARK + NEW + old('if (folio_ref_freeze(folio, 2))\n\tmark(folio);'),
        MARK + NEW + old('mark(folio);'),
      ),
    ).toEqual(['+ protection-removed, old: mark: __folio_set_checked']);
  });

  it('because the folio is published earlier', async () => {
    const text = (first: string, second: string): string => `
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	${first}
	${second}
}`;
    expect(
      await change(
        text('__folio_set_checked(folio);', 'folio_add_lru(folio);'),
        text('folio_add_lru(folio);', '__folio_set_checked(folio);'),
      ),
    ).toEqual(['+ published-earlier, a: __folio_set_checked']);
    expect(
      await change(
        MARK + text('mark(folio);', 'folio_add_lru(folio);'),
        MARK + text('folio_add_lru(folio);', 'mark(folio);'),
      ),
    ).toEqual(['+ published-earlier, mark: __folio_set_checked']);
  });

  it('because what the caller owned is published before the update of it', async () => {
    const text = (first: string, second: string): string => `
static void place(struct address_space *mapping, struct folio *folio)
{
	${first}
	${second}
}
void a(struct address_space *mapping, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		place(mapping, folio);
}`;
    const update = '__folio_set_checked(folio);';
    const published = 'folio_add_lru(folio);';
    expect(await change(text(update, published), text(published, update))).toEqual([
      '+ published-earlier, place: __folio_set_checked',
    ]);
  });

  it('because the folio is published where it was not at all', async () => {
    const text = (statement: string): string => `
static void prepare(struct folio *folio)
{
	${statement}
}
void a(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	prepare(folio);
	__folio_set_checked(folio);
}`;
    expect(await change(text('folio_get(folio);'), text('folio_add_lru(folio);'))).toEqual([
      '+ published-earlier, a: __folio_set_checked',
    ]);
  });

  it('because the header makes an accessor another one', async () => {
    const files = (header: string): Files => ({
      'include/linux/page-flags.h': header,
      'mm/a.c': old('folio_set_checked(folio);'),
    });
    const weaker = HEADER.replace(
      'FOLIO_FLAG(checked, FOLIO_HEAD_PAGE)\n\t__FOLIO_SET_FLAG(checked, FOLIO_HEAD_PAGE)\n',
      'FOLIO_TEST_FLAG(checked, FOLIO_HEAD_PAGE)\nstatic __always_inline void folio_set_checked(struct folio *folio)\n{\n\t__set_bit(PG_checked, folio_flags(folio, FOLIO_HEAD_PAGE));\n}\n',
    );
    expect(weaker).not.toBe(HEADER);
    expect(await change(files(HEADER), files(weaker))).toEqual([
      '+ downgraded-update, old: folio_set_checked',
    ]);
    expect(await change(files(weaker), files(HEADER))).toEqual(['- old: folio_set_checked']);
  });

  it('because the folio is not verified any more', async () => {
    const text = (lookup: string): string => `${MARK}${NEW}
void a(unsigned long pfn)
{
	struct folio *folio = ${lookup};

	if (folio)
		folio_set_referenced(folio);
}`;
    expect(await change(text('damon_get_folio(pfn)'), text('pfn_to_online_page(pfn)'))).toEqual([
      '+ reference-moved, a: folio_set_referenced',
    ]);
  });

  it('not because another atomic update is the first that reaches the folio', async () => {
    const text = (statement: string): string => `${MARK}${NEW}
void a(unsigned long pfn)
{
	struct folio *folio = pfn_to_online_page(pfn);

	if (!folio)
		return;
	${statement}
	folio_set_active(folio);
}`;
    expect(await change(text('folio_set_referenced(folio);'), text(''))).toEqual([]);
  });

  it('once for each caller, where others are right', async () => {
    expect(
      await change(MARK + NEW, MARK + NEW + old('mark(folio);', 'one') + old('mark(folio);', 'two')),
    ).toEqual([
      '+ new-caller, one: mark: __folio_set_checked',
      '+ new-caller, two: mark: __folio_set_checked',
    ]);
  });
});

describe('a hazard is resolved', () => {
  const before = MARK + NEW + old('mark(folio);');

  it.each([
    ['the atomic update', MARK.replace('__folio', 'folio') + NEW + old('mark(folio);')],
    ['no call', MARK + NEW + old('folio_get(folio);')],
    ['a frozen refcount', MARK + NEW + old('if (folio_ref_freeze(folio, 2))\n\tmark(folio);')],
    ['the removal of the function', MARK + NEW],
  ])('by %s', async (_, after) => {
    expect(await change(before, after)).toEqual(['- old: mark: __folio_set_checked']);
  });

  it('by a guard that is sound', async () => {
    expect(
      await change(
        old('__folio_set_swapbacked(folio);'),
        old('if (!folio_test_swapbacked(folio))\n\t__folio_set_swapbacked(folio);'),
      ),
    ).toEqual(['- old: __folio_set_swapbacked']);
  });

  it('not by a guard that is not', async () => {
    expect(
      await change(
        old('__folio_set_checked(folio);'),
        old('if (!folio_test_checked(folio))\n\t__folio_set_checked(folio);'),
      ),
    ).toEqual([]);
  });
});

describe('no hazard appears or goes', () => {
  const before = MARK + NEW + old('mark(folio);');
  const rewritten: readonly (readonly [string, Files | string])[] = [
    ['lines are added above', `/* A comment.\n *\n */\n#include <linux/mm.h>\n${before}`],
    ['functions change places', old('mark(folio);') + NEW + MARK],
    ['white space changes', before.replace(/\t/g, '        ').replace('mark(folio);', 'mark( folio );')],
    [
      'a variable is renamed',
      MARK +
        NEW +
        old('mark(folio);')
          .replaceAll('folio ', 'f ')
          .replaceAll('struct f ', 'struct folio ')
          .replaceAll('*folio', '*f')
          .replaceAll('!folio', '!f')
          .replaceAll('(folio)', '(f)'),
    ],
    [
      'a parameter is renamed',
      MARK.replaceAll('*folio', '*dst').replaceAll('(folio)', '(dst)') + NEW + old('mark(folio);'),
    ],
    ['a function goes to another file', { 'mm/a.c': NEW + old('mark(folio);'), 'mm/b.c': MARK }],
    ['a caller goes to another file', { 'mm/a.c': MARK + NEW, 'fs/b.c': old('mark(folio);') }],
    ['a caller is renamed', MARK + NEW + old('mark(folio);', 'elderly')],
    ['the function with the update is renamed', before.replaceAll('mark', 'tick')],
    [
      'a guard that protects nothing is added',
      before.replace('__folio_set', 'if (!folio_test_checked(folio))\n\t\t__folio_set'),
    ],
    ['a lock is taken', MARK + NEW + old('folio_lock(folio);\nmark(folio);\nfolio_unlock(folio);')],
    [
      'other things are done in between',
      MARK + NEW + old('folio_get(folio);\nfolio_mark_accessed(folio);\nmark(folio);\nfolio_put(folio);'),
    ],
    ['it is called twice', MARK + NEW + old('mark(folio);\nmark(folio);')],
    ['a branch is put around it', MARK + NEW + old('if (gfp)\n\tmark(folio);')],
    [
      'the folio comes from elsewhere',
      MARK +
        NEW +
        old('mark(folio);').replace(
          'swap_cache_get_folio(entry, 0, 0)',
          'read_swap_cache_async(entry, gfp, 0, 0, 0)',
        ),
    ],
  ];

  it.each(rewritten)('when %s', async (_, after) => {
    expect(await change(before, before)).toEqual([]);
    expect(await change(before, after)).toEqual([]);
  });

  it('when an update moves into a function of its own', async () => {
    expect(
      await change(
        old('__folio_set_checked(folio);\nfolio_put(folio);'),
        `static void drop(struct folio *folio)\n{\n\t__folio_set_checked(folio);\n\tfolio_put(folio);\n}\n${old('drop(folio);')}`,
      ),
    ).toEqual([]);
  });

  it('when a function with an update is inlined', async () => {
    expect(
      await change(
        `static void drop(struct folio *folio)\n{\n\t__folio_set_checked(folio);\n\tfolio_put(folio);\n}\n${old('drop(folio);')}`,
        old('__folio_set_checked(folio);\nfolio_put(folio);'),
      ),
    ).toEqual([]);
  });

  it('when functions that call each other change places', async () => {
    const outer = 'static void outer(struct folio *folio, int n)\n{\n\tinner(folio, n);\n}\n';
    const inner =
      'static void inner(struct folio *folio, int n)\n{\n\tif (n)\n\t\touter(folio, n - 1);\n\t__folio_set_checked(folio);\n}\n';
    const user = old('outer(folio, 3);');
    expect(await change(outer + inner + user, inner + outer + user)).toEqual([]);
  });

  it('when a wrapper is put in between', async () => {
    expect(
      await change(
        before,
        `${MARK}${NEW}static void wrap(struct folio *folio)\n{\n\tmark(folio);\n}\n${old('wrap(folio);')}`,
      ),
    ).toEqual([]);
  });

  it('when the only right caller goes: the hazard belongs to the function now', async () => {
    expect(await change(before, MARK + old('mark(folio);'))).toEqual([]);
  });
});

describe('a hazard that changes its place', () => {
  const bad = old('mark(folio);');

  it('because a right caller comes is no other hazard', async () => {
    expect(await change(MARK + bad, MARK + bad + NEW)).toEqual([]);
    const two = MARK + bad + old('mark(folio);', 'other');
    expect(await change(two, two + NEW)).toEqual([]);
  });

  it('because a right caller comes does not hide a wrong one that comes with it', async () => {
    expect(await change(MARK + bad, MARK + bad + NEW + old('mark(folio);', 'other'))).toEqual([
      '+ new-caller, other: mark: __folio_set_checked',
    ]);
  });

  it('because the right caller goes is no other hazard', async () => {
    const two = MARK + bad + old('mark(folio);', 'other');
    expect(await change(two + NEW, two)).toEqual([]);
  });

  it('is gone only when all of it is gone', async () => {
    const two = MARK + bad + old('mark(folio);', 'other');
    expect(await change(two, MARK + bad)).toEqual([]);
    expect(await change(two, MARK)).toEqual(['- mark: __folio_set_checked']);
  });

  it('is resolved in one function and stays in the other', async () => {
    const two = MARK + NEW + bad + old('mark(folio);', 'other');
    expect(await change(two, MARK + NEW + bad)).toEqual(['- other: mark: __folio_set_checked']);
  });

  it('because its functions are renamed and moved at once is no other hazard', async () => {
    expect(
      await change(
        { 'mm/a.c': MARK + NEW + bad, 'mm/b.c': 'struct folio;\n' },
        {
          'mm/a.c': NEW.replaceAll('mark', 'tick'),
          'mm/b.c': `struct folio;\n${(MARK + bad).replaceAll('mark', 'tick').replaceAll('old', 'elderly')}`,
        },
      ),
    ).toEqual([]);
  });

  it('because a parameter is added is no other hazard', async () => {
    const more = (MARK + NEW + bad)
      .replace('struct folio *folio)\n{\n\t__', 'struct folio *folio, int flags)\n{\n\t__')
      .replaceAll('mark(folio);', 'mark(folio, 0);');
    expect(more).toContain('mark(folio, 0)');
    expect(await change(MARK + NEW + bad, more)).toEqual([]);
  });

  it('because a function becomes static or inline in a header is no other hazard', async () => {
    expect(
      await change(
        { 'mm/a.c': MARK + NEW + bad },
        { 'mm/a.c': NEW + bad, 'include/linux/mark.h': `static inline ${MARK.trim()}\n` },
      ),
    ).toEqual([]);
    expect(await change(MARK + NEW + bad, `static ${MARK.trim()}\n${NEW}${bad}`)).toEqual([]);
  });

  it('because a page function becomes a folio function is no other hazard', async () => {
    const page = `
void mark(struct page *page)
{
	__folio_set_checked(page_folio(page));
}
`;
    const pages = (text: string): string => text.replaceAll('mark(folio);', 'mark(&folio->page);');
    expect(await change(page + pages(NEW) + pages(bad), MARK + NEW + bad)).toEqual([]);
  });

  it('because a page accessor becomes the folio accessor is no other hazard', async () => {
    expect(
      await change(old('__SetPageReferenced(&folio->page);'), old('__folio_set_referenced(folio);')),
    ).toEqual([]);
  });

  it('because a raw update becomes a bit operation is no other hazard', async () => {
    expect(
      await change(old('folio->flags |= 1UL << PG_checked;'), old('__set_bit(PG_checked, &folio->flags);')),
    ).toEqual([]);
  });

  it('because a bit operation becomes an accessor is no other hazard', async () => {
    expect(
      await change(old('__set_bit(PG_checked, &folio->flags);'), old('__folio_set_checked(folio);')),
    ).toEqual([]);
  });

  it('because BIT() stands for a shift is no other hazard', async () => {
    expect(
      await change(old('folio->flags |= 1UL << PG_checked;'), old('folio->flags |= BIT(PG_checked);')),
    ).toEqual([]);
  });
});

describe('the id of a finding', () => {
  const id = async (files: Files | string): Promise<string> => {
    const { introduced } = await difference('', files);
    expect(introduced).toHaveLength(1);
    return findingId(introduced[0]!.hazard);
  };
  const text = MARK + NEW + old('mark(folio);');

  it('is that of the same finding in moved, reformatted and differently guarded code', async () => {
    const known = await id(text);
    expect(await id(`\n\n${text}`)).toBe(known);
    expect(await id(text.replaceAll('\t', '  '))).toBe(known);
    expect(await id({ 'fs/b.c': text })).toBe(known);
    expect(
      await id(text.replaceAll('*folio', '*f').replaceAll('(folio)', '(f)').replaceAll('!folio', '!f')),
    ).toBe(known);
    expect(await id(text.replace('__folio_set', 'if (!folio_test_checked(folio))\n\t\t__folio_set'))).toBe(
      known,
    );
  });

  it('is that of a raw update with another name for the folio', async () => {
    const raw = old('folio->flags |= 1 << PG_dirty;');
    expect(
      await id(raw.replaceAll('*folio', '*f').replaceAll('!folio', '!f').replaceAll('folio->', 'f->')),
    ).toBe(await id(raw));
  });

  it('differs for other functions, updates and words', async () => {
    const ids = await Promise.all([
      id(text),
      id(text.replaceAll('old', 'older')),
      id(text.replaceAll('mark', 'tick')),
      id(text.replace('__folio_set_checked', '__folio_set_referenced')),
      id(text.replace('__folio_set_checked', '__folio_set_partially_mapped')),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

function contentOf(tree: KeptTree) {
  const functions = Array.from({ length: tree.size }, (_, number) => {
    const { key, facts, fingerprint } = tree.entry(number);
    const analysis = tree.analysis(number);
    const callees = [...tree.graph.callees(number)].map((callee) => tree.entry(callee).key);
    return [key, facts.line, fingerprint, analysis && analysisText(analysis), callees];
  });
  return {
    functions,
    order: [...tree.order],
    parts: tree.parts,
    analysed: tree.analysed,
    files: [...tree.paths()].map((path) => [path, tree.idOf(path), tree.ownOf(path)]),
    structs: [...tree.structs()],
    slots: [...tree.slots()].map(({ field, entry }) => [field, entry.key]),
  };
}

describe('an analysis that takes over what did not change', () => {
  const walk = (text: string): string => `
void walk(struct list_head *list)
{
	struct folio *folio = lru_to_folio(list);

	${text}
	folio_putback_lru(folio);
}`;
  const files: Files = {
    'mm/mark.c': MARK,
    'mm/new.c': NEW,
    'mm/old.c': old('mark(folio);'),
    'include/linux/mark.h': '#define mark_page(page)\tmark(page_folio(page))\n',
    'mm/walk.c': walk(''),
    'mm/pass.c': 'struct folio;\nvoid pass(struct lruvec *lruvec)\n{\n\twalk(&lruvec->lists[0]);\n}\n',
    'mm/user.c':
      'void user(struct address_space *mapping)\n{\n\tstruct page *page = find_get_page(mapping, 0);\n\n\tif (page)\n\t\tmark_page(page);\n}\n',
  };
  const steps: readonly (readonly [string, Files])[] = [
    ['a callee changes', { 'mm/mark.c': MARK.replace('__folio_set', 'folio_set') }],
    ['a callee moves', { 'mm/mark.c': `\n\n\n${MARK}` }],
    ['a static function shadows a callee', { 'mm/old.c': `static ${MARK.trim()}\n${old('mark(folio);')}` }],
    ['a callee disappears', { 'mm/mark.c': null }],
    ['a macro changes', { 'include/linux/mark.h': '#define mark_page(page)\tstrange(page_folio(page))\n' }],
    [
      'an accessor changes',
      { 'include/linux/page-flags.h': HEADER.replace('__set_bit(PG_##name', 'set_bit(PG_##name') },
    ],
    [
      'a constant changes',
      { 'include/linux/more.h': 'struct page;\n#define MORE 3\n#define x_for_each(x) for (;;)\n' },
    ],
    ['a folio of a list of a caller is updated', { 'mm/walk.c': walk('__folio_set_checked(folio);') }],
    ['a caller comes', { 'mm/third.c': old('mark(folio);', 'third') }],
  ];

  it.each(steps)('finds the same as one that does not, when %s', async (_, changes) => {
    const found = async (tree: Tree): Promise<unknown> =>
      [...(await analyse(tree, rules, new Set(), NO_STORE)).report.hazards.values()]
        .map(({ key, meetings, update }) => [
          key,
          update.line,
          meetings.map(({ file, line }) => `${file}:${line}`).sort(),
        ])
        .sort();
    const onKept = overlay(bottomOf(treeOf(files)), new Map(Object.entries(changes)));
    expect(await found(onKept)).toEqual(await found(treeOf({ ...files, ...changes })));
  });

  it.each(steps)('is kept like one that does not, when %s', async (_, changes) => {
    const keep = async (tree: Tree, like: KeptTree): Promise<KeptTree> => {
      const kept = await analyseToKeep(tree, like, rules, 'rules', NO_STORE, () => undefined);
      return new KeptTree(sectionsIn(keptBytes(kept, 'test'), 'test'));
    };
    const before = await keep(treeOf(files), emptyTree());
    const after = treeOf({ ...files, ...changes });
    const next = await keep(after, before);
    const fresh = await keep(after, emptyTree());
    expect([fresh.generation, next.generation]).toEqual([0, 1]);
    expect(contentOf(next)).toEqual(contentOf(fresh));
  });
});

describe('renamed functions', () => {
  it('are told', async () => {
    const { renamed } = await difference(MARK + NEW, (MARK + NEW).replaceAll('mark', 'tick'));
    expect([...renamed]).toEqual([['mark', 'tick']]);
  });

  it('are not those that were replaced by something else', async () => {
    const { renamed } = await difference(
      MARK + NEW,
      MARK + old('folio_lock(folio);\nstrange(folio);\nfolio_unlock(folio);\nfolio_put(folio);'),
    );
    expect([...renamed]).toEqual([]);
  });
});
