import fc from 'fast-check';
import { expect, it } from 'vitest';
import { markOf } from '../../src/snapshot/lines.js';
import { MarkIndex } from '../../src/snapshot/mark-index.js';
import { closestSnapshot } from '../../src/snapshot/shipped.js';
import { FITS, hunkText } from '../../src/snapshot/text.js';

/** Few lines, so that functions have many in common. */
const line = fc.constantFrom(
  'lock(folio);',
  'unlock(folio);',
  'if (folio_test_dirty(folio))',
  'folio_clear_dirty(folio);',
  'count++;',
  'return count;',
  '}',
  '/* what was there before is gone */',
);

it('knows of every function that a hunk may fit into', () => {
  const functions = fc.array(fc.array(line, { maxLength: 8 }), { maxLength: 6 });
  const hunk = fc.array(fc.tuple(fc.constantFrom(' ', ' ', '+', '-'), line), { maxLength: 10 });
  fc.assert(
    fc.property(functions, hunk, (bodies, signed) => {
      const all = bodies.map((body) => ({ marks: body.map((text) => ({ mark: markOf(text) })) }));
      const lines = signed.map(([sign, text]) => `${sign}\t${text}`);
      const text = hunkText({ oldStart: 1, oldLines: 0, newStart: 1, newLines: 0, section: '', lines });
      const near = new MarkIndex(all).near(text);
      expect(near).toEqual(all.filter((one) => near.includes(one)));
      for (const one of all) {
        if (FITS.some((fit) => fit(one.marks, text) !== null)) expect(near).toContain(one);
      }
    }),
    { numRuns: 2000 },
  );
});

it('leaves out those that have no line of it', () => {
  const mark = (text: string) => ({ mark: markOf(text) });
  const one = { marks: ['lock(folio);', 'count++;', 'unlock(folio);'].map(mark) };
  const other = { marks: ['return count;', '}'].map(mark) };
  const lines = [' lock(folio);', '-count++;', ' unlock(folio);'];
  const text = hunkText({ oldStart: 1, oldLines: 3, newStart: 1, newLines: 2, section: '', lines });
  expect(new MarkIndex([other, one]).near(text)).toEqual([one]);
});

it('is made once for a file, and for none that the release does not have', () => {
  const snapshot = closestSnapshot(null);
  expect(snapshot.marksOf('mm/rmap.c')).toBe(snapshot.marksOf('mm/rmap.c'));
  expect(snapshot.marksOf('made/up.c')).toBe(snapshot.marksOf('made/up-too.c'));
  expect(snapshot.marksOf('made/up.c')).not.toBe(snapshot.marksOf('mm/rmap.c'));
});
