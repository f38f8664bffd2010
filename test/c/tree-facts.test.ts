import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lowerFile } from '../../src/c/lower/file.js';
import type * as Lowering from '../../src/c/lowering.js';
import { fromBytes } from '../../src/c/fact-bytes.js';
import { isRelevant } from '../../src/c/relevance.js';
import { openStore } from '../../src/c/store.js';
import { indexFacts, readTreeFacts } from '../../src/c/tree-facts.js';
import { blobId } from '../../src/tree/blob.js';
import { openTree } from '../../src/tree/open.js';
import type { Tree } from '../../src/tree/tree.js';
import { kernelTree } from '../folio/kernel-tree.js';
import { temporaryFolder } from '../tree/repository.js';

const compiled = new URL('../../dist/c/lowering.js', import.meta.url);
const linux = kernelTree('6.12');
const missing =
  linux.missing ?? (existsSync(fileURLToPath(compiled)) ? null : 'dist/ is missing: npm run build');
if (missing !== null && process.env.CI === 'true') throw new Error(missing);

describe.skipIf(missing !== null)(
  `facts of mm/ of Linux 6.12${missing === null ? '' : ` (${missing})`}`,
  () => {
    const expected = new Map<string, string>();
    const texts = new Map<string, string>();
    let mm: Tree;
    let close: () => Promise<void>;

    beforeAll(async () => {
      const tree = await openTree(linux.path, null);
      close = () => tree.close();
      const files = (await tree.files()).filter(({ path }) => path.startsWith('mm/'));
      mm = { ...tree, files: () => Promise.resolve(files) };
      for await (const { file, text } of tree.readMany(files)) {
        if (!isRelevant(file.path, text)) continue;
        texts.set(file.id!, text);
        expected.set(file.id!, JSON.stringify(await lowerFile(text)));
      }
      expect(expected.size).toBeGreaterThan(100);
    }, 300_000);

    afterAll(() => close());

    it('are the same from many threads', async () => {
      const { startLowering } = (await import(compiled.href)) as typeof Lowering;
      const lowering = startLowering(3);
      const found = new Map<string, string>();
      for (const [id, text] of texts) {
        await lowering.add(text, (packed) => found.set(id, JSON.stringify(fromBytes(packed))));
      }
      await lowering.finish();
      await lowering.close();
      for (const [id, facts] of expected) expect(found.get(id), id).toBe(facts);
      expect(found.size).toBe(expected.size);
    }, 300_000);

    it('are the same out of the cache, which is asked for nothing a second time', async () => {
      const folder = temporaryFolder();
      const first = openStore(folder, '1');
      const all = (await mm.files()).length;
      expect(await indexFacts(mm, first)).toEqual({ files: all, concerned: expected.size, read: all });
      first.close();
      const second = openStore(folder, '1');
      expect(await indexFacts(mm, second)).toEqual({ files: all, concerned: expected.size, read: 0 });
      for (const [id, facts] of expected) {
        const stored = second.get(id);
        expect(stored?.kind === 'facts' ? JSON.stringify(stored.facts) : null, id).toBe(facts);
      }
      const read = await readTreeFacts(mm, second);
      for (const { path, id } of await mm.files()) {
        expect(read.has(path) ? JSON.stringify(read.get(path)) : undefined, path).toBe(expected.get(id!));
      }
      second.close();
    }, 300_000);
  },
);

describe('one content at two paths', () => {
  // Only in include/ does an iteration macro make a file one that concerns folios.
  const text = '#define thing_for_each(t) for (; t; t = t->next)\n';
  const at = (...paths: string[]): Tree => {
    const files = paths.map((path) => ({ path, id: blobId(Buffer.from(text)) }));
    return {
      name: 'two',
      read: () => Promise.resolve(text),
      files: () => Promise.resolve(files),
      async *readMany(asked) {
        for (const file of asked) yield await Promise.resolve({ file, text });
      },
      close: () => Promise.resolve(),
    };
  };

  it('concerns folios at both when it does at one, in whatever order they come', async () => {
    for (const paths of [
      ['include/linux/thing.h', 'tools/thing.h'],
      ['tools/thing.h', 'include/linux/thing.h'],
    ]) {
      const store = openStore(temporaryFolder(), '1');
      const found = await indexFacts(at(...paths), store);
      expect(found).toEqual({ files: 2, concerned: 2, read: 2 });
      expect(await indexFacts(at(...paths), store)).toEqual({ ...found, read: 0 });
      store.close();
    }
  });
});
