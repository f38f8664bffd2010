import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { describe as markdownOf, matters } from '../../src/github/comment.js';
import { joinSeries } from '../../src/mail/assemble.js';
import { readSeries } from '../../src/mail/read.js';
import type { Finding } from '../../src/review/finding.js';
import { reviewOnSnapshot } from '../../src/review/review.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { namedSnapshot } from '../../src/snapshot/shipped.js';

describe('findings of several functions at one line', () => {
  let findings: readonly Finding[];

  beforeAll(async () => {
    const patch = new URL('../../examples/drop-guard.patch', import.meta.url);
    const series = joinSeries(await readSeries([{ name: 'patch', bytes: readFileSync(patch) }]));
    const snapshot = namedSnapshot('6.12', '/');
    ({ findings } = await reviewOnSnapshot({ series, snapshot, notes: [] }, loadRuleBook([SHIPPED_RULES])));
  });

  const place = (line: number) => ({ path: 'mm/rmap.c', startLine: line, line });

  it('are one comment, which names all functions, and once what helps', () => {
    const placed = findings.map((finding) => ({ finding, place: place(1439), suggestion: 'x' }));
    const found = matters(placed);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ ids: findings.map(({ id }) => id), suggestion: 'x' });
    const text = markdownOf(found[0]!, []);
    expect(text).toMatch(/^`do_swap_page\(\)` passes a folio/);
    expect(text).toMatch(/^`unuse_pte\(\)` does the same with a folio that is visible through/m);
    for (const word of ['What helps:', 'Put the test back', 'Use the atomic'])
      expect(text.split(word)).toHaveLength(2);
  });

  it('are as many as there are places, or places that are not known', () => {
    const at = (places: readonly (ReturnType<typeof place> | null)[]) =>
      matters(findings.map((finding, index) => ({ finding, place: places[index]!, suggestion: null })));
    expect(at([place(1439), place(7)])).toHaveLength(2);
    expect(at([null, null])).toHaveLength(2);
  });

  it('are changed by a suggestion only where it is the same for all', () => {
    const [one, other] = findings.map((finding, index) => ({
      finding,
      place: place(1439),
      suggestion: index === 0 ? 'x' : 'y',
    }));
    expect(matters([one!, other!])[0]!.suggestion).toBeNull();
  });
});
