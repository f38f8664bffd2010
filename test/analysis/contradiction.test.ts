import { describe, expect, it } from 'vitest';
import { contradictions } from '../../src/analysis/contradiction.js';
import { analysed } from './kernel.js';

async function contradicted(code: string): Promise<string[]> {
  const { analysis } = await analysed(code);
  return contradictions(analysis).map(({ contract, says }) => `${contract.function}: ${says}`);
}

describe('a contract', () => {
  it('is contradicted by a body that returns what others can see', async () => {
    expect(
      await contradicted(`
struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	return swap_cache_get_folio(gfp, 0, 0);
}`),
    ).toEqual(['folio_alloc: returns a folio that others can see']);
  });

  it('is contradicted by a body that returns what it has allocated', async () => {
    expect(
      await contradicted(`
struct folio *swap_cache_get_folio(swp_entry_t entry, void *vma, unsigned long address)
{
	return folio_alloc(entry, 0);
}`),
    ).toEqual(['swap_cache_get_folio: returns a folio that it has just allocated']);
  });

  it('is contradicted by a body that does nothing to what it should publish', async () => {
    const text = (statement: string): string => `
void folio_add_lru(struct folio *folio)
{
	${statement}
}`;
    expect(await contradicted(text('folio_get(folio);'))).toEqual(['folio_add_lru: makes no folio visible']);
    expect(await contradicted(text('filemap_add_folio(mapping, folio, 0, 0);'))).toEqual([]);
  });

  it('is not contradicted by a body that calls what nothing is known of', async () => {
    expect(
      await contradicted('void folio_add_lru(struct folio *folio)\n{\n\tsomewhere_else(folio);\n}\n'),
    ).toEqual([]);
  });
});
