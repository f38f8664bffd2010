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
import { forgetKeptTrees } from '../../src/review/kept-trees.js';
import { reviewSeries, type Review } from '../../src/review/review.js';
import { analyse, type AnalysedTree } from '../../src/review/side.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { openTree } from '../../src/tree/open.js';
import type { Tree } from '../../src/tree/tree.js';
import { kernelTree } from '../folio/kernel-tree.js';
import type { Expected, ExpectedReview, Release, ReplayCase } from './replay-case.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const shared = here('../../../shared/');
const swapbacked = join(shared, 'replay', 'swapbacked');
const rules = loadRuleBook([SHIPPED_RULES]);
const ours = casesIn(here('../replay'));
const cases = [...casesIn(join(shared, 'replay')), ...ours];

let tree: Tree;
let store: FactStore;
let cache: string;

function casesIn(folder: string): ReplayCase[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const file = join(folder, name, 'expect.json');
      return {
        ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<ReplayCase, 'name' | 'folder'>),
        name,
        folder: join(folder, name),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

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

/** Tests on the tree of one release, opened once: what does not change between them is analysed once. */
function onTree(release: Release, tests?: () => void): void {
  const linux = kernelTree(release);
  const skipped = linux.missing ? ` (${linux.missing})` : '';
  describe.skipIf(linux.missing !== null)(`replay on Linux ${release}${skipped}`, () => {
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

    for (const item of cases.filter((item) => (item.tree ?? '6.12') === release)) testCase(item);
    tests?.();
  });
}

function testCase({ name, folder, base, reviews }: ReplayCase): void {
  for (const expected of reviews) {
    const after = expected.after ? ` after ${expected.after.join(', ')}` : '';
    const open = expected.open ? ` (open: ${expected.open})` : '';
    it(`${name}: ${expected.input.join(', ')}${after}${open}`, async () => {
      const before = [...(base ? [base] : []), ...(expected.after ?? [])];
      const applied = await withApplied(
        tree,
        before.map((file) => join(folder, file)),
      );
      const result = await review(
        applied,
        expected.input.map((file) => join(folder, file)),
      );
      for (const { status } of result.patches) expect(status).toBe('applied');
      if (!expected.open) judge(result, expected);
      else expect(() => judge(result, expected), 'it is not open any more').toThrow();
    }, 600_000);
  }
}

it('has cases of our own, each with its source, of which a good part is fine', () => {
  for (const { name, source } of ours) expect(source, name).toMatch(/commit [0-9a-f]{12}|message-id \S+@\S+/);
  expect(ours.length).toBeGreaterThanOrEqual(14);
  const fine = ours.filter(({ reviews }) =>
    reviews.some((item) => !item.after && item.findings?.length === 0),
  );
  expect(fine.length).toBeGreaterThanOrEqual(6);
});

onTree('6.12', () => {
  describe('a reply that quotes the fix, with the patch that needs it applied', () => {
    for (const mail of ['3-reply-quoting-the-fix.eml', '4-archive-page-of-that-reply.txt']) {
      it(
        mail,
        async () => {
          const base = await withApplied(tree, [
            join(swapbacked, 'base.patch'),
            join(swapbacked, '0001-widen.eml'),
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

  describe('what is kept of a tree', () => {
    const widen = [join(swapbacked, '0001-widen.eml')];

    it('tells a later process the same', async () => {
      const base = await withApplied(tree, [join(swapbacked, 'base.patch')]);
      const told = ({ findings, resolved, notes }: Review): unknown => ({ findings, resolved, notes });
      const before = told(await review(base, widen));
      forgetKeptTrees();
      const again = await withApplied(tree, [join(swapbacked, 'base.patch')]);
      expect(told(await review(again, widen))).toEqual(before);
    }, 600_000);

    it('and a patch come to what the patched tree does by itself', async () => {
      const patched = await withApplied(tree, [join(shared, 'replay/partially-mapped/0001-nonatomic.eml')]);
      const { layer, ...whole } = patched;
      expect(layer).toBeDefined();
      const onKept = await analyse(patched, rules, new Set(), store);
      const byItself = await analyse(whole, rules, new Set(), store);
      expect(hazardsOf(onKept)).toEqual(hazardsOf(byItself));
      const all = await analyse(patched, rules, new Set(), store, undefined, 'all');
      expect(hazardsOf(all)).toEqual(hazardsOf(byItself));
      expect(all.analysis.analysed).toBe(byItself.analysis.analysed);
    }, 1_200_000);
  });
});

onTree('6.1');

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
    if (own?.rule) expect(finding.rule, named(finding)).toBe(own.rule);
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

/** Hazards with all that leads to them, down to the lines, in an order of their own. */
function hazardsOf({ report }: AnalysedTree): readonly string[] {
  const hazards = [...report.hazards.values()].map(({ key, update, meetings, races }) => {
    const ways = meetings.map(({ function: holder, file, line, chain, origin }) => [
      holder,
      file,
      line,
      chain,
      origin.ownership,
      [...origin.visible],
      origin.steps,
    ]);
    return JSON.stringify([key, update, ways, races.map((race) => [race.update, race.by])]);
  });
  return hazards.sort();
}
