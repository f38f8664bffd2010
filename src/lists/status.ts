import { missingOf } from './gather.js';
import type {
  AnswerRecord,
  AnswerState,
  CheckRecord,
  SeriesState,
  SourceRecord,
  Store,
} from './store/store.js';

/** What `recto status` shows. Times are ISO 8601. */
export interface Status {
  readonly version: 1;
  readonly sources: readonly {
    readonly name: string;
    readonly mails: number;
    readonly readAt: string | null;
    readonly trouble: string | null;
  }[];
  readonly series: Readonly<Record<SeriesState, number>>;
  /** Those that wait for patches or for their review. */
  readonly gathering: readonly SeriesStatus[];
  /** Those that could not be reviewed, the newest first. */
  readonly unreviewed: readonly SeriesStatus[];
  readonly answers: Readonly<Record<AnswerState, number>>;
  readonly waiting: readonly AnswerStatus[];
  /** Nobody knows whether these got out; they are held. */
  readonly doubt: readonly AnswerStatus[];
  readonly failed: readonly AnswerStatus[];
  readonly sent: readonly AnswerStatus[];
  readonly checks: Readonly<Record<CheckRecord['state'], number>>;
  readonly wishes: readonly {
    readonly what: string;
    readonly about: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
  }[];
  /** Mails that cannot be read, the newest first. */
  readonly aside: readonly { readonly messageId: string; readonly title: string; readonly reason: string }[];
}

export interface SeriesStatus {
  readonly title: string;
  readonly version: number;
  readonly sender: string;
  readonly total: number | null;
  readonly missing: readonly number[];
  readonly dueAt: string;
  readonly reason: string | null;
}

export interface AnswerStatus {
  readonly messageId: string;
  readonly answers: string;
  readonly to: readonly string[];
  readonly dueAt: string;
  readonly changedAt: string;
  readonly attempts: number;
  readonly reason: string | null;
}

/** Lists are shown as far as somebody would read them. */
const SHOWN = 50;

/** Takes stock of what is remembered. */
export function statusOf(store: Store): Status {
  const seriesIn = (state: SeriesState) =>
    store.series.inState(state, SHOWN).map((one): SeriesStatus => ({
      title: one.title,
      version: one.version,
      sender: one.senderAddress,
      total: one.total,
      missing: missingOf(store, one),
      dueAt: time(one.dueAt),
      reason: one.reason,
    }));
  return {
    version: 1,
    sources: store.sources.all().map(sourceStatus),
    series: store.series.count(),
    gathering: seriesIn('gathering'),
    unreviewed: seriesIn('unreviewed'),
    answers: store.answers.count(),
    waiting: answers(store, 'waiting'),
    doubt: [...answers(store, 'doubt'), ...answers(store, 'sending')],
    failed: answers(store, 'failed'),
    sent: answers(store, 'sent'),
    checks: store.checks.count(),
    wishes: store.wishes
      .all()
      .map(({ what, about, reason, by, at }) => ({ what, about, reason, by, at: time(at) })),
    aside: store.mails
      .aside(SHOWN)
      .map(({ messageId, title, reason }) => ({ messageId, title, reason: reason ?? '' })),
  };
}

function sourceStatus({ name, mails, readAt, trouble }: SourceRecord): Status['sources'][number] {
  return { name, mails, readAt: readAt === null ? null : time(readAt), trouble };
}

/** What is in doubt or has failed is shown in full; of the others, the newest. */
function answers(store: Store, state: AnswerState): AnswerStatus[] {
  const all = store.answers.inState(state);
  return (state === 'sent' || state === 'waiting' ? all.slice(-SHOWN) : all).map(answerStatus);
}

function answerStatus(answer: AnswerRecord): AnswerStatus {
  return {
    messageId: answer.messageId,
    answers: answer.answers,
    to: answer.recipients,
    dueAt: time(answer.dueAt),
    changedAt: time(answer.changedAt),
    attempts: answer.attempts,
    reason: answer.reason,
  };
}

function time(at: number): string {
  return new Date(at).toISOString();
}
