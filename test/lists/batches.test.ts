import fc from 'fast-check';
import { expect, it } from 'vitest';
import { takeBatch } from '../../src/lists/intake.js';
import { foundMail, type Source, type SourceEvent } from '../../src/lists/source.js';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import type { SeriesState } from '../../src/lists/store/store.js';
import { mail, patchBody, seriesMails } from './mails.js';
import { policyFrom } from './policies.js';

const policy = policyFrom('');
const now = Date.UTC(2026, 0, 5, 12);
const source = { name: 'list' } as Source;
const STATES: readonly SeriesState[] = ['gathering', 'reviewed', 'unreviewed', 'superseded', 'passed'];

const name = fc.constantFrom('mm: one', 'mm: two');

/** A series as git sends it, in some version. */
const threaded = fc
  .record({ name, patches: fc.integer({ min: 1, max: 4 }), version: fc.integer({ min: 1, max: 3 }) })
  .map(seriesMails);

/** One that nobody threaded. */
const loose = fc.record({ name, patches: fc.integer({ min: 2, max: 3 }) }).map(({ name, patches }) =>
  Array.from({ length: patches }, (_, i) =>
    mail({
      id: `${name.slice(4)}-loose-${String(i + 1)}@example.org`,
      subject: `[PATCH ${String(i + 1)}/${String(patches)}] ${name}: part ${String(i + 1)}`,
      body: patchBody(),
    }),
  ),
);

/** A mail that answers two threads, which are one from then on. */
const joining = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })).map(([one, two]) => [
  mail({
    id: `join-${String(one)}-${String(two)}@example.org`,
    subject: 'Re: both',
    references: [`mm-one-v${String(one)}-0@example.org`, `mm-two-v${String(two)}-0@example.org`],
  }),
]);

const mails = fc
  .array(fc.oneof(threaded, loose, joining), { minLength: 1, maxLength: 6 })
  .chain((groups) => fc.shuffledSubarray(groups.flat(), { minLength: 1 }));

it('what is taken in one batch is what is taken in several', () => {
  fc.assert(
    fc.property(mails, fc.integer({ min: 1, max: 4 }), fc.nat(), fc.boolean(), (texts, size, gone, keeps) => {
      const events: SourceEvent[] = texts.map((text, i) =>
        foundMail(String(i), Buffer.from(text), now, keeps),
      );
      const place = String(gone % texts.length);
      events.splice(Number(place) + 1, 0, { kind: 'deleted', place, messageId: null });
      expect(taken(events, events.length)).toEqual(taken(events, size));
    }),
    { numRuns: 300 },
  );
});

/** All series and mails of a store that took these events, so many at once. */
function taken(events: readonly SourceEvent[], atOnce: number) {
  const store = openSqliteStore(':memory:');
  for (let at = 0; at < events.length; at += atOnce) {
    takeBatch(store, source, { events: events.slice(at, at + atOnce), position: 'x' }, policy, now);
  }
  const series = STATES.flatMap((state) => store.series.inState(state, 1000));
  const found = events.flatMap((event) => (event.kind === 'mail' ? [event.letter.messageId] : []));
  const result = {
    series,
    mails: found.map((id) => store.mails.find(id)),
    bySeries: series.map(({ id }) => store.mails.ofSeries(id)),
    patches: series.map(({ id }) => store.series.patches(id)),
    threads: found.map((id) => store.mails.thread([id])),
  };
  store.close();
  return result;
}
