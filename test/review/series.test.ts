import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/review/finding.js';
import { reviewSeries, type Review } from '../../src/review/review.js';
import { HEADER, NO_STORE, rules, treeOf, type Files } from '../analysis/kernel.js';
import { seriesThrough } from './edits.js';

const FILE = 'mm/a.c';

const filesOf = (files: Files | string): Files => (typeof files === 'string' ? { [FILE]: files } : files);

/** Reviews the series that makes each of these versions of the files of the one before. */
async function review(
  versions: readonly (Files | string)[],
  tree: Files | string = versions[0]!,
): Promise<Review> {
  const steps = versions.map(filesOf);
  const series = await seriesThrough(steps);
  return reviewSeries({ series, tree: treeOf(filesOf(tree)), base: null, notes: [] }, rules, NO_STORE);
}

/** `patch: cause, in: updater: update`, with `, gone in n` where a later patch takes it back. */
function nameOf(finding: Finding): string {
  const { patch, because, updater, update, resolvedBy } = finding;
  const gone = resolvedBy === null ? '' : `, gone in ${resolvedBy}`;
  return `${patch}: ${because ?? 'resolved'}, ${finding.in}: ${updater}: ${update}${gone}`;
}

const summary = ({ findings, resolved }: Review) => ({
  findings: findings.map(nameOf),
  resolved: resolved.map(nameOf),
});

const MARK = `void mark(struct folio *folio)
{
	__folio_set_checked(folio);
}
`;

const NEW = `
void new(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	mark(folio);
	folio_add_lru(folio);
}
`;

const old = (statements: string, name = 'old'): string => `
void ${name}(swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = swap_cache_get_folio(entry, 0, 0);

	if (!folio)
		return;
	${statements.split('\n').join('\n\t')}
	folio_put(folio);
}
`;

const CLEAN = MARK + NEW + old('folio_get(folio);');
const WIDENED = MARK + NEW + old('folio_get(folio);\nmark(folio);');
const ATOMIC = WIDENED.replace('__folio_set', 'folio_set');

