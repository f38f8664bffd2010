import type { HunkResult } from '../../src/patch/apply.js';
import type { Patch } from '../../src/patch/patch.js';
import type { AppliedPatch } from '../../src/review/applied.js';
import type { Audit } from '../../src/review/audit.js';
import type { Finding } from '../../src/review/finding.js';
import { messageOf } from '../../src/review/message.js';
import { applicationNotes } from '../../src/review/notes.js';
import type { Review } from '../../src/review/review.js';
import type { Check } from '../../src/rules/check.js';
import { loadChecks } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import type { Tree } from '../../src/tree/tree.js';

// Reviews made by hand: of a printer that keeps its pages in a cache, which no kernel has.

const tree: Tree = {
  name: 'tree',
  read: () => Promise.resolve(null),
  files: () => Promise.resolve([]),
  readMany: async function* () {
    yield* [];
  },
  close: () => Promise.resolve(),
};

export function patch(number: number, subject: string): Patch {
  return {
    subject,
    messageId: `${number}@example.org`,
    author: 'Sam Ample <sam@example.org>',
    date: '2025-03-04T10:21:07.000Z',
    message: '',
    files: [],
    baseCommit: null,
    quoted: false,
    whitespaceDamaged: false,
    number,
  };
}

export const whole: HunkResult = {
  status: 'applied',
  line: 10,
  offset: 0,
  fuzz: 0,
  ignoredWhitespace: false,
  reason: null,
};

export function applied(
  patch: Patch,
  status: AppliedPatch['status'] = 'applied',
  hunks: readonly HunkResult[] = [whole],
): AppliedPatch {
  const file = {
    path: 'mm/print.c',
    status,
    text: status === 'failed' ? null : '',
    hunks,
    addedLines: [],
    removedLines: [],
    reason: null,
  };
  return { patch, status, files: [file], tree };
}

const found = {
  function: 'print_page',
  file: 'mm/print.c',
  line: 40,
  says: 'swap_cache_get_folio() finds it, visible through swap cache and LRU',
};
const call = { function: 'print_page', file: 'mm/print.c', line: 44, says: 'calls ink_folio()' };
const update = {
  function: 'ink_folio',
  file: 'mm/ink.c',
  line: 12,
  says: '__folio_set_swapbacked() is not atomic',
};

const checks = loadChecks([SHIPPED_RULES]);

function checkOf(id: string): Check {
  return checks.find((check) => check.id === id)!;
}

export const byCall: Finding = {
  check: checkOf('widened-non-atomic-update'),
  rule: 'widened-non-atomic-update',
  title: 'A non-atomic flag update is reached by folios that others can see',
  link: 'https://unpkg.com/recto-review/docs/checks/widened-non-atomic-update.md',
  severity: 'high',
  confidence: 'high',
  patch: 1,
  resolvedBy: null,
  because: 'new-caller',
  in: 'print_page',
  updater: 'ink_folio',
  update: '__folio_set_swapbacked',
  atomic: false,
  flag: 'swapbacked',
  word: 'head',
  file: 'mm/ink.c',
  line: 12,
  origins: [
    {
      ownership: 'shared',
      referenced: true,
      from: found.says,
      file: 'mm/print.c',
      line: 44,
      visible: ['swap cache', 'LRU'],
      locked: true,
      path: [found, call, update],
    },
    {
      ownership: 'shared',
      referenced: true,
      from: 'folio_alloc() allocates it',
      file: 'mm/print.c',
      line: 44,
      visible: ['LRU'],
      locked: null,
      path: [
        { function: 'print_page', file: 'mm/print.c', line: 30, says: 'folio_alloc() allocates it' },
        {
          function: 'print_page',
          file: 'mm/print.c',
          line: 33,
          says: 'folio_add_lru() makes it visible: LRU',
        },
        call,
        update,
      ],
    },
  ],
  races: [
    {
      update: 'folio_test_clear_lru',
      flag: 'lru',
      does: 'clears',
      by: ['folio_isolate_lru', 'isolate_lru_folios', 'isolate_migratepages_block', 'isolate_folio'],
      why: 'reclaim and compaction isolate folios without the folio lock',
      at: [{ function: 'isolate_lru_folios', file: 'mm/reclaim.c', line: 88 }],
      certain: true,
    },
    {
      update: 'folio_set_lru',
      flag: 'lru',
      does: 'sets',
      by: ['folio_isolate_lru'],
      why: 'reclaim and compaction isolate folios without the folio lock',
      at: [],
      certain: true,
    },
    {
      update: 'folio_set_waiters',
      flag: 'waiters',
      does: 'sets',
      by: ['folio_wait_bit_common'],
      why: 'whoever waits for the folio lock sets waiters',
      at: [{ function: 'folio_wait_bit_common', file: 'mm/wait.c', line: 21 }],
      certain: true,
    },
    {
      update: 'SetPageHWPoison',
      flag: 'hwpoison',
      does: 'sets',
      by: ['memory_failure'],
      why: 'a hardware error poisons any page at any time',
      at: [],
      certain: true,
    },
  ],
  callee: 'ink_folio',
  callers: [
    { function: 'draw_page', file: 'mm/draw.c', line: 8, passes: 'owned' },
    { function: 'copy_page', file: 'mm/draw.c', line: 30, passes: 'owned' },
    { function: 'ink_all', file: 'mm/ink.c', line: 30, passes: 'passed' },
    { function: 'ink_all', file: 'mm/ink.c', line: 35, passes: 'unknown' },
  ],
  id: '0123456789ab',
  advice: [
    'Test first, if (!folio_test_swapbacked(...)): a folio in the swap cache has swapbacked set, and nothing clears it while it is there, so that only folios nobody else can see yet are updated.',
    'Use the atomic folio_set_swapbacked().',
  ],
  inPlace: { test: 'folio_test_swapbacked', accessor: 'folio_set_swapbacked' },
  message: '',
};

