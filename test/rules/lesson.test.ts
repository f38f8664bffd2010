import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FACTS } from '../../src/rules/facts.js';
import { ADVICE_PLACEHOLDERS } from '../../src/rules/placeholders.js';
import { recto } from '../cli/console.js';
import { temporaryFolder } from '../tree/repository.js';

const lesson = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8');
const top = join(import.meta.dirname, '../..');

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
  return () => vi.unstubAllEnvs();
});

type Files = Readonly<Record<string, string>>;

/** Puts files into a folder outside of the project. */
function written(files: Files): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('docs/rules.md', () => {
  const files = Object.fromEntries(
    [...lesson.matchAll(/^`(frob-rules\/[^`]+)`:\n\n```\w+\n([^]*?)^```$/gm)].map(([, path, text]) => [
      path!,
      text!,
    ]),
  );

  it('teaches rules that pass their own tests', async () => {
    expect(Object.keys(files).map((path) => path.split('/')[1])).toEqual([
      'contracts',
      'races.yml',
      'checks',
      'checks',
      'checks',
    ]);
    const { status, stdout, stderr } = await recto(['rules', 'test', 'frob-rules'], written(files));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // As the lesson says it.
    const [, line] = /recto rules test frob-rules +# (.*)/.exec(lesson)!;
    expect(stdout.split('\n')[0]).toBe(line);
  });

  it('shows what each of the three rules is good for', async () => {
    const outcome = async (without: string) => {
      const some = Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes(without)));
      const { stdout } = await recto(['rules', 'test', '--format', 'json', 'frob-rules'], written(some));
      return (JSON.parse(stdout) as { tests: { problems: { kind: string; found: { check: string }[] }[] }[] })
        .tests[0]!.problems;
    };
    // Nobody knows that others see the folio.
    expect(await outcome('contracts')).toMatchObject([{ kind: 'missing', found: [] }]);
    // The severity is that of the last case, but it is found.
    expect(await outcome('races.yml')).toEqual([]);
  });

  it('has contracts and races tested beside their files, too', async () => {
    const from = 'frob-rules/checks/frob-pool-update/stamp/';
    for (const to of ['frob-rules/contracts/frob/stamp/', 'frob-rules/races/stamp/']) {
      const moved = Object.fromEntries(
        Object.entries(files).map(([path, text]) => [path.replace(from, to), text]),
      );
      const { status, stdout } = await recto(['rules', 'test', 'frob-rules'], written(moved));
      expect(status).toBe(0);
      expect(stdout).toContain(
        `ok    ${to.replace('frob-rules/', '').replace(/\/$/, '')}  1 flagged, 2 not\n`,
      );
      expect(stdout).toContain('no test  checks/frob-pool-update.yml\n');
    }
  });

  it('lists all that contracts, races and meanings can say', async () => {
    for (const entry of ['contracts', 'arguments', 'fields', 'callbacks', 'races', 'meanings']) {
      const folder = written({ 'races.yml': `${entry}:\n  - { nonsense: 1 }\n` });
      const { stderr } = await recto(['review', '--rules', folder, '-'], '/', '');
      const [, allowed] = /"nonsense" is not known here; allowed: ([^;\n]*)/.exec(stderr)!;
      for (const field of allowed!.split(', ')) {
        expect(lesson).toMatch(new RegExp(`\`${field}\\b|^ *(?:- )?${field}:`, 'm'));
      }
    }
    const folder = written({ 'races.yml': 'contracts:\n  - { function: a, when: { nonsense: {} } }\n' });
    const { stderr } = await recto(['review', '--rules', folder, '-'], '/', '');
    const [, results] = /give results here: (.*), or the name of a constant/.exec(stderr)!;
    for (const result of results!.split(', ')) expect(lesson).toContain(`\`${result}\``);
  });

  it('lists all facts and placeholders', () => {
    const names = new Set([...lesson.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name!));
    for (const name of [...Object.keys(FACTS), ...ADVICE_PLACEHOLDERS]) expect(names).toContain(name);
    for (const values of Object.values(FACTS)) {
      if (typeof values === 'string') continue;
      for (const value of values) expect(lesson).toContain(`\`${value}\``);
    }
  });
});

/** Written after reading docs/rules.md and nothing else: a cache whose lookup hides behind a macro. */
const MINE: Files = {
  'contracts/atlas.yml': `contracts:
  - function: [atlas_find, atlas_find_old]
    returns: locked shared in array with uptodate
    or: [null, error]
    source: fs/atlas/cache.c atlas_find()
`,
  'races.yml': `races:
  - update: folio_set_workingset
    flag: workingset
    by: [atlas_age]
    needs: array
    why: atlas_age() walks the array without the folio lock
    source: fs/atlas/age.c atlas_age()
`,
  'checks/atlas-update.yml': `id: atlas-update
title: An atlas folio is updated non-atomically
match:
  - { file: 'fs/atlas/*', visible: array, not: { flag: checked } }
severity: medium
text: >-
  {{ function }}(){% if callee %} calls {{ callee }}() for a folio that{% else %} has a folio that{% endif %} {{ seen }},
  and {{ not_atomic }}: atlas_age() does not wait for the folio lock.
advice:
  - when: { test_is_enough: false }
    text: Leave {{ flag | upcase }} alone.
  - make-atomic
`,
};

/** A driver without and with the update. */
const DRIVER = (update: string): string => `#include <linux/page-flags.h>

void atlas_use(void *atlas, unsigned long index)
{
	struct folio *folio = atlas_find(atlas, index);

	if (!folio || IS_ERR(folio))
		return;
	${update}(folio);
	folio_unlock(folio);
	folio_put(folio);
}
`;

