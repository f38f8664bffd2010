import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { joinSeries } from '../../src/mail/assemble.js';
import { readSeries } from '../../src/mail/read.js';
import { reviewOnSnapshot } from '../../src/review/review.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { namedSnapshot } from '../../src/snapshot/shipped.js';
import type { Expected, ReplayCase } from './replay-case.js';

const folder = fileURLToPath(new URL('../replay', import.meta.url));
const rules = loadRuleBook([SHIPPED_RULES]);
const named = (found: Pick<Expected, 'in' | 'update' | 'updater'>): string =>
  `${found.in}: ${found.update} in ${found.updater}`;

/** What a snapshot finds of these, so that a change which finds less is seen. */
const FOUND = [
  'hugetlb-continue-uptodate',
  'init-accessed',
  'lru-clear-before-get',
  'shmem-write-begin-accessed',
  'split-plain-clear-dirty',
];

describe('a replay case against the snapshot that comes with Recto', () => {
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name, 'expect.json');
    if (!existsSync(file)) continue;
    const { tree = '6.12', base, reviews } = JSON.parse(readFileSync(file, 'utf8')) as ReplayCase;
    // What stands on other patches is no change of the release.
    const [first] = reviews.filter(({ after }) => after === undefined);
    if (base !== undefined || !first) continue;
    it(`gives nothing but what the tree gives: ${name}`, async () => {
      const inputs = first.input.map((mail) => ({
        name: mail,
        bytes: readFileSync(join(folder, name, mail)),
      }));
      const series = joinSeries(await readSeries(inputs));
      const snapshot = namedSnapshot(tree, folder);
      const { findings } = await reviewOnSnapshot({ series, snapshot, notes: [] }, rules);
      const expected = (first.findings ?? first.findings_at_end ?? []).map(named);
      const open = findings.filter(
        ({ resolvedBy, updater }) =>
          (first.findings !== undefined || resolvedBy === null) && !first.may_also_find?.includes(updater),
      );
      expect(expected).toEqual(expect.arrayContaining(open.map(named)));
      if (FOUND.includes(name)) expect(open).not.toEqual([]);
    });
  }
});
