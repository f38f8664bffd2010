import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { explanationsToJson } from '../../src/report/explain-json.js';
import { explanationsToText } from '../../src/report/explain-text.js';
import { explainFunction, type Explanation } from '../../src/review/explain.js';
import { openTree } from '../../src/tree/open.js';
import type { Tree } from '../../src/tree/tree.js';
import { HEADER, NO_STORE, rules, treeOf, TYPES } from '../analysis/kernel.js';
import { kernelTree } from '../folio/kernel-tree.js';

const tree = treeOf({
  'include/linux/page-flags.h': HEADER,
  'mm/types.c': TYPES,
  'mm/a.c': `
void ink(struct folio *folio, bool new)
{
	if (new)
		__folio_set_swapbacked(folio);
	folio_set_active(folio);
}

static void hand_on(struct folio *folio)
{
	ink(folio, true);
}

static struct folio *make(void)
{
	struct folio *folio = folio_alloc(0, 0);

	if (!folio)
		return NULL;
	hand_on(folio);
	folio_add_lru(folio);
	return folio;
}
`,
  'mm/b.c': `
static void hand_on(struct folio *folio)
{
	folio_get(folio);
}

void find(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);

	if (IS_ERR(folio))
		return;
	ink(folio, false);
	hand_on(folio);
}
`,
});

async function explain(name: string, where: Tree = tree): Promise<readonly Explanation[]> {
  return explainFunction(name, where, rules, NO_STORE);
}

describe('a function, explained', () => {
  it('is told with its updates, atomic or not, and what guards them', async () => {
    const [ink] = await explain('ink');
    expect(ink).toMatchObject({ file: 'mm/a.c', line: 2, isStatic: false, truncated: false });
    expect(ink!.updates).toMatchObject([
      {
        update: '__folio_set_swapbacked',
        atomic: false,
        of: 'folio',
        meets: 'passed',
        guards: ['new'],
        line: 5,
      },
      { update: 'folio_set_active', atomic: true, of: 'folio', word: 'head', line: 6 },
    ]);
  });

  it('is told with the updates of what it calls, and the way there', async () => {
    const [first] = await explain('mm/a.c:hand_on');
    expect(first!.updates).toMatchObject([
      { updater: 'ink', of: 'folio', chain: [{ function: 'hand_on', line: 11, callee: 'ink' }] },
    ]);
  });

  it('is told with all calls, what they pass, and why', async () => {
    const [ink] = await explain('ink');
    expect(ink!.calls.map(({ caller, file, line }) => `${file}:${line} ${caller}`)).toEqual([
      'mm/a.c:11 hand_on',
      'mm/b.c:13 find',
    ]);
    const [passedOn, found] = ink!.calls;
    expect(passedOn!.passes).toMatchObject([
      {
        passes: 'passed',
        given: [
          {
            caller: 'make',
            line: 20,
            passes: [
              {
                passes: 'owned',
                ownership: 'fresh',
                steps: [{ line: 16, says: 'folio_alloc() allocates it' }],
              },
            ],
          },
        ],
      },
    ]);
    expect(found!.passes).toMatchObject([
      { parameter: 'folio', passes: 'visible', visible: ['page cache', 'LRU'], steps: [{ line: 9 }] },
    ]);
  });

  it('is told with what it returns and publishes', async () => {
    const [make] = await explain('make');
    expect(make!.effects).toMatchObject([{ returns: { ownership: 'shared', visible: ['LRU'] } }]);
    const [contract] = await explain(
      'make',
      treeOf({
        'include/linux/page-flags.h': HEADER,
        'mm/x.c': 'struct folio *make(void)\n{\n\treturn folio_alloc(0, 0);\n}\n',
      }),
    );
    expect(contract!.effects).toMatchObject([{ returns: { ownership: 'fresh' } }]);
  });

  it('is told apart from others of the same name', async () => {
    expect((await explain('hand_on')).map(({ file }) => file)).toEqual(['mm/a.c', 'mm/b.c']);
    expect((await explain('b.c:hand_on')).map(({ file }) => file)).toEqual(['mm/b.c']);
    const [own] = await explain('mm/b.c:hand_on');
    expect(own!.calls.map(({ caller }) => caller)).toEqual(['find']);
  });

  it('is not known: names that are near are offered', async () => {
    await expect(explain('inc')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('ink()') as string,
    });
    await expect(explain('hand')).rejects.toThrow('hand_on()');
    await expect(explain('mm/c.c:hand_on')).rejects.toThrow('there is mm/a.c:hand_on, mm/b.c:hand_on');
    await expect(explain('folio_set_active')).rejects.toThrow('recto flags');
  });

  it('reads as text', async () => {
    const text = explanationsToText(await explain('ink'));
    await expect(text).toMatchFileSnapshot('./golden/explain.out');
  });

  it('is what its schema says, as JSON', async () => {
    const file = new URL('../../docs/explain.schema.json', import.meta.url);
    const schema = JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject;
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);
    for (const name of ['ink', 'hand_on', 'make', 'find']) {
      const printed = JSON.parse(JSON.stringify(explanationsToJson('t', await explain(name)))) as object;
      void validate(printed);
      expect(validate.errors ?? []).toEqual([]);
    }
    expect(validate({ version: 1, tree: 't' })).toBe(false);
  });
});

const linux = kernelTree('6.12');

describe.skipIf(linux.missing !== null)(
  `folio_add_new_anon_rmap() on Linux 6.12${linux.missing ? ` (${linux.missing})` : ''}`,
  () => {
    it('is called where the text of the tree calls it, 13 times in 7 files, and each call is told', async () => {
      const whole = await openTree(linux.path, null);
      try {
        const [explained] = await explain('folio_add_new_anon_rmap', whole);
        const { calls } = explained!;
        const told = calls.map(({ file, line }) => `${file}:${String(line)}`);
        expect(told).toEqual(await textualCalls('folio_add_new_anon_rmap', whole));
        expect(told).toHaveLength(13);
        expect(new Set(calls.map(({ file }) => file)).size).toBe(7);
        for (const call of calls) expect(call.passes, call.caller).not.toHaveLength(0);
        const passed = (caller: string) =>
          calls
            .filter((call) => call.caller === caller)
            .flatMap(({ passes }) => passes.map((one) => one.passes));
        expect(new Set(passed('do_swap_page'))).toEqual(new Set(['owned', 'visible']));
        expect(new Set(passed('wp_page_copy'))).toEqual(new Set(['owned']));
      } finally {
        await whole.close();
      }
    }, 1_200_000);
  },
);

/** Every line of code that has the name in front of a parenthesis, but for declarations and the definition. */
async function textualCalls(name: string, where: Tree): Promise<string[]> {
  const found: string[] = [];
  for await (const { file, text } of where.readMany(await where.files())) {
    text.split('\n').forEach((line, index) => {
      const code = line.replace(/\/\*.*?\*\/|\/\/.*|^\s*\*.*/g, '');
      if (code.includes(`${name}(`) && !/^\w/.test(code)) found.push(`${file.path}:${String(index + 1)}`);
    });
  }
  const key = (place: string) => place.replace(/\d+$/, (digits) => digits.padStart(8, '0'));
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
