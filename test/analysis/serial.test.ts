import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analysisText } from '../../src/analysis/analysis-text.js';
import { PoolReader, PoolWriter, sourceOf } from '../../src/analysis/serial.js';
import { field, number, operation, parameter, subpage } from '../../src/analysis/term.js';
import type { FunctionAnalysis } from '../../src/analysis/execution.js';
import { analysed } from './kernel.js';

/** What comes back of a value. */
function kept(value: unknown): unknown {
  const writer = new PoolWriter();
  const cell = writer.add(value);
  return new PoolReader(
    sourceOf(JSON.parse(JSON.stringify(writer.pool())) as ReturnType<PoolWriter['pool']>),
  ).get(cell);
}

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.string(), { maxLength: 4 }).map((items) => new Set(items)),
    fc.dictionary(fc.stringMatching(/^[a-z_]\w{0,6}$/), tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('what the analysis found, as text', () => {
  it('comes back as it was, whatever it is made of', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(kept(value)).toEqual(structuredClone(value));
      }),
    );
  });

  it('has terms come back as the same objects', () => {
    const term = operation('==', field(subpage(parameter(0), 1), 'flags'), number(-7));
    expect(kept({ term })).toEqual({ term });
    expect((kept({ term }) as { term: unknown }).term).toBe(term);
  });

  it('has equal values once', () => {
    const writer = new PoolWriter();
    expect(writer.add({ a: [1, 2] })).toBe(writer.add({ a: [1, 2] }));
    expect(writer.pool().rows).toHaveLength(2);
  });

  it('has the analysis of functions come back the same', async () => {
    const { analysis } = await analysed(`
static void mark(struct folio *folio, bool twice)
{
	if (twice && !folio_test_swapbacked(folio))
		__folio_set_swapbacked(folio);
	folio_add_lru(folio);
}
static void show(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (!IS_ERR(folio))
		mark(folio, true);
}`);
    const writer = new PoolWriter();
    const cells = [...analysis.functions].map(([key, value]) => [key, writer.add(value)] as const);
    const reader = new PoolReader(sourceOf(writer.pool()));
    expect(cells.length).toBeGreaterThan(1);
    for (const [key, cell] of cells) {
      expect(analysisText(reader.get(cell) as FunctionAnalysis)).toBe(
        analysisText(analysis.functions.get(key)!),
      );
    }
  });

  it('is refused where a row is missing, or mentions one that comes later', () => {
    const pool = { rows: ['A @1', 'A'], strings: [], shapes: [] };
    expect(() => new PoolReader(sourceOf(pool)).get('@0')).toThrow(RangeError);
    expect(() => new PoolReader(sourceOf(pool)).get('@7')).toThrow(RangeError);
    expect(() => new PoolReader(sourceOf(pool)).get('$0')).toThrow(RangeError);
  });
});
