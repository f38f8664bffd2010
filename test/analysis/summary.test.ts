import { describe, expect, it } from 'vitest';
import { analysisText } from '../../src/analysis/analysis-text.js';
import { analyse } from '../../src/review/side.js';
import { NO_STORE, rules, treeOf } from './kernel.js';

/** What is summed up of a function of mm/a.c, without the lines. */
async function summary(text: string): Promise<string> {
  const tree = treeOf({ 'mm/a.c': text });
  const { analysis } = await analyse(tree, rules, new Set(), NO_STORE, undefined, 'all');
  return analysisText(analysis.functions.get('mm/a.c:get')!).replace(/"line":\d+/g, '"line":0');
}

const body = (first: string, last: string): string => `struct folio *get(gfp_t gfp, bool zero)
{
	struct folio *folio;

	${first}
	if (zero)
		folio = folio_alloc(gfp | __GFP_ZERO, 0);
	else
		folio = swap_cache_get_folio(gfp, 0, 0);
	if (!folio)
		return NULL;
	folio_lock(folio);
	${last}
	return folio;
}
`;

describe('what is summed up of a function', () => {
  it.each([
    ['in front', body('cond_resched();', '')],
    ['at the end', body('', 'cond_resched();')],
    ['in both places', body('cond_resched();', 'cond_resched();')],
  ])('is the same with a line more %s', async (_, text) => {
    const before = await summary(body('', ''));
    expect(before).toContain('allocates it');
    expect(before).toContain('finds it');
    expect(await summary(text)).toBe(before);
  });

  it('is another where it does something else', async () => {
    expect(await summary(body('', 'folio_unlock(folio);'))).not.toBe(await summary(body('', '')));
  });
});
