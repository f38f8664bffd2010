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
import { reviewSeries, type Review } from '../../src/review/review.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { openTree } from '../../src/tree/open.js';
import type { Tree } from '../../src/tree/tree.js';
import { kernelTree } from '../folio/kernel-tree.js';

/** A finding or a resolved one, as expect.json writes it. */
interface Expected {
  readonly in: string;
  readonly update: string;
  readonly updater: string;
  readonly because?: string;
  readonly must_name_as_racing?: readonly string[];
  readonly must_not_name_as_racing?: readonly string[];
}

interface ExpectedReview {
  readonly after?: readonly string[];
  readonly input: readonly string[];
  readonly findings?: readonly Expected[];
  readonly findings_at_end?: readonly Expected[];
  readonly resolved?: readonly Expected[];
  readonly must_name_as_racing?: readonly string[];
  readonly must_not_name_as_racing?: readonly string[];
  readonly may_also_find?: readonly string[];
  readonly must_not_find_in?: readonly string[];
}

interface Case {
  readonly about: string;
  readonly base?: string;
  readonly reviews: readonly ExpectedReview[];
}

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const replay = join(shared, 'replay');
const linux = kernelTree('6.12');
const rules = loadRuleBook([SHIPPED_RULES]);

let tree: Tree;
let store: FactStore;
let cache: string;

async function read(files: readonly string[]): Promise<Series> {
  return joinSeries(await readSeries(files.map((path) => ({ name: path, bytes: readFileSync(path) }))));
}

async function withApplied(base: Tree, files: readonly string[]): Promise<Tree> {
  let applied = base;
  for (const file of files) {
    const patches = await applySeries((await read([file])).patches, applied);
    for (const patch of patches) expect(patch.status, `${file} applies`).toBe('applied');
    applied = patches.at(-1)!.tree;
  }
  return applied;
}

async function review(base: Tree, files: readonly string[]): Promise<Review> {
  return reviewSeries({ series: await read(files), tree: base, base: null, notes: [] }, rules, store);
}

const named = (item: Expected | Finding): string => `${item.in}: ${item.update} in ${item.updater}`;
const withCause = (item: Expected | Finding): string => `${named(item)} because ${item.because ?? ''}`;

describe.skipIf(linux.missing !== null)(
  `replay on Linux 6.12${linux.missing ? ` (${linux.missing})` : ''}`,
  () => {
    beforeAll(async () => {
      cache = mkdtempSync(join(tmpdir(), 'recto-replay-'));
      store = openStore(cache, 'replay');
      tree = await openTree(linux.path, null);
    });

    afterAll(async () => {
      await tree.close();
      store.close();
      rmSync(cache, { recursive: true, force: true });
    });

    for (const name of existsSync(replay) ? readdirSync(replay).sort() : []) {
      const file = join(replay, name, 'expect.json');
      if (!existsSync(file)) continue;
      const expected = JSON.parse(readFileSync(file, 'utf8')) as Case;
      const path = (mail: string): string => join(replay, name, mail);
      expected.reviews.forEach((item) => {
        const after = item.after ? ` after ${item.after.join(', ')}` : '';
        it(`${name}: ${item.input.join(', ')}${after}`, async () => {
          const base = await withApplied(
            tree,
            [...(expected.base ? [expected.base] : []), ...(item.after ?? [])].map(path),
          );
          judge(await review(base, item.input.map(path)), item);
        }, 600_000);
      });
    }

    describe('a reply that quotes the fix, with the patch that needs it applied', () => {
      for (const mail of ['3-reply-quoting-the-fix.eml', '4-archive-page-of-that-reply.txt']) {
        it(
          mail,
          async () => {
            const folder = join(replay, 'swapbacked');
            const base = await withApplied(tree, [
              join(folder, 'base.patch'),
              join(folder, '0001-widen.eml'),
            ]);
            const result = await review(base, [join(shared, 'mail', mail)]);
            expect(result.patches.map(({ patch, status }) => ({ quoted: patch.quoted, status }))).toEqual([
              { quoted: true, status: 'applied' },
            ]);
            expect(result.notes.join('\n')).toContain('white space');
            expect(result.findings).toEqual([]);
            expect(result.resolved.map(named).sort()).toEqual([
              'do_swap_page: __folio_set_swapbacked in folio_add_new_anon_rmap',
              'unuse_pte: __folio_set_swapbacked in folio_add_new_anon_rmap',
            ]);
          },
          600_000,
        );
      }
    });
  },
);

function judge(result: Review, expected: ExpectedReview): void {
  const tolerated = new Set(expected.may_also_find ?? []);
  const findings = result.findings.filter((finding) => !tolerated.has(finding.updater));
  if (expected.findings) {
    expect(findings.map(withCause).sort()).toEqual(expected.findings.map(withCause).sort());
  }
  if (expected.findings_at_end) {
    const left = findings.filter((finding) => finding.resolvedBy === null);
    expect(left.map(named).sort()).toEqual(expected.findings_at_end.map(named).sort());
    for (const finding of findings) expect(finding.resolvedBy).toBeGreaterThan(finding.patch);
    // It is reported on the patch that introduces it, all the same.
    expect(findings.length).toBeGreaterThan(0);
  }
  if (expected.resolved) {
    expect(result.resolved.map(named).sort()).toEqual(expected.resolved.map(named).sort());
  }
  for (const place of expected.must_not_find_in ?? []) {
    expect(result.findings.map((finding) => finding.in)).not.toContain(place);
  }
  for (const finding of findings) {
    const racing = finding.races.map((race) => race.update);
    const own = expected.findings?.find((item) => named(item) === named(finding));
    for (const update of [...(expected.must_name_as_racing ?? []), ...(own?.must_name_as_racing ?? [])]) {
      expect(racing, `${named(finding)} can lose ${update}`).toContain(update);
    }
    for (const update of [
      ...(expected.must_not_name_as_racing ?? []),
      ...(own?.must_not_name_as_racing ?? []),
    ]) {
      expect(racing, `${named(finding)} cannot lose ${update}`).not.toContain(update);
    }
  }
}
