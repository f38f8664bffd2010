import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CallGraph } from '../../src/analysis/call-graph.js';
import type { FunctionEntry } from '../../src/analysis/definitions.js';
import { sectionsIn } from '../../src/analysis/kept/blocks.js';
import { KeptTree } from '../../src/analysis/kept/kept-tree.js';
import { keptBytes } from '../../src/analysis/kept/write.js';
import type { FileFacts, FunctionFacts } from '../../src/c/facts.js';
import { lowerFile } from '../../src/c/lower/file.js';
import { readChangedFile } from '../../src/review/changed-file.js';
import { NO_STORE } from '../analysis/kernel.js';
import { kernelTree } from '../folio/kernel-tree.js';

/** What was read as C, text by text. */
const given = vi.hoisted((): string[] => []);
vi.mock('../../src/c/lower/file.js', async (original) => {
  const { lowerFile: lower } = await original<typeof import('../../src/c/lower/file.js')>();
  return {
    lowerFile: (text: string) => {
      given.push(text);
      return lower(text);
    },
  };
});

const linux = kernelTree('6.12');
const skipped = linux.missing ? ` (${linux.missing})` : '';

/** A kept tree of these files, of which nothing was found out. */
async function keep(texts: ReadonlyMap<string, string>): Promise<KeptTree> {
  const files = new Map<string, FileFacts>();
  for (const [path, text] of texts) files.set(path, await lowerFile(text));
  const entries = [...files].flatMap(([file, { functions }]) =>
    functions.map((facts): FunctionEntry => ({ facts, file, key: `${file}:${facts.name}` })),
  );
  const bytes = keptBytes(
    {
      version: null,
      rules: '',
      generation: 0,
      model: null,
      files,
      ids: new Map(),
      entries,
      graph: CallGraph.of(entries.map(() => [])),
      order: [],
      analysis: () => null,
      contradicted: new Set(),
    },
    'test',
  );
  return new KeptTree(sectionsIn(bytes, 'test'));
}

function plain({ functions, structs, constants, slots }: FileFacts) {
  const of = (facts: FunctionFacts) => {
    const { name, kind, isStatic, isInit, line, endLine, returns, parameters, variadic, locals, nodes } =
      facts;
    return { name, kind, isStatic, isInit, line, endLine, returns, parameters, variadic, locals, nodes };
  };
  return {
    functions: functions.map(of).sort((a, b) => (a.name < b.name ? -1 : 1)),
    structs,
    constants,
    slots: [...slots].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}

async function read(kept: KeptTree, path: string, old: string, text: string) {
  const { facts } = await readChangedFile(kept, path, () => Promise.resolve(old), text, NO_STORE);
  return plain(facts!);
}

describe('a file in which functions have changed is read as the whole one', () => {
  const text = `#define __checked __attribute__((warn_unused_result))
struct job { struct folio *folio; };
static int __checked first(struct folio *folio)
{
	folio_lock(folio);
	return 0;
}
#ifdef CONFIG_NUMA
static void second(struct folio *folio)
{
	folio_set_dirty(folio);
}
#else
static void second(struct folio *folio)
{
}
#endif

static const struct address_space_operations ops = { .migrate_folio = first };
void third(struct folio *folio)
{
	second(folio);
	folio_unlock(folio);
}
EXPORT_SYMBOL(third);
`;
  it.each([
    ['inside of one function', ['folio_lock(folio);', 'folio_lock(folio);\n\tfolio_get(folio);']],
    ['between #if and #else', ['folio_set_dirty(folio);', 'folio_clear_dirty(folio);']],
    ['in a head', ['void third(struct folio *folio)', 'void third(struct folio *folio, int order)']],
    [
      'behind its last line',
      [
        'EXPORT_SYMBOL(third);\n',
        'EXPORT_SYMBOL(third);\nvoid last(struct folio *folio)\n{\n\tthird(folio);\n}',
      ],
    ],
    ['in a table', ['.migrate_folio = first', '.release_folio = first']],
    ['in a struct', ['struct folio *folio; };', 'struct folio *folio; int order; };']],
    ['by a table on the stack', ['second(folio);', 'struct walk w = { .one = first };\n\tsecond(folio);']],
    ['by a constant', ['second(folio);', '#define ORDER 4\n\tsecond(folio);']],
    ['by a function less', ['EXPORT_SYMBOL(third);\n', '']],
    [
      'by a function more',
      ['EXPORT_SYMBOL(third);', 'EXPORT_SYMBOL(third);\nvoid fourth(struct folio *f)\n{\n\tthird(f);\n}'],
    ],
    [
      'by a function more and what it has instead of another',
      [
        'void third(struct folio *folio)\n{\n\tsecond(folio);',
        '/* Gets it. */\nstatic void fourth(struct folio *f)\n{\n\tfolio_get(f);\n}\n\nvoid third(struct folio *folio)\n{\n\tfourth(folio);',
      ],
    ],
    [
      'by a function more that was declared already',
      [
        'void third(struct',
        'static int second(struct folio *f)\n{\n\treturn f->index;\n}\n\nvoid third(struct',
      ],
    ],
    [
      'by a function and an #include more',
      ['static int __checked', '#include <linux/mm.h>\nstatic int __checked'],
    ],
    [
      'by a function more with a table',
      [
        'void third(struct',
        'void walk(void)\n{\n\tstruct walk w = { .one = first };\n}\n\nvoid third(struct',
      ],
    ],
    [
      'by a function more between #if and #else',
      ['#else\n', 'static void other(struct folio *folio)\n{\n\tfolio_get(folio);\n}\n#else\n'],
    ],
    [
      'by a function more in a comment',
      ['void third(struct', '/*\nint like(struct folio *f)\n{\n\tfolio_get(f);\n}\n*/\nvoid third(struct'],
    ],
    ['by a function moved up', [/(static const struct[^]*?;\n)(void third[^]*?\n}\n)/, '$2\n$1']],
    [
      'by a function less, and its use',
      [/void third[^]*?\n}\nEXPORT_SYMBOL\(third\);\n/, 'EXPORT_SYMBOL(first);\n'],
    ],
    [
      'by a function instead of which there is a macro',
      [/#else\nstatic void second[^]*?#endif\n/, '#else\n#define second(folio) folio_get(folio)\n#endif\n'],
    ],
    ['by a function less alone', [/void third[^]*?\n}\n/, '']],
    [
      'by a function within',
      ['second(folio);', 'second(folio);\n}\nvoid more(struct folio *folio)\n{\n\tfolio_get(folio);'],
    ],
  ] as const)('%s', async (_, [before, after]) => {
    const readChanged = async (old: string, now: string) =>
      read(await keep(new Map([['mm/a.c', old]])), 'mm/a.c', old, now);
    const now = text.replace(before, after);
    // Some files end without a line break.
    expect(await readChanged(text.trimEnd(), now.trimEnd())).toEqual(plain(await lowerFile(now.trimEnd())));
    expect(now).not.toBe(text);
    expect(await readChanged(text, now)).toEqual(plain(await lowerFile(now)));
  });
});

