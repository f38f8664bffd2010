import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RectoError } from '../../src/errors.js';
import { describeFlagModel, flagModelToJson } from '../../src/folio/describe.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../../src/folio/header.js';
import type { FlagModel } from '../../src/folio/model.js';

const flagsF = readFileSync(new URL('fixtures/flags-f.h', import.meta.url), 'utf8');

function model(header: string): FlagModel {
  return readFlagModel(new Map([[PAGE_FLAGS_HEADER, header]]));
}

function short(read: FlagModel, name: string): string {
  const accessor = read.accessors.get(name);
  if (accessor === undefined) return 'none';
  const { operation, atomic, bit, word, takes } = accessor;
  return `${operation} ${atomic ? 'atomic' : 'plain'} ${bit} ${word} ${takes}`;
}

function refusal(header: string): RectoError {
  try {
    model(header);
  } catch (error) {
    if (error instanceof RectoError) return error;
    throw error;
  }
  throw new Error('the header was accepted');
}

describe('a header in the flags.f style', () => {
  const read = model(flagsF);

  it.each([
    ['folio_test_locked', 'test atomic PG_locked head folio'],
    ['SetPageLocked', 'set atomic PG_locked head page'],
    ['SetPageDirty', 'set atomic PG_dirty self page'],
    ['folio_test_clear_lru', 'test-and-clear atomic PG_lru head folio'],
    ['__folio_set_swapbacked', 'set plain PG_swapbacked head folio'],
    ['folio_set_split_wanted', 'set atomic PG_active second folio'],
    ['SetPageSplitWanted', 'set atomic PG_active second page'],
    ['__folio_set_split_wanted', 'set plain PG_active second folio'],
    ['folio_test_swapcache', 'test atomic PG_owner_1 head folio'],
    ['__folio_mark_uptodate', 'set plain PG_uptodate head folio'],
    ['__SetPageUptodate', 'set plain PG_uptodate self page'],
    ['folio_set_active_raw', 'set plain PG_active head folio'],
  ])('%s: %s', (name, expected) => {
    expect(short(read, name)).toBe(expected);
  });

  it('prefers the real definition to the stub before it, and keeps a stub that is alone', () => {
    expect(read.constants.has('folio_set_swapcache')).toBe(false);
    expect(read.constants.get('folio_test_elsewhere')).toBe(false);
    expect(read.constants.get('folio_set_elsewhere')).toBe(null);
  });

  it('leaves page types, dead branches and conditional updates out of the accessors', () => {
    expect(read.pageTypeAccessors).toEqual(new Set(['folio_test_buddy', '__folio_set_buddy']));
    expect(short(read, 'folio_set_never')).toBe('none');
    expect(short(read, 'folio_reset')).toBe('none');
    expect(read.states.get('PageAnon')).toBe('anon');
  });

  it('knows flags, aliases, and where an accessor is defined', () => {
    expect(read.flags.get('swapcache')).toEqual({ name: 'swapcache', aliasOf: 'PG_owner_1' });
    expect(read.flags.get('head')).toEqual({ name: 'head', aliasOf: null });
    expect(read.flags.has('_NR_PAGEFLAGS')).toBe(false);
    const { definedBy, line } = read.accessors.get('__folio_set_swapbacked')!;
    expect(definedBy).toBe('PLAIN_SET_FLAG(swapbacked, FIRST)');
    expect(flagsF.split('\n')[line - 1]).toContain(definedBy);
  });
});

// 5.16: pages and folios from one macro, a policy per flag; no header of its own for folios.
const pageStyle = `
enum pageflags { PG_locked, PG_slab, PG_active, PG_double_map = PG_active, };
static unsigned long *folio_flags(struct folio *folio, unsigned n)
{ struct page *page = &folio->page; VM_BUG_ON_PGFLAGS(PageTail(page), page); return &page[n].flags; }
#define PF_NO_TAIL(page, enforce) ({ VM_BUG_ON_PGFLAGS(enforce, page); compound_head(page); })
#define PF_SECOND(page, enforce) ({ (&page[1]); })
#define FOLIO_PF_NO_TAIL 0
#define FOLIO_PF_SECOND 1
#define __SETPAGEFLAG(uname, lname, policy)				\\
static __always_inline							\\
void __folio_set_##lname(struct folio *folio)				\\
{ __set_bit(PG_##lname, folio_flags(folio, FOLIO_##policy)); }		\\
static __always_inline void __SetPage##uname(struct page *page)		\\
{ __set_bit(PG_##lname, &policy(page, 1)->flags); }
__SETPAGEFLAG(Slab, slab, PF_NO_TAIL) /* a flag in those days */
__SETPAGEFLAG(DoubleMap, double_map, PF_SECOND)
`;

