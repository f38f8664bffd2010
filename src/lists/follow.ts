import { RectoError } from '../errors.js';
import type { WriteBody } from './answering.js';
import { answerRequests } from './explaining.js';
import { takeBatch, type Taken } from './intake.js';
import type { Sources } from './mail-bytes.js';
import type { Policy } from './policy/policy.js';
import { reviewDue, type Outcome } from './review-due.js';
import type { Reviewer } from './reviewer.js';
import { openArchive } from './send/archive.js';
import { doubtInterrupted, sendDue, settleDoubts, type Sent } from './send/outbox.js';
import { postChecks } from './send/patchwork.js';
import type { Transport } from './send/transport.js';
import type { Source } from './source.js';
import type { SeriesRecord, Store } from './store/store.js';
import { tellTwins } from './twins.js';

/** What following needs; what stands behind each is of no interest here. */
export interface Following {
  readonly store: Store;
  readonly policy: Policy;
  readonly sources: readonly Source[];
  readonly reviewer: Reviewer;
  readonly writeBody: WriteBody;
  /** Null: answers are written and wait. */
  readonly transport: Transport | null;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Who is told what happens. */
export interface Log {
  read(source: string, taken: Taken): void;
  trouble(source: string, reason: string): void;
  reviewed(series: SeriesRecord, outcome: Outcome): void;
  sent(sent: Sent): void;
}

/** To be called once before the first pass: what an earlier process left half done. */
export function recover(store: Store, now: number): void {
  doubtInterrupted(store, now);
}

/** Does what is due: reads what is new, reviews what is ready, sends what may go. */
export async function followOnce(following: Following): Promise<void> {
  const { store, policy, signal, now } = following;
  const sources = new Map(following.sources.map((source) => [source.name, source]));
  for (const source of following.sources) {
    if (signal.aborted) return;
    await readSource(following, sources, source);
  }
  answerRequests(store, policy, now());
  await settleDoubts(store, policy, openArchive(policy, store), now());
  await sendAll(following);
  const desk = { ...following, sources };
  // A review takes minutes: what is ready goes out between two of them.
  for (const series of store.series.due(now())) {
    if (signal.aborted) return;
    // An earlier one of this round may have been about this one, too.
    following.log.reviewed(series, await reviewDue(desk, series, now));
    await sendAll(following);
  }
  store.transaction(() => {
    store.mails.forgetContent(now() - policy.oldest);
  });
}

/** When something will be due without any news, in milliseconds; null when nothing waits. */
export function nextDue(store: Store): number | null {
  const times = [store.series.nextDue(), store.answers.nextDue(), store.checks.nextDue()];
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

async function readSource(
  { store, policy, signal, now, log }: Following,
  sources: Sources,
  source: Source,
): Promise<void> {
  try {
    const isKnown = (place: string) => store.mails.at(source.name, place) !== null;
    for await (const read of source.read(store.sources.position(source.name), isKnown)) {
      const batch = await tellTwins(store, sources, source, read);
      const taken = takeBatch(store, source, batch, policy, now());
      if (taken.mails + taken.deleted + taken.aside > 0) log.read(source.name, taken);
      if (signal.aborted) return;
    }
    store.transaction(() => {
      store.sources.setRead(source.name, now(), null);
    });
  } catch (error) {
    // One source that cannot be read does not stop the others.
    if (!(error instanceof RectoError)) throw error;
    store.transaction(() => {
      store.sources.setRead(source.name, now(), error.message);
    });
    log.trouble(source.name, error.message);
  }
}

async function sendAll({ store, policy, transport, now, signal, log }: Following): Promise<void> {
  if (transport !== null) {
    const sent = await sendDue(store, policy, transport, now, signal);
    if (sent.sent + sent.failed + sent.doubt > 0) log.sent(sent);
  }
  await postChecks(store, policy, now);
}
