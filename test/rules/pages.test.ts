import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { joinSeries } from '../../src/mail/assemble.js';
import { readSeries } from '../../src/mail/read.js';
import { reviewSeries } from '../../src/review/review.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { readRuleTests } from '../../src/rules/test-cases.js';
import { NO_STORE, rules } from '../analysis/kernel.js';

const pages = join(import.meta.dirname, '../../docs/checks');
const page = (name: string): string => readFileSync(join(pages, `${name}.md`), 'utf8');
const ids = rules.checks.map(({ id }) => id);
const { tests } = readRuleTests(SHIPPED_RULES, ids);

/** The example of a page: the tree that it is for, and the patch. */
function example(id: string): { readonly tree: string; readonly diff: string } | null {
  const [, tree, diff] =
    /^On top of `rules\/([^`]+)\/before`[^]*?^```diff\n([^]*?)^```$/m.exec(page(id)) ?? [];
  return tree === undefined || diff === undefined ? null : { tree, diff };
}

describe('the page of a check', () => {
  it.each(ids)('of %s has its title, and is in the list', (id) => {
    const { title } = rules.checks.find((check) => check.id === id)!;
    expect(page(id)).toMatch(new RegExp(`^# ${id}\n\n_${title}\\._\n`));
    expect(page('README')).toMatch(new RegExp(`^\\| \\[${id}\\]\\(${id}\\.md\\) +\\| ${title} +\\|$`, 'm'));
  });

  it.each(ids)('of %s has an example that it finds', async (id) => {
    const { tree, diff } = example(id)!;
    const { before } = tests.find(({ name }) => name === tree)!;
    const mail = `Subject: [PATCH] an example\nMessage-ID: <1@example.org>\n\n---\n${diff}`;
    const series = joinSeries(await readSeries([{ name: `${id}.md`, bytes: Buffer.from(mail) }]));
    const review = await reviewSeries({ series, tree: before, base: null, notes: [] }, rules, NO_STORE);
    expect(review.notes).toEqual([]);
    expect(review.patches.map(({ status }) => status)).toEqual(['applied']);
    expect([...new Set(review.findings.map(({ rule }) => rule))]).toEqual([id]);
  });
});