describe('one patch', () => {
  it('gives one finding with its evidence, in the tree after the patch', async () => {
    const result = await review([CLEAN, WIDENED]);
    expect(summary(result)).toEqual({
      findings: ['1: new-caller, old: mark: __folio_set_checked'],
      resolved: [],
    });
    const [finding] = result.findings;
    expect(finding).toMatchObject({
      rule: 'widened-non-atomic-update',
      flag: 'checked',
      word: 'head',
      file: FILE,
      line: 3,
      callee: 'mark',
      confidence: 'high',
    });
    const lines = WIDENED.split('\n');
    const call = lines.lastIndexOf('\tmark(folio);') + 1;
    expect(finding!.origins).toHaveLength(1);
    expect(finding!.origins[0]).toMatchObject({ ownership: 'shared', file: FILE, line: call });
    expect(finding!.origins[0]!.path.map(({ function: name, line }) => `${name}:${line}`)).toEqual([
      `old:${lines.findIndex((line) => line.includes('swap_cache_get_folio')) + 1}`,
      `old:${call}`,
      'mark:3',
    ]);
    expect(finding!.callers).toEqual([expect.objectContaining({ function: 'new', passes: 'owned' })]);
    expect(finding!.message).toContain('old()');
    expect(finding!.advice.length).toBeGreaterThan(0);
  });

  it('that takes a hazard of the tree away is said to do so', async () => {
    expect(summary(await review([WIDENED, ATOMIC]))).toEqual({
      findings: [],
      resolved: ['1: resolved, old: mark: __folio_set_checked'],
    });
  });

  it('that has nothing to do with folios gives nothing', async () => {
    const result = await review([
      { [FILE]: CLEAN, 'mm/other.c': 'int one(void)\n{\n\treturn 1;\n}\n' },
      { [FILE]: CLEAN, 'mm/other.c': 'int one(void)\n{\n\treturn 2;\n}\n' },
    ]);
    expect(summary(result)).toEqual({ findings: [], resolved: [] });
    expect(result.notes).toEqual([]);
  });

  it('that leaves a hazard of the tree alone says nothing of it', async () => {
    expect(
      summary(await review([WIDENED, WIDENED.replace('folio_get(folio);', 'folio_mark_accessed(folio);')])),
    ).toEqual({ findings: [], resolved: [] });
  });

  it('gives the finding at the update where no caller is right', async () => {
    expect(summary(await review([MARK + old('folio_get(folio);'), MARK + old('mark(folio);')]))).toEqual({
      findings: ['1: new-caller, mark: mark: __folio_set_checked'],
      resolved: [],
    });
  });

  it('that makes an accessor of the header non-atomic is found where it is used', async () => {
    const header = HEADER.replace(
      'FOLIO_FLAG(reclaim, FOLIO_HEAD_PAGE)\n',
      'FOLIO_TEST_FLAG(reclaim, FOLIO_HEAD_PAGE)\nstatic __always_inline void folio_set_reclaim(struct folio *folio)\n{\n\t__set_bit(PG_reclaim, folio_flags(folio, FOLIO_HEAD_PAGE));\n}\n',
    );
    const path = 'include/linux/page-flags.h';
    const text = old('folio_set_reclaim(folio);');
    expect(
      summary(
        await review([
          { [path]: HEADER, [FILE]: text },
          { [path]: header, [FILE]: text },
        ]),
      ),
    ).toEqual({ findings: ['1: downgraded-update, old: old: folio_set_reclaim'], resolved: [] });
  });

  it('that changes a function with a contract is believed, not the contract', async () => {
    const text = (call: string): string => `struct folio *shmem_alloc_folio(swp_entry_t entry, gfp_t gfp)
{
	return ${call};
}

void a(swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = shmem_alloc_folio(entry, gfp);

	if (folio)
		__folio_set_checked(folio);
}
`;
    expect(
      summary(await review([text('folio_alloc(gfp, 0)'), text('swap_cache_get_folio(entry, 0, 0)')])),
    ).toEqual({ findings: ['1: widened-caller, a: a: __folio_set_checked'], resolved: [] });
  });

  it('that makes a function with a contract do nothing is believed, too', async () => {
    const text = (statement: string): string => `int add_to_swap_cache(struct folio *folio, swp_entry_t entry)
{
	${statement}
	return 0;
}

void a(swp_entry_t entry, gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (!folio)
		return;
	if (add_to_swap_cache(folio, entry))
		return;
	__folio_set_swapbacked(folio);
}
`;
    expect(
      summary(await review([text('xa_store(&tree, entry, folio);'), text('folio_get(folio);')])),
    ).toEqual({ findings: [], resolved: ['1: resolved, a: a: __folio_set_swapbacked'] });
  });

  it('that touches what sets a flag that guards rely on gets a note', async () => {
    const text = (statement: string): string =>
      `struct folio *__read_swap_cache_async(swp_entry_t entry, gfp_t gfp)\n{\n\tstruct folio *folio = folio_alloc(gfp, 0);\n\n\t${statement}\n\treturn folio;\n}\n`;
    const { notes } = await review([
      text('__folio_set_swapbacked(folio);'),
      text('__folio_set_locked(folio);'),
    ]);
    expect(notes).toEqual([expect.stringContaining('swapbacked')]);
    expect(notes[0]).toContain('__read_swap_cache_async()');
  });
});

describe('a series', () => {
  it('is told of what a later patch takes back, once', async () => {
    expect(summary(await review([CLEAN, WIDENED, ATOMIC]))).toEqual({
      findings: ['1: new-caller, old: mark: __folio_set_checked, gone in 2'],
      resolved: [],
    });
  });

  it('is told which patch it was', async () => {
    expect(summary(await review([CLEAN, CLEAN + old('folio_get(folio);', 'other'), WIDENED]))).toEqual({
      findings: ['2: new-caller, old: mark: __folio_set_checked'],
      resolved: [],
    });
  });

  it('is told of a patch that breaks again what one before has mended', async () => {
    expect(summary(await review([CLEAN, WIDENED, ATOMIC, WIDENED]))).toEqual({
      findings: [
        '1: new-caller, old: mark: __folio_set_checked, gone in 2',
        '3: downgraded-update, old: mark: __folio_set_checked',
      ],
      resolved: [],
    });
  });

  it('is told which patch resolves what was in the tree', async () => {
    expect(summary(await review([WIDENED, `${WIDENED}\nint other;\n`, ATOMIC]))).toEqual({
      findings: [],
      resolved: ['2: resolved, old: mark: __folio_set_checked'],
    });
  });

  it('does not resolve what it brings back itself', async () => {
    expect((await review([WIDENED, ATOMIC, WIDENED])).resolved).toEqual([]);
  });

  it('is told of two findings of two patches', async () => {
    const both = WIDENED + old('__folio_clear_active(folio);', 'other');
    expect(summary(await review([CLEAN, WIDENED, both]))).toEqual({
      findings: [
        '1: new-caller, old: mark: __folio_set_checked',
        '2: new-update, other: other: __folio_clear_active',
      ],
      resolved: [],
    });
  });

  it('whose first patch prepares and whose second converts is judged patch by patch', async () => {
    const prepared = CLEAN.replace('__folio_set', 'folio_set');
    expect(summary(await review([CLEAN, prepared, ATOMIC]))).toEqual({ findings: [], resolved: [] });
  });

  it('may rename a function between a finding and its end', async () => {
    const renamed = WIDENED.replaceAll('mark', 'tick');
    const { findings, resolved } = summary(
      await review([CLEAN, WIDENED, renamed, renamed.replace('__folio_set', 'folio_set')]),
    );
    expect(findings).toEqual(['1: new-caller, old: mark: __folio_set_checked, gone in 3']);
    expect(resolved).toEqual([]);
  });

  it('adds and removes files', async () => {
    const review3 = await review([
      { [FILE]: MARK + NEW },
      { [FILE]: MARK + NEW, 'fs/b.c': old('mark(folio);') },
      { [FILE]: MARK + NEW },
    ]);
    expect(summary(review3)).toEqual({
      findings: ['1: new-caller, old: mark: __folio_set_checked, gone in 2'],
      resolved: [],
    });
  });
});

