import { describe, expect, it } from 'vitest';
import { applyFileDiff } from '../../src/patch/apply.js';
import { parseDiff } from '../../src/patch/diff.js';
import { quote, type Place } from '../../src/report/quote.js';
import type { AppliedPatch } from '../../src/review/applied.js';
import { applied, patch } from './reviews.js';

const before = [
  'int a(struct folio *folio)',
  '{',
  '\tif (!folio_test_x(folio))',
  '\t\t__folio_set_x(folio);',
  '\treturn 0;',
  '}',
  '',
  'int b(struct folio *folio)',
  '{',
  '\tfolio_set_x(folio);',
  '\treturn 1;',
  '}',
  '',
].join('\n');

function changed(diff: string): AppliedPatch {
  const files = parseDiff(diff).files;
  const made = applied({ ...patch(1, 'mm: x'), files });
  return { ...made, files: files.map((item) => applyFileDiff(before, item)) };
}

const quoted = (diff: string, ...places: Place[]) => quote(changed(diff), places);
const at = (line: number): Place => ({ file: 'mm/a.c', line });
const HEADER = '--- a/mm/a.c\n+++ b/mm/a.c\n';

describe('what is quoted above a comment', () => {
  it('is the line that is meant with what it replaces', () => {
    const diff = `${HEADER}@@ -8,5 +8,5 @@ int b(struct folio *folio)
 int b(struct folio *folio)
 {
-\tfolio_set_x(folio);
+\t__folio_set_x(folio);
 \treturn 1;
 }
`;
    expect(quoted(diff, at(10))).toEqual({
      path: 'mm/a.c',
      header: '+++ b/mm/a.c',
      section: '@@ -8,5 +8,5 @@ int b(struct folio *folio)',
      lines: [' int b(struct folio *folio)', ' {', '-\tfolio_set_x(folio);', '+\t__folio_set_x(folio);'],
      line: 10,
    });
  });

  it('is, for a line that stays, what was changed in front of it', () => {
    const diff = `${HEADER}@@ -1,6 +1,5 @@
 int a(struct folio *folio)
 {
-\tif (!folio_test_x(folio))
-\t\t__folio_set_x(folio);
+\t__folio_set_x(folio);
 \treturn 0;
 }
`;
    const quotation = quoted(diff, at(3));
    expect(quotation?.line).toBe(3);
    expect(quotation?.lines).toContain('-\tif (!folio_test_x(folio))');
    expect(quotation?.lines.at(-1)).toBe('+\t__folio_set_x(folio);');
  });

  it('is the nearest change where the patch does not show the line', () => {
    const diff = `${HEADER}@@ -1,5 +1,4 @@
 int a(struct folio *folio)
 {
-\tif (!folio_test_x(folio))
-\t\t__folio_set_x(folio);
+\tx(folio);
 \treturn 0;
`;
    const quotation = quoted(diff, { file: 'mm/other.c', line: 3 }, at(9));
    expect(quotation?.lines.at(-1)).toBe('+\tx(folio);');
  });

  it('is found where the hunk was applied, not where it says', () => {
    const diff = `${HEADER}@@ -108,5 +108,5 @@
 int b(struct folio *folio)
 {
-\tfolio_set_x(folio);
+\t__folio_set_x(folio);
 \treturn 1;
 }
`;
    expect(quoted(diff, at(10))?.line).toBe(10);
  });

  it('leaves out what stands far from it', () => {
    const inner = Array.from({ length: 6 }, (_, n) => `+\t\tstep${n}();`);
    const lines = [
      ' int b(struct folio *folio)',
      ' {',
      '+\tif (y) {',
      ...inner,
      '+\t\t__folio_set_x(folio);',
      '+\t}',
      ' \tfolio_set_x(folio);',
      ' \treturn 1;',
    ];
    const diff = `${HEADER}@@ -8,4 +8,13 @@\n${lines.join('\n')}\n`;
    expect(quoted(diff, at(17))?.lines).toEqual(['+\tif (y) {', null, '+\t\t__folio_set_x(folio);']);
  });

  it('is nothing where no hunk applies', () => {
    const diff = `${HEADER}@@ -8,2 +8,2 @@\n nothing like it\n-here\n+there\n`;
    expect(quoted(diff, at(8))).toBeNull();
  });
});
