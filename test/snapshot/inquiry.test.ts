import { describe, expect, it } from 'vitest';
import { NO_SUMMARY } from '../../src/analysis/summary.js';
import { Inquiry, type Informant } from '../../src/snapshot/inquiry.js';
import { snapshotNear } from '../../src/snapshot/shipped.js';

const snapshot = snapshotNear('6.12');
const lock = snapshot.own('folio_lock', 'include/linux/pagemap.h')!;
const summary = { ...NO_SUMMARY };

const informant: Informant = {
  own: () => null,
  global: (name) => (name === 'folio_lock' ? lock : null),
  summaryAt: (key) => (key === lock.key ? summary : null),
};

const file = 'mm/swap.c';
const put = snapshot.own('__folio_put', file)!;

function inquiry(bodies: readonly string[] = []): Inquiry {
  const asked = new Inquiry(new Set(bodies));
  asked.noteOwn('folio_lock', 'mm/rmap.c', null);
  asked.noteGlobal('folio_lock', lock);
  asked.noteSummary(lock.key, summary);
  return asked;
}

describe('an inquiry', () => {
  it('is answered by who says the same', () => {
    expect(inquiry().isAnsweredBy(informant)).toBe(true);
  });

  it.each<[string, Partial<Informant>]>([
    ['a function is new in the file', { own: () => lock }],
    ['a function is gone', { global: () => null }],
    ['a function does something else', { summaryAt: () => ({ ...NO_SUMMARY }) }],
  ])('is not where %s', (_, change) => {
    expect(inquiry().isAnsweredBy({ ...informant, ...change })).toBe(false);
  });

  it('is answered by who has another body of a function, and the same head', () => {
    const asked = inquiry();
    asked.noteOwn('__folio_put', file, put);
    const other = { key: put.key, file, facts: { ...put.facts, nodes: [], line: 1 } };
    const own = (_: string, path: string) => (path === file ? other : null);
    expect(asked.isAnsweredBy({ ...informant, own })).toBe(true);
    const changed = { ...other, facts: { ...other.facts, returns: 'struct folio *' } };
    expect(asked.isAnsweredBy({ ...informant, own: (_, path) => (path === file ? changed : null) })).toBe(
      false,
    );
    const iterating = inquiry(['__folio_put']);
    iterating.noteOwn('__folio_put', file, put);
    expect(iterating.isAnsweredBy({ ...informant, own })).toBe(false);
  });
});
