import { followOnce, recover, type Following } from '../../src/lists/follow.js';
import { policyFrom } from './policies.js';
import type { Policy } from '../../src/lists/policy/policy.js';
import type { Outcome } from '../../src/lists/review-due.js';
import type { Delivery, Outgoing, Transport } from '../../src/lists/send/transport.js';
import { foundMail, type Batch, type Source, type SourceEvent } from '../../src/lists/source.js';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import type { SeriesRecord, Store } from '../../src/lists/store/store.js';
import type { Series } from '../../src/mail/series.js';
import type { Finding } from '../../src/review/finding.js';
import type { Review } from '../../src/review/review.js';
import { applied, byCall } from '../report/reviews.js';

/** A desk to follow lists from: the store in memory, mails by hand, a clock that is set, reviews as the test says. */
export class TestDesk {
  readonly store: Store = openSqliteStore(':memory:');
  policy: Policy;
  now = Date.UTC(2026, 0, 5, 12);
  /** What the next review finds in a patch, by the title of the patch. */
  finds: (title: string) => readonly Partial<Finding>[] = () => [];
  readonly reviewed: Series[] = [];
  readonly branches: (readonly string[])[] = [];
  readonly outcomes: [SeriesRecord, Outcome][] = [];
  readonly sent: Outgoing[] = [];
  readonly troubles: string[] = [];
  delivery: (mail: Outgoing, begin: () => void) => Delivery = (_, begin) => {
    begin();
    return { kind: 'taken', note: null };
  };
  #events: SourceEvent[] = [];
  #count = 0;

  constructor(policy = '') {
    this.policy = policyFrom(policy);
  }

  /** Lets mails arrive now. */
  arrive(...mails: readonly (string | Buffer)[]): void {
    for (const mail of mails) {
      const bytes = Buffer.from(mail);
      this.#events.push(foundMail(String(this.#count++), bytes, this.now));
    }
  }

  tell(...events: readonly SourceEvent[]): void {
    this.#events.push(...events);
  }

  /** Lets time pass, and does what is due then. */
  async pass(minutes = 0): Promise<void> {
    this.now += minutes * 60_000;
    await followOnce(this.asDesk());
  }

  /** What following needs, all of it by hand. */
  asDesk(): Following {
    return {
      store: this.store,
      policy: this.policy,
      sources: [this.#source()],
      reviewer: {
        review: (series, branches) => {
          this.branches.push(branches);
          return Promise.resolve(this.#review(series));
        },
        close: () => undefined,
      },
      writeBody: (review, number) => bodyOf(review, number),
      transport: this.#transport(),
      now: () => this.now,
      signal: new AbortController().signal,
      log: {
        read: () => undefined,
        trouble: (_, reason) => this.troubles.push(reason),
        reviewed: (series, outcome) => this.outcomes.push([series, outcome]),
        sent: () => undefined,
      },
    };
  }

  /** As if the process had ended and another one began. */
  restart(): void {
    recover(this.store, this.now);
  }

  #source(): Source {
    const take = (): Batch => ({ events: this.#events.splice(0), position: 'here' });
    return {
      name: 'list',
      keeps: false,
      read: async function* () {
        yield await Promise.resolve(take());
      },
      fetch: () => Promise.resolve(null),
      close: () => Promise.resolve(),
    };
  }

  #transport(): Transport {
    return {
      deliver: (mail, begin) => {
        const delivery = this.delivery(mail, begin);
        if (delivery.kind === 'taken') this.sent.push(mail);
        return Promise.resolve(delivery);
      },
      close: () => Promise.resolve(),
    };
  }

  #review(series: Series): Review {
    this.reviewed.push(series);
    const findings = series.patches.flatMap((patch) =>
      this.finds(patch.subject).map((finding) => ({ ...byCall, patch: patch.number, ...finding })),
    );
    return {
      series,
      tree: 'tree',
      snapshot: null,
      base: null,
      patches: series.patches.map((patch) => ({
        ...applied(patch),
        files: patch.files.map((file) => ({ ...applied(patch).files[0]!, path: file.newPath! })),
      })),
      findings,
      resolved: [],
      notes: [],
    };
  }
}

/** The ids of the findings, and the notes of the series. */
function bodyOf(review: Review, number: number): string | null {
  const findings = review.findings.filter(({ patch }) => patch === number);
  if (findings.length === 0) return null;
  return [...findings.map(({ id }) => `finding ${id}`), ...review.series.notes, ''].join('\n');
}

/** One finding in every patch. */
export const oneEach = (): readonly Partial<Finding>[] => [{ id: 'aaaaaaa11111' }];
