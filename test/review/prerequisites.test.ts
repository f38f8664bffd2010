import { describe, expect, it } from 'vitest';
import type { Prerequisite } from '../../src/mail/series.js';
import { reviewSeries } from '../../src/review/review.js';
import { NO_STORE, rules, treeOf, type Files } from '../analysis/kernel.js';
import { seriesThrough } from './edits.js';

const FILE = 'mm/a.c';
const BASE = 'int one;\nint two;\nint three;\nint four;\nint five;\n';
const NEEDED = BASE.replace('one', 'first');
const AFTER = NEEDED.replace('two', 'second');

const text = (content: string): Files => ({ [FILE]: content });

async function reviewed(tree: string, prerequisites: readonly Prerequisite[]) {
  const series = await seriesThrough([text(NEEDED), text(AFTER)]);
  return reviewSeries(
    { series: { ...series, prerequisites }, tree: treeOf(text(tree)), base: null, notes: [] },
    rules,
    NO_STORE,
  );
}

async function prerequisite(before: string, after: string): Promise<Prerequisite> {
  const { patches } = await seriesThrough([text(before), text(after)]);
  return { id: '1234567890abcdef', patch: { ...patches[0]!, subject: 'mm: rename one' } };
}

describe('what a series needs beforehand', () => {
  it('is applied before it, and that is said', async () => {
    const { patches, notes } = await reviewed(BASE, [await prerequisite(BASE, NEEDED)]);
    expect(patches.map(({ status }) => status)).toEqual(['applied']);
    expect(await patches[0]!.tree!.read(FILE)).toBe(AFTER);
    expect(notes).toEqual(['it needs "mm: rename one", which was applied first']);
  });

  it('may be in the tree already', async () => {
    const { notes } = await reviewed(NEEDED, [await prerequisite(BASE, NEEDED)]);
    expect(notes).toEqual(['it needs "mm: rename one", which is already in the tree']);
  });

  it('is left out where it does not apply, or nobody knows it', async () => {
    const other = await prerequisite('int other;\n', 'int another;\n');
    const { notes, patches } = await reviewed(NEEDED, [other, { id: 'fedcba0987654321', patch: null }]);
    expect(patches.map(({ status }) => status)).toEqual(['applied']);
    expect(notes).toEqual([
      'it needs "mm: rename one", which does not apply and was left out',
      'it needs a patch that nobody here knows and that was not applied: patch-id fedcba098765',
    ]);
  });
});
