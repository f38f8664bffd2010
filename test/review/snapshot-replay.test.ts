import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type FactStore } from '../../src/c/store.js';
import { joinSeries } from '../../src/mail/assemble.js';
import { readSeries } from '../../src/mail/read.js';
import type { Series } from '../../src/mail/series.js';
import { applySeries } from '../../src/review/applied.js';
import type { Finding } from '../../src/review/finding.js';
import { reviewOnSnapshot, type Review } from '../../src/review/review.js';
import { analyse } from '../../src/review/side.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { buildSnapshot } from '../../src/snapshot/build.js';
import { Snapshot } from '../../src/snapshot/snapshot.js';
import { openTree } from '../../src/tree/open.js';
import type { Tree } from '../../src/tree/tree.js';
import { kernelTree } from '../folio/kernel-tree.js';
import type { Expected, ExpectedReview } from './replay-case.js';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const replay = join(shared, 'replay');
const swapbacked = join(replay, 'swapbacked');
const linux = kernelTree('6.12');
const rules = loadRuleBook([fileURLToPath(new URL('../../rules', import.meta.url))]);

let tree: Tree;
let store: FactStore;
let cache: string;
/** By the patches on top of 6.12: making one costs an analysis. */
const made = new Map<string, Promise<Snapshot>>();

async function read(files: readonly string[]): Promise<Series> {
  return joinSeries(await readSeries(files.map((path) => ({ name: path, bytes: readFileSync(path) }))));
}

async function make(files: readonly string[]): Promise<Snapshot> {
  let patched = tree;
  for (const file of files) {
    const patches = await applySeries((await read([file])).patches, patched);
    patched = patches.at(-1)!.tree;
  }
  const { analysis } = await analyse(patched, rules, new Set(), store, () => undefined, 'all');
  return new Snapshot(await buildSnapshot(patched, analysis, rules, { version: '6.12', date: '2024-11-17' }));
}

async function review(base: readonly string[], files: readonly string[]): Promise<Review> {
  const key = base.join(' ');
  let snapshot = made.get(key);
  if (!snapshot) made.set(key, (snapshot = make(base)));
  return reviewOnSnapshot({ series: await read(files), snapshot: await snapshot, notes: [] }, rules);
}

const named = (item: Expected | Finding): string => `${item.in}: ${item.update} in ${item.updater}`;
const withCause = (item: Expected | Finding): string => `${named(item)} because ${item.because ?? ''}`;
const SHARED_FOLIOS = ['do_swap_page', 'unuse_pte'].map(
  (place) => `${place}: __folio_set_swapbacked in folio_add_new_anon_rmap`,
);

describe.skipIf(linux.missing !== null)(
  `reviews against snapshots of Linux 6.12${linux.missing ? ` (${linux.missing})` : ''}`,
  () => {
    beforeAll(async () => {
      cache = mkdtempSync(join(tmpdir(), 'recto-snapshot-replay-'));
      store = openStore(cache, 'replay');
      tree = await openTree(linux.path, null);
    });

    afterAll(async () => {
      await tree.close();
      store.close();
      rmSync(cache, { recursive: true, force: true });
    });

    const base = join(swapbacked, 'base.patch');

    it('find what the widening patch did, as on the tree', async () => {
      const result = await review([base], [join(shared, 'mail/1-widening-patch.eml')]);
      expect(result.findings.map(withCause).sort()).toEqual(
        SHARED_FOLIOS.map((name) => `${name} because new-caller`),
      );
      expect(result.resolved).toEqual([]);
      expect(result.snapshot).toEqual({ version: '6.12', date: '2024-11-17' });
    }, 900_000);

    for (const mail of [
      '2-guard-fix.eml',
      '3-reply-quoting-the-fix.eml',
      '4-archive-page-of-that-reply.txt',
    ]) {
      it(`find that it is put right: ${mail}`, async () => {
        const result = await review([base, join(swapbacked, '0001-widen.eml')], [join(shared, 'mail', mail)]);
        expect(result.findings).toEqual([]);
        expect(result.resolved.map(named).sort()).toEqual(SHARED_FOLIOS);
      }, 900_000);
    }

    for (const name of existsSync(replay) ? readdirSync(replay).sort() : []) {
      const file = join(replay, name, 'expect.json');
      if (!existsSync(file)) continue;
      const { base: patch, reviews } = JSON.parse(readFileSync(file, 'utf8')) as {
        base?: string;
        reviews: ExpectedReview[];
      };
      const path = (mail: string): string => join(replay, name, mail);
      for (const {
        after = [],
        input,
        findings = [],
        resolved = [],
        may_also_find: tolerated = [],
      } of reviews) {
        it(`never find anything else: ${name}, ${input.join(', ')}`, async () => {
          const result = await review([...(patch ? [patch] : []), ...after].map(path), input.map(path));
          const open = result.findings.filter(
            ({ resolvedBy, updater }) => resolvedBy === null && !tolerated.includes(updater),
          );
          expect(findings.map(withCause)).toEqual(expect.arrayContaining(open.map(withCause)));
          expect(resolved.map(named)).toEqual(expect.arrayContaining(result.resolved.map(named)));
        }, 900_000);
      }
    }
  },
);
