import { describe, expect, it } from 'vitest';
import { outgrownContracts } from '../../src/review/side.js';
import { overlay } from '../../src/tree/overlay.js';
import { bottomOf, NO_STORE, rules, treeOf } from '../analysis/kernel.js';

const FILE = 'mm/a.c';

/** The names of functions with a contract that is derived again when a series makes these versions of the file. */
async function outgrown(versions: readonly string[], changed: readonly string[]): Promise<string[]> {
  const [first, ...later] = versions;
  const base = bottomOf(treeOf({ [FILE]: first! }));
  const trees = later.map((text) => overlay(base, new Map([[FILE, text]])));
  return [...(await outgrownContracts(trees, new Set(changed), rules, NO_STORE))].sort();
}

const allocates = (statement: string, call = 'folio_alloc(gfp, 0)'): string => `
struct folio *shmem_alloc_folio(swp_entry_t entry, gfp_t gfp)
{
	${statement}
	return ${call};
}
`;
const adds = (statement: string): string => `
int add_to_swap_cache(struct folio *folio, swp_entry_t entry)
{
	${statement}
	return 0;
}
`;
const LOOKUP = 'swap_cache_get_folio(entry, 0, 0)';
const ALLOCATES = 'shmem_alloc_folio';
const ADDS = 'add_to_swap_cache';

describe('the contract of a function in the diff', () => {
  it('stays where the body says the same as before', async () => {
    expect(await outgrown([allocates(''), allocates('cond_resched();')], [ALLOCATES])).toEqual([]);
  });

  it('is derived again where the body says something else', async () => {
    expect(await outgrown([allocates(''), allocates('', LOOKUP)], [ALLOCATES])).toEqual([ALLOCATES]);
  });

  it('is derived again where any stage of a series says something else', async () => {
    expect(
      await outgrown([allocates(''), allocates('', LOOKUP), allocates('cond_resched();')], [ALLOCATES]),
    ).toEqual([ALLOCATES]);
  });

  it('is derived again where the function is new, or gone', async () => {
    const other = 'int other(void)\n{\n\treturn 0;\n}\n';
    expect(await outgrown([other, allocates('') + other], [ALLOCATES])).toEqual([ALLOCATES]);
    expect(await outgrown([allocates('') + other, other], [ALLOCATES])).toEqual([ALLOCATES]);
  });

  it('is derived again for each of several', async () => {
    const before = allocates('') + adds('xa_store(&tree, entry, folio);');
    const after = allocates('', LOOKUP) + adds('folio_add_lru(folio);');
    expect(await outgrown([before, after], [ALLOCATES, ADDS])).toEqual([ADDS, ALLOCATES]);
  });

  it('is derived again where a function below is, and what comes out of it', async () => {
    const passesOn = (statement: string): string =>
      allocates(statement, 'shmem_alloc_folio(entry, gfp)').replace(ALLOCATES, 'vma_alloc_folio');
    const before = allocates('') + passesOn('');
    const after = allocates('', LOOKUP) + passesOn('cond_resched();');
    expect(await outgrown([before, after], [ALLOCATES, 'vma_alloc_folio'])).toEqual([
      ALLOCATES,
      'vma_alloc_folio',
    ]);
  });
});
