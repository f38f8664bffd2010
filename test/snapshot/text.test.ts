import { describe, expect, it } from 'vitest';
import type { Hunk } from '../../src/patch/patch.js';
import { markOf } from '../../src/snapshot/lines.js';
import {
  applyHunk,
  FITS,
  hunkText,
  linesOf,
  type Fit,
  type HunkText,
  type Line,
} from '../../src/snapshot/text.js';

const FUNCTION = `void mark(struct folio *folio)
{
	struct page *page = &folio->page;

	if (!folio_test_swapbacked(folio))
		__folio_set_swapbacked(folio);
	folio_add_lru(folio);
	count_vm_event(PGFREE);
}`;

const lines = (text = FUNCTION) => linesOf(text.split('\n').map(markOf).join(''), 10);

function hunk(text: string): Hunk {
  return { oldStart: 100, oldLines: 0, newStart: 100, newLines: 0, section: '', lines: text.split('\n') };
}

/** How a hunk fits, the best way there is. */
function fit(among: readonly Line[], text: HunkText): Fit | null {
  for (const way of FITS) {
    const found = way(among, text);
    if (found) return found;
  }
  return null;
}

describe('where a hunk belongs in a function of which no line has a text', () => {
  it('is where its context is, whatever the white space', () => {
    const text = hunkText(
      hunk(
        '    if(!folio_test_swapbacked(folio))\n-__folio_set_swapbacked(folio);\n+folio_set_swapbacked(folio);\n  folio_add_lru(folio);',
      ),
    );
    const where = fit(lines(), text)!;
    expect(where).toMatchObject({ fitting: 'whole', as: 'before' });
    const after = applyHunk(lines(), text, where, 1);
    expect(after.map(({ at, text }) => `${String(at)} ${text?.trim() ?? '…'}`)).toEqual([
      '10 …',
      '11 …',
      '12 …',
      '14 if(!folio_test_swapbacked(folio))',
      'null folio_set_swapbacked(folio);',
      '16 folio_add_lru(folio);',
      '17 …',
      '18 …',
    ]);
  });

  it('is known when the function has what the hunk brings', () => {
    const text = hunkText(
      hunk(
        ' \tstruct page *page = &folio->page;\n+\tif (!folio_test_swapbacked(folio))\n \t\t__folio_set_swapbacked(folio);\n \tfolio_add_lru(folio);',
      ),
    );
    expect(fit(lines(), text)).toMatchObject({ fitting: 'whole', as: 'after' });
  });

  it('is known when the function has it in code that has moved on', () => {
    const moved = FUNCTION.replace(
      '!folio_test_swapbacked(folio)',
      '!folio_test_swapbacked(folio) && !dropped',
    );
    const text = hunkText(
      hunk(
        ' \tstruct page *page = &folio->page;\n-\t__folio_set_swapbacked(folio);\n+\tif (!folio_test_swapbacked(folio))\n+\t\t__folio_set_swapbacked(folio);\n \tfolio_add_lru(folio);',
      ),
    );
    expect(fit(lines(moved), text)).toMatchObject({ fitting: 'evolved', as: 'after' });
  });

  it('may be in a comment', () => {
    const commented = FUNCTION.replace(
      '\tfolio_add_lru',
      '\t/*\n\t * From here on others can see it,\n\t * who may change its flags.\n\t */\n\tfolio_add_lru',
    );
    const text = hunkText(
      hunk(
        ' \t/*\n- \t * From here on others can see it,\n+\t * Others can see it now,\n \t * who may change its flags.\n \t */',
      ),
    );
    expect(fit(lines(commented), text)).toMatchObject({ fitting: 'whole', as: 'before' });
    expect(fit(lines(), text)).toBeNull();
    expect(fit(lines(commented), hunkText(hunk(' \t/*\n+\t * Look.\n \t */')))).toBeNull();
  });

  it('may begin before the function', () => {
    const text = hunkText(
      hunk(
        ' int other;\n \n void mark(struct folio *folio)\n {\n+\tfolio_lock(folio);\n \tstruct page *page = &folio->page;\n',
      ),
    );
    expect(fit(lines(), text)).toMatchObject({ fitting: 'part', as: 'before', at: 0 });
  });

  it('is nowhere when the code is another', () => {
    const text = hunkText(
      hunk(' \tstruct page *page = &folio->page;\n-\tfolio_get(folio);\n \tfolio_mark_dirty(folio);\n'),
    );
    expect(fit(lines(), text)).toBeNull();
  });
});