describe('of a file of which little has changed the rest is not read', () => {
  const text = `struct job { struct folio *folio; };
static void third(struct folio *folio);
static void first(struct folio *folio)
{
	folio_lock(folio);
}

#ifdef CONFIG_NUMA
static void second(struct folio *folio)
{
	folio_set_dirty(folio);
}
#endif

static void third(struct folio *folio)
{
	first(folio);
	folio_get(folio);
	folio_put(folio);
	folio_unlock(folio);
}
`;
  it.each([
    ['a body', ['folio_lock(folio)', 'folio_trylock(folio)']],
    ['a body between #if and #endif', ['folio_set_dirty(folio)', 'folio_clear_dirty(folio)']],
    ['a body of one that is declared, too', ['folio_get(folio);\n', '']],
    [
      'a function more, and its use',
      [
        /(static void third.*\n{\n)\tfirst(.*\n)\tfolio_get.*\n/,
        '/* One more. */\nstatic void more(struct folio *folio)\n{\n\tfolio_get(folio);\n}\n\n$1\tfirst$2\tmore(folio);\n',
      ],
    ],
    ['a function less', [/static void first[^]*?\n}\n/, '']],
    ['an #include', ['struct job', '#include <linux/mm.h>\nstruct job']],
  ] as const)('%s', async (_, [before, after]) => {
    const kept = await keep(new Map([['mm/a.c', text]]));
    const now = text.replace(before, after);
    given.length = 0;
    const facts = await read(kept, 'mm/a.c', text, now);
    expect(given.join('')).not.toContain('struct job');
    expect(facts).toEqual(plain(await lowerFile(now)));
  });
});

describe.skipIf(linux.missing !== null)(`a file of a kernel${skipped}`, () => {
  const texts = new Map<string, string>();
  let kept: KeptTree;

  beforeAll(async () => {
    for (const name of readdirSync(join(linux.path, 'mm'))) {
      if (/^[h-s].*\.c$/.test(name) && texts.size < 16)
        texts.set(`mm/${name}`, readFileSync(join(linux.path, 'mm', name), 'utf8'));
    }
    kept = await keep(texts);
  }, 120_000);

  it('in which every third function has a line more is read as the whole one', async () => {
    expect(texts.size).toBeGreaterThan(10);
    for (const [path, text] of texts) {
      const lines = text.split('\n');
      const functions = kept.functionsIn(path).filter(({ facts }) => facts.kind === 'function');
      const changed = functions.filter((_, index) => index % 3 === 0).map(({ facts }) => facts.endLine);
      for (const endLine of changed.sort((a, b) => b - a)) {
        if (lines[endLine - 1] === '}') lines.splice(endLine - 1, 0, '\tfolio_get(here);');
      }
      const now = lines.join('\n');
      expect(await read(kept, path, text, now), path).toEqual(plain(await lowerFile(now)));
      const one = text.replace(/\n}\n/, '\n\tfolio_get(here);\n}\n');
      expect(await read(kept, path, text, one), path).toEqual(plain(await lowerFile(one)));
    }
  }, 120_000);

  it('in which functions have come, gone and moved is read as the whole one', async () => {
    for (const [path, text] of texts) {
      const more = (name: string) =>
        `}\n\n/* One more. */\nstatic void ${name}(struct folio *folio)\n{\n\tfolio_get(folio);\n}\n`;
      let count = 0;
      const now = text.replace(/^}\n/gm, (end) => (count++ % 5 === 2 ? more(`more${String(count)}`) : end));
      expect(await read(kept, path, text, now), path).toEqual(plain(await lowerFile(now)));
      count = 0;
      const less = text.replace(/(?<=\n\n|\*\/\n)[a-z][\w *]*\([^{}]*\)\n{\n[^]*?\n}\n\n?/g, (whole) =>
        count++ % 6 === 1 ? '' : count % 6 === 4 ? whole.replace('}\n', '\tfolio_get(here);\n}\n') : whole,
      );
      expect(await read(kept, path, text, less), path).toEqual(plain(await lowerFile(less)));
    }
  }, 120_000);
});
