import { describe, expect, it } from 'vitest';
import { applyEdits, diffOf, insertAt, removeLines, replaceLine } from '../../bench/accuracy/edit.js';
import { groupsOf, joined } from '../../bench/accuracy/groups.js';
import { maskNonCode } from '../../bench/accuracy/mask.js';
import type { Case } from '../../bench/accuracy/operator.js';
import { seededRandom } from '../../bench/accuracy/random.js';
import { changesHands } from '../../bench/accuracy/sites.js';
import { blockEnd, statementEnd } from '../../bench/accuracy/statements.js';
import { applyFileDiff } from '../../src/patch/apply.js';
import { parseDiff } from '../../src/patch/diff.js';

describe('what edits are drawn by', () => {
  it('repeats for the same seed, and differs for another', () => {
    const draw = (seed: string): number[] => Array.from({ length: 20 }, seededRandomOf(seed));
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
    expect(seededRandom('a').shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});

function seededRandomOf(seed: string): () => number {
  const random = seededRandom(seed);
  return () => random.below(1000);
}

describe('how code is read', () => {
  it('blanks what is no code, and moves nothing', () => {
    const text = 'a(); /* b();\n c(); */ d("e();\\"");\n#define F() \\\n\tg()\nh(\'"\'); // i();\nj();\n';
    const masked = maskNonCode(text);
    expect(masked.length).toBe(text.length);
    expect(masked.split('\n').map((line) => line.trim())).toEqual([
      'a();',
      'd("      ");',
      '',
      '',
      "h(' ');",
      'j();',
      '',
    ]);
  });

  it('finds the end of statements and blocks', () => {
    const code = ['\tif (a &&', '\t    b(c)) {', '\t\td(e,', '\t\t  f);', 'out:', '\t\tg();', '\t}'];
    expect(statementEnd(code, 0)).toBe(1);
    expect(statementEnd(code, 2)).toBe(3);
    expect(blockEnd(code, 2, '\t\t')).toBe(6);
  });

  it('knows when a variable may hold another folio, or none', () => {
    expect(changesHands('\tfolio = next;', 'folio')).toBe(true);
    expect(changesHands('\tfolio_put(folio);', 'folio')).toBe(true);
    expect(changesHands('\terr = get(inode, &folio);', 'folio')).toBe(true);
    expect(changesHands('\tmap->folio = folio;', 'folio')).toBe(false);
    expect(changesHands('\tfolio_unlock(folio);', 'folio')).toBe(false);
  });
});

describe('how edits become patches', () => {
  const before = Array.from({ length: 30 }, (_, index) => `line ${String(index)}`);

  it('as a diff that gives the edited text', () => {
    const after = applyEdits(before, [insertAt(3, 'new'), replaceLine(12, 'other'), removeLines(25, 27)]);
    const [file] = parseDiff(diffOf('mm/a.c', before.join('\n'), after)).files;
    expect(applyFileDiff(before.join('\n'), file!)).toMatchObject({ status: 'applied', text: after });
  });

  it('of different files together, those of one file apart', () => {
    const of = (...paths: string[]): { item: Case } => ({
      item: {
        file: paths[0]!,
        function: 'f',
        says: '',
        patches: [new Map(paths.map((path) => [path, '']))],
        touched: [],
        expects: null,
      },
    });
    const groups = groupsOf([of('a.c'), of('b.c', 'h.h'), of('a.c'), of('c.c', 'h.h'), of('d.c')], 3);
    expect(groups.map((members) => [...joined(members.map(({ item }) => item)).patches[0]!.keys()])).toEqual([
      ['a.c', 'b.c', 'h.h', 'd.c'],
      ['a.c', 'c.c', 'h.h'],
    ]);
  });
});
