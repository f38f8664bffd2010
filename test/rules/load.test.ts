import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RectoError } from '../../src/errors.js';
import type { Check } from '../../src/rules/check.js';
import { loadChecks, loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { temporaryFolder } from '../tree/repository.js';

/** A folder of rules with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  const top = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  return top;
}

const MINE = `id: mine
title: My check
match: { cause: new-caller, function: 'xfs_*' }
severity: low
text: >-
  {{ meeting }} {{ not_atomic }}.
advice:
  - make-atomic
  - Ask the list.
`;

function load(files: Readonly<Record<string, string>>): readonly Check[] {
  return loadChecks([SHIPPED_RULES, folder(files)]);
}

/** The message of the error, without the folder's name. */
function refusal(files: Readonly<Record<string, string>>): string {
  const own = folder(files);
  try {
    loadChecks([SHIPPED_RULES, own]);
  } catch (error) {
    expect(error).toBeInstanceOf(RectoError);
    expect((error as RectoError).code).toBe('bad-rules');
    const { message, place } = error as RectoError;
    expect(message).toContain(`${place!}: `);
    return message.replaceAll(basename(own), 'mine');
  }
  return 'no error';
}

describe('checks of one’s own', () => {
  it('come before those that ship, with their own links or none', () => {
    const [mine, ...others] = load({ 'checks/mine.yml': MINE });
    expect(mine).toMatchObject({ id: 'mine', title: 'My check', links: [] });
    expect(mine!.advice).toHaveLength(2);
    expect(others).toEqual(loadChecks([SHIPPED_RULES]));
    const [linked] = load({ 'checks/mine.yml': `${MINE}links: https://example.org/mine\n` });
    expect(linked!.links).toEqual(['https://example.org/mine']);
  });

  it('replace one of the same id', () => {
    const all = load({ 'checks/guard-removed.yml': MINE.replace('id: mine', 'id: guard-removed') });
    expect(all.filter(({ id }) => id === 'guard-removed').map(({ title, links }) => [title, links])).toEqual([
      ['My check', []],
    ]);
    expect(all).toHaveLength(loadChecks([SHIPPED_RULES]).length);
  });

  it('change the severity alone, off included, and the rest stays', () => {
    const find = (checks: readonly Check[]) => checks.find(({ id }) => id === 'guard-removed')!;
    const shipped = find(loadChecks([SHIPPED_RULES]));
    const changed = find(load({ 'checks/guard-removed.yml': 'id: guard-removed\nseverity: off\n' }));
    expect(changed.severity.map(({ level }) => level)).toEqual(['off']);
    expect({ ...changed, severity: [] }).toEqual({ ...shipped, severity: [] });
  });

  it('may say what can be missing where they ask for it, or where it is known to be there', () => {
    const [mine] = load({
      'checks/mine.yml': MINE.replace(
        '{{ meeting',
        '{% unless callee %}x{% else %}{{ callee }}{% endunless %} {{ meeting',
      ).replace(
        'Ask the list.',
        '"{{ publisher | default: \'nobody\' }}"\n  - { when: { test_is_enough: true }, text: "Test with {{ test }}." }',
      ),
    });
    expect(mine!.advice).toHaveLength(3);
  });

  it('name advice of their own folder', () => {
    const [mine] = load({
      'checks/mine.yml': MINE.replace('make-atomic', 'ask-me'),
      'advice/ask-me.yml': 'id: ask-me\nwhen: { flag: dirty }\ntext: Ask me first.\n',
    });
    expect(mine!.advice[0]).toMatchObject({ text: 'Ask me first.' });
  });
});

describe('a mistake in a check is told with file, line and field', () => {
  const changed = (from: string | RegExp, to: string) => ({ 'checks/mine.yml': MINE.replace(from, to) });
  it.each([
    [
      'a field',
      changed('severity:', 'severty:'),
      /^mine\/checks\/mine\.yml:4: "severty" is not known here; allowed: .*; did you mean "severity"\?$/,
    ],
    ['a missing field', changed(/title.*\n/, ''), /^mine\/checks\/mine\.yml:1: title: the title is missing$/],
    [
      'a fact',
      changed('function', 'functoin'),
      /^mine\/checks\/mine\.yml:3: match\[0\]: "functoin" is not known here; allowed: cause, .*; did you mean "function"\?$/,
    ],
    [
      'a value',
      changed('new-caller', 'new-call'),
      /^mine\/checks\/mine\.yml:3: match\[0\]\.cause.*"new-call" is not known here; .*did you mean "new-caller"\?$/,
    ],
    [
      'a number',
      changed('cause: new-caller', 'races: many'),
      /^mine\/checks\/mine\.yml:3: match\[0\]\.races: "many" is no number here; write 3, "3 or more"/,
    ],
    [
      'a severity',
      changed('low', 'grave'),
      /^mine\/checks\/mine\.yml:4: severity.*"grave" is not known here; allowed: high, medium, low, off$/,
    ],
    [
      'severities without an end',
      changed('low', '[{ level: low, when: { flag: lru } }]'),
      /^mine\/checks\/mine\.yml:4: severity: the last case is for all the rest/,
    ],
    [
      'a placeholder',
      changed('meeting', 'meting'),
      /^mine\/checks\/mine\.yml:5: text: there is no placeholder \{\{ meting \}\}; there are: .*; did you mean "meeting"\?$/,
    ],
    [
      'a placeholder of advice in the text',
      changed('not_atomic', 'why_set'),
      /^mine\/checks\/mine\.yml:5: text: there is no placeholder \{\{ why_set \}\}/,
    ],
    [
      'a placeholder that may be missing',
      changed('{{ meeting', '{{ callee }} {{ meeting'),
      /^mine\/checks\/mine\.yml:5: text: \{\{ callee \}\} may be missing: ask for it, \{% if callee %\}/,
    ],
    [
      'advice that may be missing',
      changed('Ask the list', 'Test with {{ test }}'),
      /^mine\/checks\/mine\.yml:9: advice\[1\]: \{\{ test \}\} may be missing/,
    ],
    [
      'a part of a placeholder',
      changed('{{ meeting', '{{ meeting.size'),
      /text: \{\{ meeting \}\} is text and has no parts/,
    ],
    [
      'a filter',
      changed('{{ meeting', '{{ meeting | upcse'),
      /^mine\/checks\/mine\.yml:5: text: there is no filter "upcse"; there are: .*; did you mean "upcase"\?$/,
    ],
    [
      'a loop',
      changed('{{ meeting }}', '{% for x in meeting %}{% endfor %}'),
      /text: there is no \{% for %\}; there are: if, unless/,
    ],
    [
      'a template without end',
      changed('}} {{', ' {{'),
      /^mine\/checks\/mine\.yml:5: text: this is no template: /,
    ],
    [
      'an if without end',
      changed('{{ meeting }}', '{% if callee %}'),
      /this is no template: tag \{% if callee %\} not closed$/,
    ],
    [
      'a placeholder in advice',
      changed('Ask the list', 'Ask {{ updatr }}'),
      /^mine\/checks\/mine\.yml:9: advice\[1\]: there is no placeholder \{\{ updatr \}\}.*did you mean "updat/,
    ],
    [
      'the name of advice',
      changed('- make-atomic', '- make-atomc'),
      /^mine\/checks\/mine\.yml:8: advice\[0\]: there is no advice "make-atomc"; .*; did you mean "make-atomic"\?$/,
    ],
    [
      'a field of advice',
      changed('- make-atomic', '- { wen: {}, text: x }'),
      /^mine\/checks\/mine\.yml:8: advice\[0\].*"wen" is not known here; allowed: when, text; did you mean "when"\?$/,
    ],
    [
      'a link',
      { 'checks/mine.yml': `${MINE}links: docs/mine.md\n` },
      /^mine\/checks\/mine\.yml:10: links.*"docs\/mine\.md" is not the address of a page/,
    ],
    [
      'an id',
      { 'checks/my.yml': MINE },
      /^mine\/checks\/my\.yml:1: id: the name of the file is the id: write "id: my", or rename the file$/,
    ],
    [
      'a severity of no check',
      { 'checks/guard-remove.yml': 'id: guard-remove\nseverity: off\n' },
      /^mine\/checks\/guard-remove\.yml:1: id: there is no check "guard-remove" .*did you mean "guard-removed"\?$/,
    ],
    [
      'a list',
      { 'checks/mine.yml': '- id: mine\n' },
      /^mine\/checks\/mine\.yml:1: give fields here: id, title/,
    ],
    ['nothing', { 'checks/mine.yml': '' }, /^mine\/checks\/mine\.yml:1: id: the id is missing/],
    [
      'an alias of nothing',
      { 'checks/mine.yml': MINE.replace('severity: low', 'severity: *low') },
      /^mine\/checks\/mine\.yml:4: this is not YAML: Unresolved alias/,
    ],
    [
      'aliases without end',
      {
        'checks/mine.yml': ['b', 'c', 'd', 'e'].reduce(
          (text, name, index) =>
            `${text}${name}: &${name} [${Array(10).fill(`*${'abcd'[index]!}`).join(', ')}]\n`,
          'a: &a [x, x, x, x, x, x, x, x, x, x]\n',
        ),
      },
      /^mine\/checks\/mine\.yml:\d: this is not YAML: Excessive alias count/,
    ],
    ['YAML', { 'checks/mine.yml': 'id: [mine\n' }, /^mine\/checks\/mine\.yml:\d: this is not YAML/],
  ])('%s', (_, files, message) => {
    expect(refusal(files)).toMatch(message);
  });
});

describe('a folder of rules', () => {
  it('is refused when nothing in it is read', () => {
    const book = (files: Readonly<Record<string, string>>) => () =>
      loadRuleBook([SHIPPED_RULES, folder(files)]);
    expect(book({ 'mine.txt': '' })).toThrow(/^There are no rules in .*: they are in checks\/\*\.yml/);
    expect(book({ 'checks/mine.yaml': MINE })).toThrow(/end in \.yml, not \.yaml as in mine\.yaml\.$/);
    expect(book({ 'races.yml': 'races: []\n' })().checks).toHaveLength(6);
    expect(() => loadRuleBook([SHIPPED_RULES, '/nowhere/rules'])).toThrow(/There is no folder/);
  });
});
