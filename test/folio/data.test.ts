import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RectoError } from '../../src/errors.js';
import type { RuleData } from '../../src/folio/contract.js';
import { loadRules } from '../../src/folio/data.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'recto-rules-')), 'rules');
  mkdirSync(join(folder, 'contracts'), { recursive: true });
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true });
});

function load(text: string, file = 'contracts/a.yml'): RuleData {
  writeFileSync(join(folder, file), text);
  return loadRules([folder]);
}

function refusal(text: string): RectoError {
  try {
    load(text);
  } catch (error) {
    if (error instanceof RectoError) return error;
    throw error;
  }
  throw new Error('the rules were accepted');
}

const NOTHING = {
  constant: null,
  of: [],
  returns: null,
  unheld: null,
  tests: null,
  publishes: [],
  removes: [],
  gives: [],
  references: [],
  locks: [],
  unlocks: [],
  stores: [],
  fills: [],
  collects: [],
};
const FRESH = { ownership: 'fresh', visible: [], locked: null, flags: {} };

describe('contracts', () => {
  it('one outcome per class of result', () => {
    const { contracts } = load(`contracts:
  - function: filemap_add_folio
    since: "5.16"
    when:
      "0": { publishes: { 1: [page cache, LRU] }, locks: 1 }
      error: {}
    source: mm/filemap.c
`);
    expect(contracts).toEqual([
      {
        function: 'filemap_add_folio',
        since: '5.16',
        until: null,
        outcomes: [
          {
            ...NOTHING,
            result: '0',
            publishes: [
              { argument: 1, to: 'page cache' },
              { argument: 1, to: 'LRU' },
            ],
            locks: [1],
          },
          { ...NOTHING, result: 'error' },
        ],
        source: 'mm/filemap.c',
        place: 'rules/contracts/a.yml:2',
      },
    ]);
  });

  it('pointers that may fail, alternatives, and several functions in one entry', () => {
    const { contracts } = load(`contracts:
  - function: [one, two]
    returns: [argument 0, locked fresh with uptodate and no dirty]
    or: [null, error]
    source: x
`);
    expect(contracts.map((contract) => contract.function)).toEqual(['one', 'two']);
    const locked = { ...FRESH, locked: true, flags: { uptodate: true, dirty: false } };
    expect(contracts[0]!.outcomes).toEqual([
      { ...NOTHING, result: 'pointer', returns: { argument: 0, head: false } },
      { ...NOTHING, result: 'pointer', returns: locked },
      { ...NOTHING, result: 'null' },
      { ...NOTHING, result: 'error' },
    ]);
  });

  it('everything a call can do', () => {
    const { contracts } = load(`contracts:
  - function: f
    removes: { 0: LRU }
    gives: { 0: frozen }
    unlocks: [0, 1]
    stores: { 2.page: fresh, 3: fresh }
    fills: { 4: fresh }
    collects: { 0: 5 }
    source: x
`);
    expect(contracts[0]!.outcomes).toEqual([
      {
        ...NOTHING,
        result: 'any',
        removes: [{ argument: 0, from: 'LRU' }],
        gives: [{ argument: 0, ownership: 'frozen' }],
        unlocks: [0, 1],
        stores: [
          { argument: 3, field: null, state: FRESH },
          { argument: 2, field: 'page', state: FRESH },
        ],
        fills: [{ argument: 4, state: FRESH }],
        collects: [{ argument: 0, into: 5 }],
      },
    ]);
  });

  it('a constant as result, the head of an argument, a standing, a state that is tested', () => {
    const { contracts } = load(`contracts:
  - function: f
    when:
      VM_FAULT_RETRY: { unlocks: 0 }
      '0': { returns: head of argument 0, of: { 0: page cache } }
    source: x
  - function: g
    tests: { 0: mapping }
    source: x
`);
    expect(contracts.map(({ outcomes }) => outcomes)).toEqual([
      [
        {
          ...NOTHING,
          result: '0',
          returns: { argument: 0, head: true },
          of: [{ argument: 0, standing: 'page cache' }],
        },
        { ...NOTHING, result: 'nonzero', constant: 'VM_FAULT_RETRY', unlocks: [0] },
      ],
      [{ ...NOTHING, result: 'any', tests: { argument: 0, state: 'mapping' } }],
    ]);
  });

  it('versions are not numbers: 6.10 is newer than 6.9', () => {
    const { contracts } = load(`contracts:
  - { function: f, until: 6.9, nothing: true, source: x }
  - { function: f, since: 6.10, returns: fresh, source: x }
`);
    expect(contracts.map(({ since, until }) => [since, until])).toEqual([
      [null, '6.9'],
      ['6.10', null],
    ]);
  });

  it('a later directory replaces what an earlier one says of a function', () => {
    const mine = join(folder, '..', 'mine');
    mkdirSync(mine);
    writeFileSync(join(mine, 'x.yml'), 'contracts: [{ function: f, returns: fresh, source: mine }]');
    writeFileSync(
      join(folder, 'a.yml'),
      'contracts: [{ function: f, nothing: true, source: x }, { function: g, nothing: true, source: x }]',
    );
    const { contracts } = loadRules([folder, mine]);
    expect(contracts.map((contract) => [contract.function, contract.place])).toEqual([
      ['g', 'rules/a.yml:1'],
      ['f', 'mine/x.yml:1'],
    ]);
  });
});

