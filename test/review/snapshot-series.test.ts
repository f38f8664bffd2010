import { describe, expect, it } from 'vitest';
import type { Series } from '../../src/mail/series.js';
import { replyBody } from '../../src/report/reply.js';
import type { Finding } from '../../src/review/finding.js';
import { reviewOnSnapshot, reviewSeries, type Review } from '../../src/review/review.js';
import { analyse } from '../../src/review/side.js';
import { buildSnapshot } from '../../src/snapshot/build.js';
import { Snapshot } from '../../src/snapshot/snapshot.js';
import { NO_STORE, rules, treeOf } from '../analysis/kernel.js';
import { seriesThrough } from './edits.js';

const FILE = 'mm/a.c';

/**
 * Reviews a change of one file on its tree, and against a snapshot of that.
 *
 * @param above what the file had at its top where the patch was made
 */
async function reviewBoth(before: string, after: string, above = ''): Promise<readonly [Review, Review]> {
  const series = await seriesThrough([{ [FILE]: above + before }, { [FILE]: above + after }]);
  const tree = treeOf({ [FILE]: before });
  const onTree = await reviewSeries({ series, tree, base: null, notes: [] }, rules, NO_STORE);
  const { analysis } = await analyse(tree, rules, new Set(), NO_STORE);
  const name = { version: '6.12', date: '2024-11-17' };
  const snapshot = new Snapshot(await buildSnapshot(tree, analysis, rules, name));
  return [onTree, await reviewOnSnapshot({ series, snapshot, notes: [] }, rules)];
}

const named = (finding: Finding): string => `${finding.in}: ${finding.update} in ${finding.updater}`;

/** The verdicts, which have to be the same without the tree. */
async function verdicts(before: string, after: string) {
  const [tree, without] = (await reviewBoth(before, after)).map(({ findings, resolved }) => ({
    findings: findings.map(named).sort(),
    resolved: resolved.map(named).sort(),
  }));
  expect(without).toEqual(tree);
  return tree!;
}

describe('a review without a tree, as on the tree', () => {
  it('sees that a parameter is another one after the first round of a loop', async () => {
    const walk = (guard: string): string => `
static void mark_used(struct folio *folio, unsigned long address)
{
	if (address < 4096)
		return;
	folio_get(folio);
	${guard}__folio_set_swapbacked(folio);
}

static void mark_range(struct address_space *mapping, unsigned long address, unsigned long end)
{
	do {
		struct folio *folio = filemap_get_folio(mapping, address);

		if (IS_ERR(folio))
			continue;
		folio_lock(folio);
		mark_used(folio, address);
		folio_unlock(folio);
		folio_put(folio);
		address += 4096;
	} while (address != end);
}

void mark_first(struct address_space *mapping)
{
	mark_range(mapping, 0, 65536);
}
`;
    expect(await verdicts(walk(''), walk('atomic_inc(&marked);\n\t'))).toEqual({
      findings: [],
      resolved: [],
    });
    const atomic = walk('').replace('__folio_set', 'folio_set');
    expect(await verdicts(walk(''), atomic)).toEqual({
      findings: [],
      resolved: ['mark_used: __folio_set_swapbacked in mark_used'],
    });
    expect(await verdicts(atomic, walk(''))).toEqual({
      findings: ['mark_used: __folio_set_swapbacked in mark_used'],
      resolved: [],
    });
  });

  it('tells the paths apart on which an update is come to', async () => {
    const fault = (update: string): string => `
void map_it(struct vm_fault *vmf, struct folio *folio)
{
	struct vm_area_struct *vma = vmf->vma;
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	folio_get(folio);
	if (write && !(vma->vm_flags & VM_SHARED))
		${update}(folio);
}

void finish_it(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct page *page;
	bool is_cow = (vmf->flags & FAULT_FLAG_WRITE) &&
		      !(vma->vm_flags & VM_SHARED);

	if (is_cow)
		page = vmf->cow_page;
	else
		page = vmf->page;
	map_it(vmf, page_folio(page));
}
`;
    const [plain, atomic] = [fault('__folio_set_swapbacked'), fault('folio_set_swapbacked')];
    expect(await verdicts(plain, atomic)).toEqual({ findings: [], resolved: [] });
  });

  it('takes variables of which it knows nothing for variables', async () => {
    const text = (update: string): string => `
static void stamp(struct folio *folio, struct vm_area_struct *area)
{
	if (area->vm_flags & VM_LOCKED)
		${update}(folio);
}

void stamp_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = find_area(vmf);
	struct folio *folio = page_folio(vmf->page);

	if (vma->vm_flags & VM_LOCKED)
		return;
	vma = next_area(vma);
	stamp(folio, vma);
}
`;
    expect(await verdicts(text('folio_set_swapbacked'), text('__folio_set_swapbacked'))).toEqual({
      findings: ['stamp: __folio_set_swapbacked in stamp'],
      resolved: [],
    });
  });

  it('numbers the lines of a patch as the tree has them, and quotes what is meant', async () => {
    const text = (update: string, more = ''): string => `
static void look(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (IS_ERR(folio))
		return;
${more}	folio_lock(folio);
${update}	folio_unlock(folio);
	folio_put(folio);
}

void look_twice(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 1);

	if (IS_ERR(folio))
		return;
	folio_wait_writeback(folio);
	folio_lock(folio);
${update}	folio_unlock(folio);
	folio_put(folio);
}
`;
    const after = text('\t__folio_set_swapbacked(folio);\n', '\tcond_resched();\n\n');
    const above = '/* What was here once. */\n\n\n';
    const [tree, without] = await reviewBoth(text(''), after, above);
    expect(tree.findings.map(({ line }) => line)).toEqual([11, 24]);
    expect(without.findings.map(({ line }) => line)).toEqual([11, 24]);
    const placed = ({ patches }: Review) =>
      patches[0]!.files.map(({ addedLines, hunks }) => ({
        addedLines,
        offsets: hunks.map(({ offset }) => offset),
      }));
    expect(placed(without)).toEqual(placed(tree));
    const quoted = (review: Review) => replyBody(review, 1)!.match(/^> .*$/gm);
    expect(quoted(without)).toEqual(quoted(tree));
  });
});

