import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
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
});
