import { describe, expect, it } from 'vitest';
import { isSameForFolios } from '../../src/analysis/unnoticed.js';
import { lowerFile } from '../../src/c/lower/file.js';
import { lineMap } from '../../src/patch/line-map.js';
import { analyse } from '../../src/review/side.js';
import { overlay } from '../../src/tree/overlay.js';
import type { Tree } from '../../src/tree/tree.js';
import { bottomOf, NO_STORE, rules, treeOf, type Files } from './kernel.js';

const around = (...statements: readonly string[]): string => `struct folio;
int work(struct folio *folio, int count, void *place)
{
	int err;

	err = take(folio);
${statements.map((line) => `\t${line}\n`).join('')}	if (err)
		return err;
	return give(folio);
}
`;

/** Only these calls do nothing. */
const quiet = new Set(['rest', 'log', 'is_wanted']);

async function isSame(before: string, after: string): Promise<boolean> {
  const [then, now] = await Promise.all([lowerFile(before), lowerFile(after)]);
  const newLine = lineMap(before, after);
  const isWithoutEffect = (name: string) => quiet.has(name);
  return isSameForFolios(
    then.functions[0]!,
    now.functions[0]!,
    'mm/a.c',
    (_, line) => newLine(line),
    isWithoutEffect,
    isWithoutEffect,
  );
}

describe('a function is the same for folios', () => {
  it.each([
    ['a call without an effect comes', ['rest();']],
    ['several come', ['rest();', 'log("at %d", count);', 'rest();']],
    ['one comes that gets what another returns', ['log("is %d", is_wanted(folio));']],
    ['one comes under a condition', ['if (count > 3)', '\tlog("many");']],
    ['both ways of a condition do nothing', ['if (is_wanted(folio))', '\tlog("yes");', 'else', '\trest();']],
  ])('when %s, and when it goes', async (_, statements) => {
    expect(await isSame(around(), around(...statements))).toBe(true);
    expect(await isSame(around(...statements), around())).toBe(true);
  });

  it('when one comes where another one goes', async () => {
    expect(await isSame(around('rest();'), around('if (count)', '\tlog("%d", count);'))).toBe(true);
  });
});

describe('a function is another', () => {
  it.each([
    ['a call comes that does something', ['touch(folio);']],
    ['what a call returns is used', ['err = is_wanted(folio);']],
    ['what a call returns is asked', ['if (is_wanted(folio))', '\treturn 0;']],
    ['a condition comes that leads elsewhere', ['if (count)', '\treturn 0;']],
    ['something is written', ['count = 3;']],
    ['a loop comes that may not end', ['while (count)', '\trest();']],
    ['a loop comes that does not end', ['for (;;)', '\trest();']],
  ])('when %s', async (_, statements) => {
    expect(await isSame(around(), around(...statements))).toBe(false);
  });

  it('when its parameters, its type or its name differ', async () => {
    for (const [from, to] of [
      ['int count', 'long count'],
      ['int work', 'long work'],
      ['int work', 'static int work'],
      ['work', 'rework'],
    ] as const)
      expect(await isSame(around(), around('rest();').replace(from, to))).toBe(false);
  });

  it('when it does the same in another order, or on lines that are not known', async () => {
    const two = (first: string, second: string) => around(`${first}(folio);`, `${second}(folio);`);
    expect(await isSame(two('a', 'b'), two('b', 'a'))).toBe(false);
    expect(await isSame(two('a', 'b'), around('a(folio); b(folio);'))).toBe(false);
  });
});

describe('a tree with calls that do nothing', () => {
  const user = (...statements: readonly string[]) => `struct folio;
void use(struct address_space *mapping, int count, struct folio *other)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (IS_ERR(folio))
		return;
${statements.map((line) => `\t${line}\n`).join('')}	mark(folio);
	folio_put(folio);
}
`;
  const files: Files = {
    'mm/mark.c': 'struct folio;\nvoid mark(struct folio *folio)\n{\n\t__folio_set_checked(folio);\n}\n',
    'mm/idle.c':
      'struct folio;\nstatic void deep(struct folio *folio)\n{\n}\nvoid idle(struct folio *folio)\n{\n\tdeep(folio);\n}\n',
    'mm/use.c': user(),
  };
  const loud = files['mm/idle.c']!.replace('{\n}', '{\n\tmark(folio);\n}');
  expect(loud).not.toBe(files['mm/idle.c']);

  it.each<[string, Files]>([
    ['one comes', { 'mm/use.c': user('idle(folio);') }],
    ['one comes under a condition', { 'mm/use.c': user('if (count)', '\tidle(other);') }],
    ['one comes that is not known', { 'mm/use.c': user('strange(count);') }],
    [
      'one comes, and what it calls begins to do something',
      { 'mm/use.c': user('idle(folio);'), 'mm/idle.c': loud },
    ],
    [
      'one comes that is new',
      { 'mm/use.c': user('fresh(folio);'), 'mm/idle.c': loud.replaceAll('idle', 'fresh') },
    ],
    ['an update comes', { 'mm/use.c': user('__folio_set_referenced(folio);') }],
    [
      'a folio becomes visible',
      { 'mm/use.c': user('if (count)', '\tfolio_add_lru(other);', 'mark(other);') },
    ],
    ['the update is called no more', { 'mm/use.c': user().replace('\tmark(folio);\n', '\tidle(folio);\n') }],
  ])('is what it is from the beginning, when %s', async (_, changes) => {
    const found = async (tree: Tree) =>
      [...(await analyse(tree, rules, new Set(), NO_STORE)).report.hazards.values()]
        .map(({ key, meetings, update }) => [
          key,
          update.line,
          meetings.map(({ file, line, chain }) => [file, line, chain.map((step) => step.line)]).sort(),
        ])
        .sort();
    const onKept = overlay(bottomOf(treeOf(files)), new Map(Object.entries(changes)));
    const after = await found(treeOf({ ...files, ...changes }));
    expect(await found(onKept)).toEqual(after);
    expect(after.length).toBeGreaterThan(changes['mm/use.c']!.includes('mark(folio)') ? 0 : -1);
  });
});