describe("a folio that may be anybody's", () => {
  const walk = (look: string, update: string): string => `
void own(gfp_t gfp)
{
	struct folio *folio = folio_alloc(gfp, 0);

	if (folio)
		__folio_set_locked(folio);
}
void walk(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);
	struct folio *folio;

	if (!page)
		return;
	folio = page_folio(page);
	${look}
	count_one(pfn);
	count_two(pfn);
	count_three(pfn);
	count_four(pfn);
	count_five(pfn);
	count_six(pfn);
	count_seven(pfn);
	count_eight(pfn);
	${update}
	count_nine(pfn);
	count_ten(pfn);
	count_eleven(pfn);
}
`;
  const release = walk('look_at(page);', '');
  const without = async (before: string, after: string): Promise<string[]> => {
    const series = await seriesThrough([{ [FILE]: before }, { [FILE]: after }]);
    const tree = treeOf({ [FILE]: release });
    const { analysis } = await analyse(tree, rules, new Set(), NO_STORE);
    const name = { version: '6.12', date: '2024-11-17' };
    const snapshot = new Snapshot(await buildSnapshot(tree, analysis, rules, name));
    return (
      await reviewOnSnapshot({ series: namingFunction(series), snapshot, notes: [] }, rules)
    ).findings.map(named);
  };

  /** As git writes it behind the line numbers of a hunk. */
  const namingFunction = (series: Series): Series => ({
    ...series,
    patches: series.patches.map((patch) => ({
      ...patch,
      files: patch.files.map((file) => ({
        ...file,
        hunks: file.hunks.map((hunk) => ({ ...hunk, section: 'void walk(unsigned long pfn)' })),
      })),
    })),
  });

  it('is told of where all of the patch is seen', async () => {
    expect(await without(release, walk('look_at(page);', 'folio_set_referenced(folio);'))).toEqual([
      'walk: folio_set_referenced in walk',
    ]);
  });

  it('is not told of where a part of the patch has no place: it may look at the folio again', async () => {
    const other = 'look_once(page);\n\tlook_twice(page);\n\tlook_again(page);';
    const get = `${other}\n\tif (!folio_try_get(folio) || !folio_test_lru(folio))\n\t\treturn;\n\tlook_on(page);`;
    const before = walk(`${other}\n\tlook_on(page);`, '');
    expect(await without(before, walk(get, 'folio_set_referenced(folio);'))).toEqual([]);
  });
});
