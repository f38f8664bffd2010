import { describe, expect, it } from 'vitest';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { concernedFunctions } from '../../src/snapshot/concerned.js';
import { snapshotNear } from '../../src/snapshot/shipped.js';
import type { Line } from '../../src/snapshot/text.js';
import type { TouchedFunction } from '../../src/snapshot/touched.js';

const rules = loadRuleBook([SHIPPED_RULES]);
const snapshot = snapshotNear('6.12');
const concerned = (...touched: readonly TouchedFunction[]) => concernedFunctions(touched, snapshot, rules);

const counting = added('static int frob_count(struct frob *frob)\n{\n\treturn frob->count;\n}');

describe('functions that a series adds', () => {
  it('are left out where no folio notices them', () => {
    const printing = added(
      'static void frob_show(struct frob *frob)\n{\n\tpr_info("%d", frob_count(frob));\n}',
    );
    expect(concerned(counting, printing)).toEqual([]);
  });

  it.each([
    ['a folio', 'static bool frob_is(struct folio *folio)\n{\n\treturn folio;\n}'],
    ['a word of flags', 'static void frob_mark(struct frob *frob)\n{\n\tfrob->first->flags |= 4;\n}'],
    ['a flag', 'static void frob_mark(struct frob *frob)\n{\n\tSetPageDirty(frob->first);\n}'],
    ['a bit', 'static void frob_mark(struct frob *frob)\n{\n\t__set_bit(3, frob_word(frob));\n}'],
    [
      'a function of the release',
      'static void frob_add(struct frob *frob)\n{\n\tfolio_add_lru(frob->first);\n}',
    ],
    [
      'a callback that gets folios',
      'static int frob_read(struct frob *frob)\n{\n\treturn frob->ops->read_folio(NULL, frob->first);\n}',
    ],
    ['the name of one of the release', 'void folio_add_lru(struct frob *frob)\n{\n\tfrob->count++;\n}'],
  ])('stay with %s', (_, code) => {
    const item = added(code);
    expect(concerned(counting, item)).toEqual([item]);
  });

  it('stay where they call one that stays, and where one that stays calls them', () => {
    const adding = added(
      'static void frob_add(struct frob *frob)\n{\n\tfolio_add_lru(frob->first);\n\tfrob_count(frob);\n}',
    );
    const calling = added('static void frob_begin(struct frob *frob)\n{\n\tfrob_add(frob);\n}');
    const other = added('static void frob_end(struct frob *frob)\n{\n\tfrob_count(frob);\n}');
    expect(concerned(counting, adding, calling, other)).toEqual([counting, adding, calling]);
  });

  it('stay where a function of the release names them', () => {
    const release = snapshot.own('folio_add_new_anon_rmap', 'mm/rmap.c')!;
    const patched = linesOf('\tif (frob_count(frob))');
    const touched = { file: 'mm/rmap.c', release, stages: [patched], renamed: [new Map()] };
    expect(concerned(touched, counting)).toEqual([touched, counting]);
  });

  it('stay by what they have at any stage', () => {
    const first = linesOf('static void frob_mark(struct frob *frob)\n{\n}');
    const second = linesOf('static void frob_mark(struct frob *frob)\n{\n\tSetPageDirty(frob->first);\n}');
    const item = { ...counting, stages: [null, first, second] };
    expect(concerned(item)).toEqual([item]);
  });
});

function added(code: string): TouchedFunction {
  return {
    file: 'drivers/frob.c',
    release: null,
    stages: [null, linesOf(code)],
    renamed: [new Map(), new Map()],
  };
}

function linesOf(code: string): Line[] {
  return code.split('\n').map((text, index) => ({ mark: 'xx', at: null, text, number: index + 1, since: 1 }));
}