/** The same call, another flag in the same function. */
export const sameCall: Finding = {
  ...byCall,
  update: '__folio_set_referenced',
  flag: 'referenced',
  line: 13,
  origins: byCall.origins.map((origin) => ({
    ...origin,
    path: [
      ...origin.path.slice(0, -1),
      { ...update, line: 13, says: '__folio_set_referenced() is not atomic' },
    ],
  })),
  id: 'ba9876543210',
  advice: ['Use the atomic folio_set_referenced().'],
  inPlace: { test: null, accessor: 'folio_set_referenced' },
};

/** In the function itself, on the second page. */
export const direct: Finding = {
  ...byCall,
  check: checkOf('non-atomic-update-on-shared-folio'),
  severity: 'medium',
  confidence: 'medium',
  patch: 2,
  because: 'downgraded-update',
  in: 'fold_page',
  updater: 'fold_page',
  update: 'folio->_flags_1 |= BIT(PG_folded)',
  flag: 'folded',
  word: 'second',
  file: 'mm/fold.c',
  line: 7,
  origins: [
    {
      ownership: 'speculative',
      referenced: false,
      from: 'pfn_folio() finds it',
      file: 'mm/fold.c',
      line: 7,
      visible: ['PFN'],
      locked: false,
      path: [
        { function: 'fold_page', file: 'mm/fold.c', line: 5, says: 'pfn_folio() finds it' },
        {
          function: 'fold_page',
          file: 'mm/fold.c',
          line: 7,
          says: '"folio->_flags_1 |= BIT(PG_folded)" is not atomic',
        },
      ],
    },
  ],
  races: [
    {
      update: 'SetPageAnonExclusive',
      flag: 'anon_exclusive',
      does: 'sets',
      by: [],
      why: 'changes under the page table lock only',
      at: [],
      certain: false,
    },
  ],
  callee: null,
  callers: [],
  id: '00000000beef',
  advice: ['Use set_bit(), which is atomic.'],
  inPlace: { test: null, accessor: null },
};

export function worded(finding: Finding): Finding {
  return { ...finding, message: messageOf([finding]) };
}

export function review(parts: Partial<Review> = {}): Review {
  const one = patch(1, 'mm/print: print what was swapped out');
  const patches = parts.patches ?? [applied(one)];
  const { notes = [], ...others } = parts;
  return {
    series: {
      subject: one.subject,
      version: 1,
      messageId: one.messageId,
      date: one.date,
      patches: patches.map((item) => item.patch),
      notes: [],
    },
    tree: '0123456789ab',
    snapshot: null,
    base: {
      commit: '0123456789abcdef0123456789abcdef01234567',
      how: 'head',
      why: 'base is HEAD (0123456789ab)',
    },
    patches,
    findings: [],
    resolved: [],
    notes: [...notes, ...applicationNotes(patches)],
    ...others,
  };
}

export const audit: Audit = {
  tree: '0123456789ab',
  findings: [worded(byCall), worded(sameCall), worded(direct)],
  coverage: {
    functions: 120,
    contexts: { owned: 3, visible: 2, passed: 5, unknown: 1 },
    unknown: [
      {
        caller: 'ink_all',
        file: 'mm/ink.c',
        line: 35,
        callee: 'ink_folio',
        update: '__folio_set_swapbacked',
      },
    ],
    truncated: ['mm/print.c:print_everything'],
  },
  notes: ['uncommitted changes in 1 file (mm/ink.c) were not read'],
};
