import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REVIEW_FORMATS } from '../../src/report/formats.js';
import { PLAIN } from '../../src/report/style.js';
import { reviewSeries, type Review } from '../../src/review/review.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { readRuleTests } from '../../src/rules/test-cases.js';
import { NO_STORE, rules } from '../analysis/kernel.js';
import { seriesThrough } from '../review/edits.js';

// What is said of an atomic update of a folio that may be somebody else's, which is wrong for other reasons than the
// rest: read the golden files as those who get them would.
describe('an atomic update of a folio that may be somebody else’s', () => {
  const folder = join(SHIPPED_RULES, 'checks/speculative-update/lock');
  const text = (side: string): string =>
    readFileSync(join(folder, side, 'mm/lock.c'), 'utf8').replace(/^.*recto: speculative-update.*\n/m, '');
  let found: Review;

  beforeAll(async () => {
    const { tests } = readRuleTests(
      SHIPPED_RULES,
      rules.checks.map(({ id }) => id),
    );
    const tree = tests.find(({ name }) => name === 'checks/speculative-update/lock')!.before;
    const series = await seriesThrough([{ 'mm/lock.c': text('before') }, { 'mm/lock.c': text('after') }]);
    found = await reviewSeries({ series, tree, base: null, notes: [] }, rules, NO_STORE);
  });

  it.each([
    ['text', 'atomic.out'],
    ['reply', 'atomic-reply.out'],
    ['markdown', 'atomic.md.out'],
    ['sarif', 'atomic.sarif.out'],
  ] as const)('is told as %s', async (format, golden) => {
    expect(found.findings).toHaveLength(1);
    const printed = REVIEW_FORMATS[format](found, { style: PLAIN, version: '1.2.3' });
    await expect(printed).toMatchFileSnapshot(`./golden/${golden}`);
    // It is not what the others are.
    expect(printed).not.toMatch(/is not atomic|non-atomic update of it/);
  });
});
