import { describe, expect, it } from 'vitest';
import type { Hazard } from '../../src/analysis/hazards.js';
import { UNKNOWN, type Origin } from '../../src/analysis/origin.js';
import type { FlagUpdate, Meeting } from '../../src/analysis/summary.js';
import type { FlagMeaning } from '../../src/folio/contract.js';
import type { Cause } from '../../src/analysis/cause.js';
import type { Described } from '../../src/rules/facts.js';
import { judge } from '../../src/rules/judge.js';
import { loadChecks } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { waysOut, type AdviceBackground } from '../../src/rules/ways-out.js';

const update: FlagUpdate = {
  text: '__folio_set_swapbacked',
  identity: '__folio_set_swapbacked',
  flag: 'swapbacked',
  operation: 'set',
  atomic: false,
  word: 'head',
  updater: 'ink_folio',
  file: 'mm/ink.c',
  line: 12,
};

const step = (says: string) => ({ function: 'print_page', file: 'mm/print.c', line: 33, says });

const swapCache: Origin = {
  ...UNKNOWN,
  ownership: 'shared',
  visible: new Set(['swap cache', 'LRU']),
  steps: [step('swap_cache_get_folio() finds it')],
};

const pageCache: Origin = { ...swapCache, visible: new Set(['page cache']) };

const made: Origin = {
  ...UNKNOWN,
  ownership: 'shared',
  unique: true,
  visible: new Set(['LRU']),
  steps: [step('folio_alloc() allocates it'), step('folio_add_lru() makes it visible: LRU')],
};

function hazard(origins: readonly Origin[], changed: Partial<FlagUpdate> = {}): Hazard {
  const other = { ...update, ...changed };
  const meetings = origins.map((origin): Meeting => {
    return {
      update: other,
      function: 'print_page',
      file: 'mm/print.c',
      line: 44,
      chain: [],
      origin,
      conditions: [],
    };
  });
  return { key: '', in: 'print_page', update: other, meetings, races: [] };
}

const swapbacked: FlagMeaning = {
  flag: 'swapbacked',
  impliedBy: [{ visible: ['swap cache'], flags: {}, locked: false, where: null, source: '' }],
  shows: null,
  setBy: [],
  clearedBy: [],
  place: 'rules/flags.yml:1',
};

const background = {
  hasAccessor: (name: string) => ['folio_test_swapbacked', 'folio_set_swapbacked'].includes(name),
  meanings: [swapbacked],
};

const checks = loadChecks([SHIPPED_RULES]);

/** What the check of this cause advises. */
function adviceOf(hazard: Hazard, because: Cause | null, known: AdviceBackground): readonly string[] {
  const { update } = hazard;
  const described: Described = {
    because,
    confidence: 'high',
    in: hazard.in,
    callee: null,
    updater: update.updater,
    update: update.text,
    atomic: false,
    flag: update.flag,
    word: update.word,
    file: update.file,
    origins: [],
    races: [],
  };
  return judge(described, waysOut(hazard, known), checks)!.advice;
}

describe('advice', () => {
  it('is to test first only where every visible folio has the flag', () => {
    const [first, second] = adviceOf(hazard([swapCache]), 'new-caller', background);
    expect(first).toMatch(
      /^Test first, if \(!folio_test_swapbacked\(\.\.\.\)\): a folio in the swap cache has swapbacked set/,
    );
    expect(second).toBe('Use the atomic folio_set_swapbacked().');
    for (const origins of [[pageCache], [swapCache, pageCache]]) {
      expect(adviceOf(hazard(origins), 'new-caller', background)).toEqual([
        'Use the atomic folio_set_swapbacked().',
      ]);
    }
    expect(
      adviceOf(hazard([swapCache], { operation: 'clear' }), 'new-caller', background).join(),
    ).not.toContain('Test');
  });

  it('is to finish a new folio before it is shown', () => {
    expect(adviceOf(hazard([made]), 'published-earlier', background)).toEqual([
      'Call __folio_set_swapbacked() before folio_add_lru() (mm/print.c:33) makes the folio visible.',
      'Use the atomic folio_set_swapbacked().',
    ]);
    expect(adviceOf(hazard([made, pageCache]), 'published-earlier', background)).toHaveLength(1);
    const finished: Origin = { ...made, flags: { swapbacked: true } };
    expect(adviceOf(hazard([finished]), 'guard-removed', background).join()).not.toContain('Call');
  });

  it('tells why folios that are not in the swap cache any more have the flag', () => {
    const left: Origin = {
      ...swapCache,
      visible: new Set(['LRU']),
      flags: { swapbacked: true },
      steps: [step('swap_cache_get_folio() finds it, visible through swap cache and LRU')],
    };
    const why = (...origins: readonly Origin[]) => adviceOf(hazard(origins), 'new-caller', background)[0];
    expect(why(swapCache, left)).toContain(
      'a folio in the swap cache has swapbacked set, and keeps it when it leaves, so that',
    );
    expect(why(left)).toContain('a folio that was in the swap cache has swapbacked set still, so that');
  });

  it('names no accessor that the tree does not have', () => {
    expect(
      adviceOf(hazard([pageCache], { text: '__folio_set_locked', flag: 'locked' }), null, background),
    ).toEqual(['Use set_bit(), which is atomic: page-flags.h has no folio_set_locked().']);
    expect(
      adviceOf(hazard([pageCache], { text: '__clear_bit', operation: 'clear' }), null, background),
    ).toEqual(['Use the atomic clear_bit().']);
  });

  it('is to keep what was right before', () => {
    expect(adviceOf(hazard([pageCache]), 'downgraded-update', background)).toEqual([
      'Leave it atomic, as it was before the patch.',
    ]);
    expect(adviceOf(hazard([pageCache]), 'protection-removed', background)[0]).toContain(
      'as before the patch',
    );
  });

  it('knows raw updates', () => {
    const raw = { text: 'folio->flags &= ~PAGE_FLAGS_CHECK', flag: 'flags', operation: 'clear' } as const;
    expect(adviceOf(hazard([pageCache], raw), null, background)).toEqual([
      'Change the word with one atomic operation, such as set_mask_bits().',
    ]);
    const bit = { text: 'folio->flags |= BIT(PG_swapbacked)' };
    expect(adviceOf(hazard([pageCache], bit), null, background)).toEqual(['Use set_bit(), which is atomic.']);
  });
});
