import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type FactStore } from '../../src/c/store.js';
import { joinSeries } from '../../src/mail/assemble.js';
import { readSeries } from '../../src/mail/read.js';
import type { Series } from '../../src/mail/series.js';
import { replyBody } from '../../src/report/reply.js';
import { applySeries } from '../../src/review/applied.js';
import { reviewOnSnapshot, reviewSeries } from '../../src/review/review.js';
import { analyse } from '../../src/review/side.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { buildSnapshot } from '../../src/snapshot/build.js';
import { Snapshot } from '../../src/snapshot/snapshot.js';
import { openTree } from '../../src/tree/open.js';
import type { Tree } from '../../src/tree/tree.js';
import { kernelTree } from '../folio/kernel-tree.js';
import { untruths } from './mail-facts.js';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const linux = kernelTree('6.12');

async function read(file: string): Promise<Series> {
  const path = join(shared, file);
  if (!existsSync(path)) throw new Error(`there is no ../shared/${file}`);
  return joinSeries(await readSeries([{ name: path, bytes: readFileSync(path) }]));
}

/** What a mail says up to where it tells what was looked at, without numbers of lines and the order of ways. */
function saying(mail: string): string[] {
  const end = mail.search(/^(?:This is from reading|Read against)/m);
  const lines = mail.slice(0, end).split('\n');
  return lines.map((line) => line.replace(/^or {3}/, '     ').replace(/\.c:\d+/g, '.c')).sort();
}

describe.skipIf(linux.missing !== null)(
  `the answer to mail/1-widening-patch.eml${linux.missing ? ` (${linux.missing})` : ''}`,
  () => {
    let store: FactStore;
    let cache: string;
    let series: Series;
    let body: string;
    let withoutTree: string;
    let before: Tree;
    let after: Tree;

    beforeAll(async () => {
      cache = mkdtempSync(join(tmpdir(), 'recto-mail-'));
      store = openStore(cache, 'mail');
      const linuxTree = await openTree(linux.path, null);
      const base = (await applySeries((await read('replay/swapbacked/base.patch')).patches, linuxTree))[0]!;
      expect(base.status).toBe('applied');
      series = await read('mail/1-widening-patch.eml');
      const commit = '0123456789abcdef0123456789abcdef01234567';
      const rules = loadRuleBook([SHIPPED_RULES]);
      before = base.tree;
      const found = await reviewSeries(
        { series, tree: before, base: { commit, how: 'asked', why: 'as asked' }, notes: [] },
        rules,
        store,
      );
      const [{ number }] = series.patches as [Series['patches'][number]];
      body = replyBody(found, number) ?? '';
      after = found.patches[0]!.tree!;
      const { analysis } = await analyse(before, rules, new Set(), store, () => undefined, 'all');
      const name = { version: '6.12', date: '2024-11-17' };
      const snapshot = new Snapshot(await buildSnapshot(before, analysis, rules, name));
      withoutTree = replyBody(await reviewOnSnapshot({ series, snapshot, notes: [] }, rules), number) ?? '';
    }, 1_200_000);

    afterAll(async () => {
      await after.close();
      store.close();
      rmSync(cache, { recursive: true, force: true });
    });

    // `npx vitest run test/report/mail.test.ts -u` writes it anew; read it as those who get it would.
    it('reads as a maintainer would write it', async () => {
      await expect(body).toMatchFileSnapshot('./golden/mail-widening.out');
      expect(body.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    });

    it('says nothing that is not so in that tree, and quotes nothing that is not in the patch', async () => {
      expect(await untruths(body, series.patches[0]!.files, after)).toEqual([]);
    });

    it('reads the same without the tree, but for the order of the ways, and says that there was none', async () => {
      await expect(withoutTree).toMatchFileSnapshot('./golden/mail-widening-snapshot.out');
      expect(withoutTree.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
      expect(withoutTree).toMatch(/snapshot of Linux 6\.12|Linux 6\.12 snapshot/);
      expect(saying(withoutTree)).toEqual(saying(body));
      expect(await untruths(withoutTree, series.patches[0]!.files, after, before)).toEqual([]);
    });

    it('would be caught otherwise', async () => {
      const wrong = body
        .replace(/mm\/vmscan\.c:\d+/, 'mm/vmscan.c:1')
        .replace(/swap_cache_get_folio\(\) finds/, 'swap_cache_put_folio() finds')
        .replace('> +++ b/mm/memory.c', '> +++ b/mm/mmap.c');
      expect((await untruths(wrong, series.patches[0]!.files, after)).length).toBeGreaterThanOrEqual(4);
    });
  },
);
