import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analysisText } from '../../src/analysis/analysis-text.js';
import { DamagedFile } from '../../src/analysis/kept/blocks.js';
import type { KeptTree } from '../../src/analysis/kept/kept-tree.js';
import { Shelf } from '../../src/analysis/kept/shelf.js';
import { forgetKeptTrees, isKept } from '../../src/review/kept-trees.js';
import { analyse } from '../../src/review/side.js';
import { overlay } from '../../src/tree/overlay.js';
import type { Tree } from '../../src/tree/tree.js';
import { bottomOf, NO_STORE, rules, treeOf, type Files } from './kernel.js';

const files: Files = {
  'mm/a.c': `void mark(struct folio *folio)
{
	__folio_set_swapbacked(folio);
}
static int later(struct folio *folio, int order)
{
	if (order > 3)
		mark(folio);
	return order;
}
const struct address_space_operations a_ops = { .migrate_folio = later };
`,
  'mm/b.c': `struct folio *find(struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);
	mark(folio);
	return folio;
}
`,
};
const changes = new Map([
  [
    'mm/b.c',
    `${files['mm/b.c']!}void more(struct folio *folio)\n{\n\tfolio_add_lru(folio);\n\tmark(folio);\n}\n`,
  ],
]);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recto-kept-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a process finds that has just begun: it knows no more than what is on disk. */
async function found(tree: Tree): Promise<{ hazards: readonly unknown[]; contexts: readonly unknown[] }> {
  forgetKeptTrees();
  const { report } = await analyse(tree, rules, new Set(), {
    ...NO_STORE,
    directory: folder,
  });
  return { hazards: [...report.hazards], contexts: report.contexts };
}

const patched = (): Tree => overlay(bottomOf(treeOf(files)), changes);
const shelf = (): string => join(folder, 'analyses');
const keptFile = (): string => join(shelf(), readdirSync(shelf())[0]!);

function opened(): KeptTree {
  const [schema, name] = readdirSync(shelf())[0]!.replace('.kept', '').split('-');
  return new Shelf(shelf(), schema!).open(name!)!;
}

function readAll(tree: KeptTree): string {
  const texts: string[] = [];
  for (let number = 0; number < tree.size; number++) {
    const { key, facts } = tree.entry(number);
    const analysis = tree.analysis(number);
    texts.push(key, JSON.stringify([facts.locals, facts.nodes]), analysis ? analysisText(analysis) : '');
    for (const callee of tree.callees(number)) texts.push(tree.entry(callee).key);
    for (const caller of tree.callers(number)) texts.push(tree.entry(caller).key);
  }
  texts.push(
    JSON.stringify([...tree.structs()]),
    JSON.stringify([...tree.slots()].map(({ field }) => field)),
  );
  return texts.join('\n');
}

describe('a kept tree', () => {
  it('gives the same as one that is analysed now', async () => {
    const cold = await found(patched());
    expect(cold.hazards).not.toHaveLength(0);
    expect(readdirSync(shelf())).toHaveLength(1);
    const before = readFileSync(keptFile());
    expect(await found(patched())).toEqual(cold);
    expect(readFileSync(keptFile()).equals(before)).toBe(true);
    expect(await found(overlay(treeOf(files), changes))).toEqual(cold);
  });

  it('knows who calls whom, as a whole and function by function', async () => {
    await found(patched());
    const [apart, tree] = [opened(), opened()];
    const { graph } = tree;
    let calls = 0;
    for (let number = 0; number < tree.size; number++) {
      calls += graph.callees(number).length;
      expect(apart.callees(number)).toEqual(graph.callees(number));
      expect(apart.callers(number)).toEqual(graph.callers(number));
    }
    expect(calls).toBeGreaterThan(0);
  });

  it('is not read by another version, and another tree has its own', async () => {
    await found(patched());
    const [, name] = readdirSync(shelf())[0]!.replace('.kept', '').split('-');
    expect(new Shelf(shelf(), '0123456789abcdef').open(name!)).toBeNull();
    await found(overlay(bottomOf(treeOf({ ...files, 'mm/c.c': 'struct page *page;\n' })), changes));
    expect(readdirSync(shelf())).toHaveLength(2);
  });

  it('is known to be there without being read', async () => {
    const store = { ...NO_STORE, directory: folder };
    expect(await isKept(treeOf(files), rules, store)).toBe(false);
    await found(patched());
    for (const inProcess of [true, false]) {
      if (!inProcess) forgetKeptTrees();
      expect(await isKept(treeOf(files), rules, store)).toBe(true);
      expect(await isKept(treeOf({ ...files, 'mm/c.c': '' }), rules, store)).toBe(false);
    }
    expect(await isKept(treeOf(files), rules, NO_STORE)).toBe(false);
  });

  it('never passes for whole when it is damaged', async () => {
    const cold = await found(patched());
    const text = readAll(opened());
    const bytes = readFileSync(keptFile());
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= change;
        writeFileSync(keptFile(), damaged);
        const [schema, name] = readdirSync(shelf())[0]!.replace('.kept', '').split('-');
        const tree = new Shelf(shelf(), schema!).open(name!);
        if (!tree) return;
        // Nothing of it is anything else than what was written.
        try {
          expect(readAll(tree)).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedFile);
        }
      }),
      { numRuns: 60 },
    );
    expect(await found(patched())).toEqual(cold);
  });

  it.each([
    ['cut off', (path: string) => truncateSync(path, 5000)],
    ['empty', (path: string) => truncateSync(path, 0)],
    ['something else', (path: string) => writeFileSync(path, 'recto-kept 1 x 3 y\n{}')],
    ['full of noise behind its index', (path: string) => writeFileSync(path, noisy(readFileSync(path)))],
  ])('is made again when it is %s', async (_, damage) => {
    const cold = await found(patched());
    damage(keptFile());
    expect(await found(patched())).toEqual(cold);
    expect(readAll(opened())).not.toBe('');
  });

  it('is done without where nothing can be kept', async () => {
    const cold = await found(patched());
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'no folder');
    expect(await found(patched())).toEqual(cold);
  });

  it('that cannot be written is told, and done without', async () => {
    writeFileSync(shelf(), 'a file where the folder should be');
    const told: string[] = [];
    const giveUp = (reason: string): void => {
      told.push(reason);
    };
    forgetKeptTrees();
    const { report } = await analyse(patched(), rules, new Set(), { ...NO_STORE, directory: folder, giveUp });
    expect(report.hazards.size).toBeGreaterThan(0);
    expect(told).toEqual([expect.stringMatching(/exists|not a directory/)]);
  });

  it('goes when there are too many, the one that was not used for longest first', () => {
    const small = new Shelf(folder, 'schema', 25);
    const used = (name: string, at: number): void => {
      utimesSync(join(folder, `schema-${name}.kept`), at, at);
    };
    expect(small.save('a', Buffer.alloc(10))).toBeNull();
    expect(small.save('b', Buffer.alloc(10))).toBeNull();
    used('b', 1000);
    used('a', 2000);
    expect(small.save('c', Buffer.alloc(10))).toBeNull();
    expect(readdirSync(folder).sort()).toEqual(['schema-a.kept', 'schema-c.kept']);
  });
});

function noisy(bytes: Buffer): Buffer {
  return bytes.fill(0x20, bytes.length - 20_000);
}
