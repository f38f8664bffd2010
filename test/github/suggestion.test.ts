import { describe, expect, it } from 'vitest';
import { placeFinding } from '../../src/github/placement.js';
import { suggestInPlace } from '../../src/github/suggestion.js';
import { parseDiff } from '../../src/patch/diff.js';
import { lineMap } from '../../src/patch/line-map.js';
import type { Finding, InPlace } from '../../src/review/finding.js';

const atomic: InPlace = { test: null, accessor: 'folio_set_swapbacked' };
const either: InPlace = { test: 'folio_test_swapbacked', accessor: 'folio_set_swapbacked' };

const finding = (more: Partial<Finding>) =>
  ({
    update: '__folio_set_swapbacked',
    because: 'new-caller',
    file: 'mm/rmap.c',
    line: 3,
    origins: [],
    inPlace: either,
    ...more,
  }) as unknown as Finding;

function suggested(text: string, line: number, inPlace: InPlace, end = line): string | null {
  return suggestInPlace(finding({ inPlace }), { path: 'mm/rmap.c', startLine: line, line: end }, text);
}

describe('a suggestion', () => {
  const plain = 'void f(struct folio *folio)\n{\n\t__folio_set_swapbacked(folio);\n}\n';

  it('tests the flag first, where that is enough', () => {
    expect(suggested(plain, 3, either)).toBe(
      '\tif (!folio_test_swapbacked(folio))\n\t\t__folio_set_swapbacked(folio);',
    );
  });

  it('is the atomic accessor, where a test is not enough', () => {
    expect(suggested(plain, 3, atomic)).toBe('\tfolio_set_swapbacked(folio);');
  });

  it('is none where neither helps, where the update stands elsewhere, and where it is there twice', () => {
    expect(suggested(plain, 3, { test: null, accessor: null })).toBeNull();
    expect(suggested(plain, 1, either)).toBeNull();
    const twice = '\t__folio_set_swapbacked(a); __folio_set_swapbacked(b);\n';
    expect(suggested(twice, 1, either)).toBeNull();
  });

  it('puts no if where it would take the else of another', () => {
    const nested = '\tif (new)\n\t\t__folio_set_swapbacked(folio);\n\telse\n\t\tput(folio);\n';
    expect(suggested(nested, 2, either)).toBe('\t\tfolio_set_swapbacked(folio);');
  });

  it('keeps the lines of a call that has several', () => {
    const long = '\t__folio_set_swapbacked(\n\t\tpage_folio(page));\n';
    expect(suggested(long, 1, either, 2)).toBe('\tfolio_set_swapbacked(\n\t\tpage_folio(page));');
  });

  it('is none for lines that cannot be shown as they are', () => {
    expect(suggested('\t__folio_set_swapbacked(folio); /* \u202E */\n', 1, atomic)).toBeNull();
  });
});

describe('the place of a comment', () => {
  const { files: diff } = parseDiff(
    [
      'diff --git a/mm/memory.c b/mm/memory.c',
      '--- a/mm/memory.c',
      '+++ b/mm/memory.c',
      '@@ -10,5 +10,7 @@ int do_swap_page(void)',
      ' one',
      ' two',
      '+\tfolio_add_new_anon_rmap(folio, vma,',
      '+\t\t\taddress);',
      ' three',
      ' four',
      ' five',
      '@@ -40,4 +42,3 @@ int other(void)',
      ' a',
      '-gone',
      ' b',
      ' c',
      '',
    ].join('\n'),
  );
  const text = Array.from({ length: 60 }, (_, index) =>
    index === 11
      ? '\tfolio_add_new_anon_rmap(folio, vma,'
      : index === 12
        ? '\t\t\taddress);'
        : `line ${String(index + 1)}`,
  ).join('\n');
  const at = (file: string, line: number, because: Finding['because'] = 'new-caller') =>
    placeFinding(finding({ because, origins: [{ file, line, path: [] }] } as unknown as Partial<Finding>), {
      diff,
      toHead: () => (known) => known,
      textAt: () => text,
    });

  it('is the whole call, where the diff shows it', () => {
    expect(at('mm/memory.c', 12)).toEqual({ path: 'mm/memory.c', startLine: 12, line: 13 });
    expect(at('mm/memory.c', 15)).toEqual({ path: 'mm/memory.c', startLine: 15, line: 15 });
  });

  it('is the nearest changed line, where it does not', () => {
    expect(at('mm/memory.c', 30)).toEqual({ path: 'mm/memory.c', startLine: 43, line: 43 });
    expect(at('mm/memory.c', 20)).toEqual({ path: 'mm/memory.c', startLine: 13, line: 13 });
  });

  it('is nowhere, where nothing on its way was changed', () => {
    expect(at('mm/swap.c', 12)).toBeNull();
  });
});

describe('lines of another version', () => {
  const before = 'a\nb\nc\nd\n';

  it.each([
    ['a\nb\nc\nd\n', [1, 2, 3, 4]],
    ['x\na\nb\nc\nd\n', [2, 3, 4, 5]],
    ['a\nb\nx\ny\nc\nd\n', [1, 2, 5, 6]],
    ['a\nc\nd\n', [1, null, 2, 3]],
    ['a\nB\nc\nd\n', [1, null, 3, 4]],
    ['', [null, null, null, null]],
  ])('are found in %j', (after, lines) => {
    const toNow = lineMap(before, after);
    expect([1, 2, 3, 4].map((line) => toNow(line) ?? null)).toEqual(lines);
  });
});
