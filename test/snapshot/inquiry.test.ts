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

function inquiry(): Inquiry {
  const asked = new Inquiry();
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
});