describe('a header in the 5.16 style', () => {
  const read = model(pageStyle);

  it.each([
    ['__folio_set_slab', 'set plain PG_slab head folio'],
    ['__SetPageSlab', 'set plain PG_slab head page'],
    ['__folio_set_double_map', 'set plain PG_active second folio'],
    ['__SetPageDoubleMap', 'set plain PG_active second page'],
  ])('%s: %s', (name, expected) => {
    expect(short(read, name)).toBe(expected);
  });
});

describe('a patch of the header changes the model', () => {
  it('sees an atomic accessor go plain', () => {
    const patched = flagsF.replace('FOLIO_FLAG(lru, FIRST)', 'TEST(lru, FIRST) PLAIN_SET_FLAG(lru, FIRST)');
    expect(short(model(patched), '__folio_set_lru')).toBe('set plain PG_lru head folio');
    expect(short(model(patched), 'folio_set_lru')).toBe('none');
  });

  it('sees a macro itself change', () => {
    const patched = flagsF.replace('{ set_bit(PG_##name', '{ __set_bit(PG_##name');
    expect(short(model(patched), 'folio_set_lru')).toBe('set plain PG_lru head folio');
  });

  it('sees a policy move a flag to another word', () => {
    const patched = flagsF.replace('#define FIRST	FOLIO_AT_HEAD', '#define FIRST	FOLIO_AT_NEXT');
    expect(short(model(patched), 'folio_set_lru')).toBe('set atomic PG_lru second folio');
  });
});

describe('a header that cannot be used', () => {
  it('missing: says what to give', () => {
    expect(() => readFlagModel(() => null)).toThrow(
      expect.objectContaining({
        code: 'not-a-kernel-tree',
        message: expect.stringMatching(/no include\/linux\/page-flags\.h.*--tree/s),
        place: PAGE_FLAGS_HEADER,
      }),
    );
  });

  it.each([
    ['empty', '', /no enum pageflags/],
    ['without accessors', 'enum pageflags { PG_locked };', /no flag accessors/],
    [
      'a macro used before it is defined',
      'enum pageflags { PG_locked };\n#define PAGEFLAG(n) SETFLAG(n)\nPAGEFLAG(locked)\n',
      /line 3: PAGEFLAG\(locked\) needs the macro SETFLAG\(\)/,
    ],
    [
      'a flag that the enum does not have',
      pageStyle.replace('PG_slab,', ''),
      /uses PG_slab, which enum pageflags does not have/,
    ],
    [
      'a word that cannot be read',
      pageStyle.replace('&policy(page, 1)->flags', 'somewhere(page)'),
      /which flags word __SetPageSlab\(\) uses cannot be read/,
    ],
  ])('%s', (_, header, message) => {
    const error = refusal(header);
    expect(error.code).toBe('not-a-kernel-tree');
    expect(error.message).toMatch(message);
    expect(error.place).toBe(PAGE_FLAGS_HEADER);
  });
});

describe('a hostile header', () => {
  const hostile = (text: string) => `enum pageflags { PG_a };\n${text}`;
  const doubling = Array.from({ length: 60 }, (_, n) => `#define M${n}() M${n + 1}() M${n + 1}()`).join('\n');

  it.each([
    ['macros that double', `${doubling}\nM0()\n`],
    ['calls nested without end', `#define F(x) x\n${'F(\n'.repeat(50_000)}`],
    ['calls nested deeply', `#define F(x) x\n${'F(\n'.repeat(5000)}${')'.repeat(5000)}\n`],
    ['a line without end', `"${'\\"'.repeat(200_000)}`],
    ['a macro of itself', '#define LOOP() LOOP()\nLOOP()\n'],
    ['brackets that never close', `static void f(struct page *page)\n${'{ ( [\n'.repeat(20_000)}`],
    ['directives that never close', `${'#if 1\n'.repeat(20_000)}`],
  ])('%s ends soon, with a RectoError', (_, text) => {
    const start = performance.now();
    expect(() => model(hostile(text))).toThrow(RectoError);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('descriptions', () => {
  const read = model(flagsF);

  it('lists accessors per flag, for people', () => {
    const text = describeFlagModel(read);
    expect(text).toMatch(/^swapbacked$/m);
    expect(text).toMatch(/^ {2}__folio_set_swapbacked +set +not atomic +head page +line \d+$/m);
    expect(text).toMatch(/^split_wanted \(PG_active\)$/m);
    expect(text).toMatch(/^ {2}__folio_set_buddy folio_test_buddy$/m);
  });

  it('is plain data for JSON', () => {
    const json = JSON.parse(JSON.stringify(flagModelToJson(read)));
    expect(json.version).toBe(1);
    expect(json.flags.find((flag: { flag: string }) => flag.flag === 'lru').accessors).toHaveLength(4);
    expect(json.stubs).toContainEqual({ name: 'folio_set_elsewhere', returns: null });
  });
});