describe('a finding in another version of the patch', () => {
  it('has the same id', async () => {
    const first = await review([CLEAN, WIDENED]);
    const second = await review([
      CLEAN,
      `/* More. */\n${MARK}${NEW}${old('folio_lock(folio);\nmark(folio);\nfolio_unlock(folio);')}`,
    ]);
    expect(first.findings.map(({ id }) => id)).toEqual(second.findings.map(({ id }) => id));
    expect(first.findings[0]!.id).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe('a patch that does not simply apply', () => {
  it('is already in the tree: that is all that is said', async () => {
    const { patches, findings, resolved, notes } = await review([CLEAN, WIDENED], WIDENED);
    expect(patches.map(({ status }) => status)).toEqual(['already']);
    expect({ findings, resolved }).toEqual({ findings: [], resolved: [] });
    expect(notes).toEqual([expect.stringContaining('already in the tree')]);
  });

  it('applies at other lines', async () => {
    const result = await review([CLEAN, WIDENED], `/*\n * A comment\n * of some\n * lines.\n */\n${CLEAN}`);
    expect(summary(result).findings).toEqual(['1: new-caller, old: mark: __folio_set_checked']);
    expect(result.findings[0]!.line).toBe(8);
  });

  it('applies in part: the failed hunk is named, the rest is reviewed', async () => {
    const result = await review(
      [
        { [FILE]: CLEAN, 'mm/b.c': 'int one(struct page *page)\n{\n\treturn 1;\n}\n' },
        { [FILE]: WIDENED, 'mm/b.c': 'int one(struct page *page)\n{\n\treturn 2;\n}\n' },
      ],
      { [FILE]: CLEAN, 'mm/b.c': 'int something_else(struct page *page)\n{\n\treturn 7;\n}\n' },
    );
    expect(result.patches.map(({ status }) => status)).toEqual(['partial']);
    expect(result.notes).toEqual([expect.stringMatching(/hunk 1 of mm\/b\.c does not apply/)]);
    expect(summary(result).findings).toEqual(['1: new-caller, old: mark: __folio_set_checked']);
  });

  it('of a file that is not there is said to be so', async () => {
    const result = await review(
      [
        { [FILE]: CLEAN, 'mm/b.c': 'int one;\n' },
        { [FILE]: WIDENED, 'mm/b.c': 'int two;\n' },
      ],
      { [FILE]: CLEAN },
    );
    expect(result.notes.join('\n')).toContain('mm/b.c');
    expect(summary(result).findings).toHaveLength(1);
  });

  it('leaves nothing to review when no patch applies', async () => {
    await expect(review([CLEAN, WIDENED], 'int nothing;\n')).rejects.toMatchObject({
      code: 'nothing-to-review',
      message: expect.stringContaining('no patch applies') as string,
    });
  });

  it('does not keep the other patches of its series from being reviewed', async () => {
    const first = await review(
      [
        { [FILE]: CLEAN, 'mm/b.c': 'int one(struct page *page)\n{\n\treturn 1;\n}\n' },
        { [FILE]: CLEAN, 'mm/b.c': 'int one(struct page *page)\n{\n\treturn 2;\n}\n' },
        { [FILE]: WIDENED, 'mm/b.c': 'int one(struct page *page)\n{\n\treturn 2;\n}\n' },
      ],
      { [FILE]: CLEAN, 'mm/b.c': 'int something_else(struct page *page)\n{\n\treturn 7;\n}\n' },
    );
    expect(first.patches.map(({ status }) => status)).toEqual(['failed', 'applied']);
    expect(summary(first).findings).toEqual(['2: new-caller, old: mark: __folio_set_checked']);
    expect(first.notes.join('\n')).toMatch(/patch 1 .*mm\/b\.c/);
  });
});
