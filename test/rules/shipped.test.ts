import { describe, expect, it } from 'vitest';
import type { Cause } from '../../src/analysis/cause.js';
import { FACTS, type Described } from '../../src/rules/facts.js';
import { judge } from '../../src/rules/judge.js';
import { loadChecks } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import type { WaysOut } from '../../src/rules/ways-out.js';

const checks = loadChecks([SHIPPED_RULES]);

const described: Described = {
  because: null,
  confidence: 'high',
  in: 'print_page',
  updater: 'ink_folio',
  update: '__folio_set_swapbacked',
  atomic: false,
  flag: 'swapbacked',
  word: 'head',
  callee: 'ink_folio',
  file: 'mm/ink.c',
  origins: [{ ownership: 'shared', referenced: true, visible: ['LRU'], locked: true, file: 'mm/print.c' }],
  races: [{ update: 'folio_test_clear_lru' }],
};

const ways: WaysOut = {
  madeHere: false,
  publisher: null,
  test: 'folio_test_swapbacked',
  testIsEnough: false,
  whySet: null,
  atomicAccessor: 'folio_set_swapbacked',
  missingAccessor: null,
  bitOperation: 'set_bit',
};

describe('the checks that come with Recto', () => {
  it('share all changes among them: every difference is the matter of one check', () => {
    const causes = FACTS.cause.map((cause) => (cause === 'none' ? null : (cause satisfies Cause)));
    const kinds = causes.flatMap((because) => [false, true].map((atomic) => ({ because, atomic })));
    const ids = kinds.map((kind) => {
      const matching = checks
        .filter((check) => judge({ ...described, ...kind }, ways, [check]) !== null)
        .map(({ id }) => id);
      expect(matching).toHaveLength(1);
      return matching[0];
    });
    expect([...new Set(ids)].sort()).toEqual(checks.map(({ id }) => id).sort());
  });

  it('are the graver the more updates can be lost', () => {
    const [race] = described.races;
    for (const [races, severity] of [
      [[race!], 'medium'],
      [[race!, race!, race!], 'high'],
    ] as const) {
      expect(judge({ ...described, races }, ways, checks)?.severity).toBe(severity);
    }
  });

  it('lead to a page each', () => {
    for (const { id, links } of checks) {
      expect(links[0]).toBe(`https://unpkg.com/recto-review/docs/checks/${id}.md`);
    }
  });
});
