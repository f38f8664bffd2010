import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RectoError } from '../../src/errors.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { temporaryFolder } from '../tree/repository.js';

const CHECK = `id: mine
title: My check
match:
  - { cause: [new-caller, none], function: 'xfs_*', races: 3 or more, not: { flag: lru } }
severity:
  - { level: high, when: { atomic: false } }
  - { level: low }
text: >-
  {{ meeting }} {% if callee %}{{ callee | upcase }}{% else %}x{% endif %} {{ not_atomic }}.
advice:
  - when: { test_is_enough: true }
    text: Test {{ test }} first, {{ why_set }}.
links: [https://example.org/mine]
`;
const CONTRACT = `contracts:
  - function: [a, b]
    since: 5.16
    when:
      '0': { publishes: { 1: [page cache, LRU] }, locks: 1 }
      error: {}
    source: mm/a.c
races:
  - { update: folio_set_lru, flag: lru, by: [c], needs: [LRU], why: it does, source: mm/c.c }
`;

/** Pieces that YAML and templates take for something. */
const piece = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    '- ',
    '&a ',
    '*a',
    '<<: ',
    '|',
    '>',
    '\n',
    '  ',
    '"',
    "'",
    '#',
    '!!x ',
    '? ',
    '---\n',
    '{{',
    '}}',
    '{%',
    '%}',
    '%',
    'null',
    '0',
  ),
  fc.string({ maxLength: 4 }),
);

const edit = fc.record({ at: fc.nat(CHECK.length), remove: fc.nat(12), insert: piece });

function edited(text: string, edits: readonly { at: number; remove: number; insert: string }[]): string {
  return edits.reduce(
    (now, { at, remove, insert }) => now.slice(0, at) + insert + now.slice(at + remove),
    text,
  );
}

describe('whatever is done to a rule file', () => {
  it.each([
    ['checks/mine.yml', CHECK],
    ['contracts/mine.yml', CONTRACT],
  ])('it is read, or refused with its place: %s', (path, text) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, path, '..'));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        writeFileSync(join(folder, path), edited(text, edits));
        try {
          loadRuleBook([folder]);
        } catch (error) {
          expect(error).toBeInstanceOf(RectoError);
          expect((error as RectoError).code).toBe('bad-rules');
          expect((error as RectoError).message).toMatch(/mine\.yml:\d+: \S/);
        }
      }),
      { numRuns: 400 },
    );
  });
});