describe('fields, callbacks, races and meanings', () => {
  it('are read, and the arguments that functions are given', () => {
    const data = load(`arguments:
  - { function: free_unref_page, until: 6.13, receives: { 0: frozen }, source: x }
fields:
  - { field: vm_fault.cow_page, holds: fresh, source: x }
callbacks:
  - { slot: ops.migrate, receives: { 1: fresh }, source: x }
  - { slot: new_folio_t, returns: fresh, or: null, source: x }
races:
  - { update: folio_set_active, flag: active, by: lru_activate, needs: LRU, why: reclaim, source: x }
meanings:
  - flag: swapbacked
    impliedBy: [{ in: swap cache, source: x }]
    clearedBy: [lru_lazyfree]
    source: x
`);
    expect(data.arguments).toEqual([
      {
        function: 'free_unref_page',
        since: null,
        until: '6.13',
        arguments: [{ argument: 0, state: { ...FRESH, ownership: 'frozen' } }],
        source: 'x',
        place: 'rules/contracts/a.yml:2',
      },
    ]);
    expect(data.fields[0]).toMatchObject({ struct: 'vm_fault', field: 'cow_page', state: FRESH });
    expect(data.callbacks[0]).toMatchObject({
      struct: 'ops',
      field: 'migrate',
      arguments: [{ argument: 1, state: FRESH }],
      outcomes: [],
    });
    expect(data.callbacks[1]).toMatchObject({ struct: 'new_folio_t', field: null });
    expect(data.callbacks[1]!.outcomes.map((outcome) => outcome.result)).toEqual(['pointer', 'null']);
    expect(data.races[0]).toEqual({
      update: 'folio_set_active',
      since: null,
      until: null,
      flag: 'active',
      word: 'head',
      by: ['lru_activate'],
      needs: ['LRU'],
      excludedBy: [],
      flags: {},
      why: 'reclaim',
      source: 'x',
      place: 'rules/contracts/a.yml:9',
    });
    expect(data.meanings[0]).toMatchObject({
      flag: 'swapbacked',
      impliedBy: [{ visible: ['swap cache'], flags: {}, locked: false, where: null, source: 'x' }],
      setBy: [],
      clearedBy: ['lru_lazyfree'],
    });
  });
});

describe('errors name file, line and field, and what is allowed', () => {
  const entry = (fields: string) => `contracts:\n  - function: f\n${fields}    source: x\n`;

  it.each([
    [
      'an unknown word',
      entry('    return: fresh\n'),
      3,
      /contracts\[0\]: "return" is not known.*returns, unheld, of, tests, publishes/,
    ],
    [
      'an ownership',
      entry('    returns: new\n'),
      3,
      /contracts\[0\]\.returns.*"new" is not a state.*fresh\|frozen/,
    ],
    ['a place', entry('    publishes: { 0: lru }\n'), 3, /"lru" is not known here; allowed: page cache/],
    ['a place in a state', entry('    returns: shared in cache\n'), 3, /"cache" is not a place; allowed/],
    [
      'an argument',
      entry('    publishes:\n      first: LRU\n'),
      4,
      /publishes.*give argument numbers, counted from 0/,
    ],
    [
      'a result',
      entry('    when:\n      "0": {}\n      failure: {}\n'),
      5,
      /when.*give results here: any, 0, nonzero/,
    ],
    ['a version', entry('    nothing: true\n    since: v6\n'), 4, /"v6" is not a kernel version like 6\.1/],
    ['nothing said', entry(''), 2, /says nothing.*nothing: true/],
    ['two ways at once', entry('    returns: fresh\n    when: { any: {} }\n'), 2, /beside "when"/],
    ['or without returns', entry('    publishes: { 0: LRU }\n    or: null\n'), 2, /"or" needs "returns"/],
    ['no source', 'contracts:\n\n  - function: f\n    returns: fresh\n', 3, /source.*is missing/],
    ['no list', 'contracts: yes\n', 1, /give a list of contracts/],
    ['not YAML', 'contracts:\n  - function: [f\n', 3, /not YAML/],
    ['a name', 'contracts:\n  - { function: a b, returns: fresh, source: x }\n', 2, /"a b" is not a C name/],
    [
      'a function twice',
      `${entry('    nothing: true\n')}  - function: f\n    since: 6.1\n    nothing: true\n    source: x\n`,
      5,
      /f is already described at rules\/contracts\/a\.yml:2/,
    ],
  ])('%s', (_, text, line, message) => {
    const error = refusal(text);
    expect(error.code).toBe('bad-rules');
    expect(error.message).toMatch(message);
    expect(error.place).toBe(`rules/contracts/a.yml:${line}`);
    expect(error.message).toContain(error.place);
  });

  it('a folder that is not there', () => {
    expect(() => loadRules([join(folder, 'missing')])).toThrow(/There is no folder .*missing/);
  });
});