const PATCH = `Subject: [PATCH] fs/atlas: mark what was used
Message-ID: <1@example.org>

---
diff --git a/fs/atlas/use.c b/fs/atlas/use.c
--- a/fs/atlas/use.c
+++ b/fs/atlas/use.c
@@ -6,7 +6,7 @@ void atlas_use(void *atlas, unsigned long index)
 
 	if (!folio || IS_ERR(folio))
 		return;
-	folio_set_referenced(folio);
+	__folio_set_referenced(folio);
 	folio_unlock(folio);
 	folio_put(folio);
 }
`;

interface Printed {
  readonly findings: readonly {
    readonly rule: string;
    readonly title: string;
    readonly link: string | null;
    readonly severity: string;
    readonly message: string;
    readonly advice: readonly string[];
    readonly races: readonly {
      readonly update: string;
      readonly by: readonly string[];
      readonly why: string;
    }[];
  }[];
}

describe('a check, a contract and a race in a folder of one’s own', () => {
  const header = readFileSync(join(top, 'rules/tree/include/linux/page-flags.h'), 'utf8');
  const tree = (): string =>
    written({
      Makefile: 'VERSION = 6\nPATCHLEVEL = 12\n',
      'include/linux/page-flags.h': header,
      'fs/atlas/use.c': DRIVER('folio_set_referenced'),
    });

  const review = async (...options: readonly string[]) => {
    const words = ['review', '--tree', tree(), '--format', 'json', ...options, '-'];
    const { status, stdout, stderr } = await recto(words, '/', PATCH);
    expect(stderr).toBe('');
    return { status, ...(JSON.parse(stdout) as Printed) };
  };

  it('work together with --rules', async () => {
    expect(await review()).toMatchObject({ status: 0, findings: [] });
    const { status, findings } = await review('--rules', written(MINE));
    expect(status).toBe(1);
    expect(findings).toHaveLength(1);
    const [finding] = findings;
    expect(finding).toMatchObject({
      rule: 'atlas-update',
      title: 'An atlas folio is updated non-atomically',
      link: null,
      severity: 'medium',
      message:
        'atlas_use() has a folio that is visible through an array that others read, and __folio_set_referenced() is ' +
        'not atomic: it loads the flags word, changes it and stores it: atlas_age() does not wait for the folio lock.',
      advice: ['Leave REFERENCED alone.', 'Leave it atomic, as it was before the patch.'],
    });
    const race = finding!.races.find(({ update }) => update === 'folio_set_workingset');
    expect(race!.by).toContain('atlas_age');
  });

  it('can be spread over folders, of which the last is asked first', async () => {
    const { 'checks/atlas-update.yml': check, ...others } = MINE;
    const quiet = written({ 'checks/atlas-update.yml': 'id: atlas-update\nseverity: low\n' });
    const folders = [written(others), written({ 'checks/atlas-update.yml': check! }), quiet];
    const { findings } = await review(...folders.flatMap((folder) => ['--rules', folder]));
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['atlas-update', 'low']]);
    const off = written({ 'checks/atlas-update.yml': 'id: atlas-update\nseverity: off\n' });
    expect(await review('--rules', written(MINE), '--rules', off)).toMatchObject({ status: 0, findings: [] });
  });

  it.each([
    [
      'a field of the check that is not known',
      'checks/atlas-update.yml',
      'severity:',
      'serverity:',
      /checks\/atlas-update\.yml:5: "serverity" is not known here; allowed: id, title, match, severity, .*did you mean "severity"\?/,
    ],
    [
      'a fact that is not known',
      'checks/atlas-update.yml',
      'visible: array',
      'visable: array',
      /checks\/atlas-update\.yml:4: match\[0\]: "visable" is not known here; .*did you mean "visible"\?/,
    ],
    [
      'a placeholder that is not known',
      'checks/atlas-update.yml',
      '{{ seen }}',
      '{{ sean }}',
      /checks\/atlas-update\.yml:6: text: there is no placeholder \{\{ sean \}\}; .*did you mean "seen"\?/,
    ],
    [
      'advice that is not there',
      'checks/atlas-update.yml',
      '- make-atomic',
      '- make_atomic',
      /checks\/atlas-update\.yml:12: advice\[1\]: there is no advice "make_atomic"; there are: .*did you mean "make-atomic"\?/,
    ],
    [
      'the state of a contract',
      'contracts/atlas.yml',
      'shared in array',
      'shard in array',
      /contracts\/atlas\.yml:3: contracts\[0\]\.returns.*shard.*shared/,
    ],
    [
      'an effect that is not known',
      'contracts/atlas.yml',
      'returns:',
      'return:',
      /contracts\/atlas\.yml:3: contracts\[0\]: "return" is not known here; .*did you mean "returns"\?/,
    ],
    [
      'a missing source',
      'contracts/atlas.yml',
      / {4}source.*\n/,
      '',
      /contracts\/atlas\.yml:2: contracts\[0\]\.source: source \(file and function, commit or message-id\) is missing/,
    ],
    [
      'the place that a race needs',
      'races.yml',
      'needs: array',
      'needs: arrays',
      /races\.yml:5: races\[0\]\.needs\[0\]: "arrays" is not known here; allowed: page cache, .*did you mean "array"\?/,
    ],
    [
      'a list that is not known',
      'races.yml',
      'races:',
      'race:',
      /races\.yml:1: "race" is not known here; .*did you mean "races"\?/,
    ],
  ] as const)('are refused with a way out: %s', async (_, path, from, to, message) => {
    const folder = written({ ...MINE, [path]: MINE[path]!.replace(from, to) });
    const { status, stdout, stderr } = await recto(['review', '--rules', folder, '-'], top, PATCH);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('bug in recto');
  });
});
