import { parseSubject } from '../mail/subject.js';
import type { Letter } from './letter.js';
import type { MailRecord, SeriesRecord, Store } from './store/store.js';

/** How long series wait; see `Policy`. */
export interface Patience {
  readonly settle: number;
  readonly wait: number;
}

/** Patches of one sender that were sent without threads belong together when they came within this time. */
const UNTHREADED = 3600 * 1000;

/** Earlier versions are looked for so far back. */
const VERSIONS_APART = 400 * 24 * 3600 * 1000;

/**
 * Puts a patch or cover letter into the series that it belongs to, or begins one with it; mails may come in any order.
 * Gives the series. An earlier version of it that still waits is superseded, and its unsent answers are dropped.
 */
export function gather(
  store: Store,
  mail: MailRecord,
  letter: Letter,
  patience: Patience,
  now: number,
): SeriesRecord {
  const { subject } = letter;
  const reply = subject.reply;
  // A reply with a patch of its own proposes something else, whatever number it quotes in its subject.
  const number = reply ? 1 : (subject.number ?? 1);
  const total = reply ? null : subject.total;
  const known = total === null ? null : findSeries(store, mail, letter, number, total);
  const series = known ?? begin(store, mail, letter, total);
  const topic = subject.title.toLowerCase();
  store.mails.setSeries(mail.id, series.id, number, topic);
  const follows = series.follows ?? findFormer(store, series, letter, topic);
  if (follows !== null && series.follows === null) supersede(store, follows, series, now);
  const whole = {
    ...series,
    title: number === 0 ? subject.title : series.title,
    firstAt: Math.min(series.firstAt, mail.arrived),
    lastAt: Math.max(series.lastAt, mail.arrived),
    follows,
  };
  return settle(store, whole, patience, number > 0);
}

/**
 * Says anew when a series is due, after one of its mails came or went.
 *
 * @param again true when it is to be reviewed again if it was: a patch that comes late changes it, a cover letter does not
 */
export function settle(store: Store, series: SeriesRecord, patience: Patience, again: boolean): SeriesRecord {
  const { id, title, firstAt, lastAt, follows } = series;
  const came = { title, firstAt, lastAt, follows };
  const reopened = again && (series.state === 'reviewed' || series.state === 'unreviewed');
  if (series.state !== 'gathering' && !reopened) {
    store.series.update(id, came);
    return series;
  }
  const complete = store.series.patches(id) >= (series.total ?? 1);
  const dueAt = lastAt + (complete ? patience.settle : patience.wait);
  const settled = { state: 'gathering' as const, reason: null, dueAt };
  store.series.update(id, { ...came, ...settled });
  return { ...series, ...settled };
}

/** The numbers of the patches that have not come. */
export function missingOf(store: Store, series: SeriesRecord): number[] {
  const there = new Set(
    store.mails
      .ofSeries(series.id)
      .filter(({ gone, kind }) => !gone && kind === 'patch')
      .map(({ number }) => number),
  );
  const missing: number[] = [];
  for (let number = 1; number <= (series.total ?? 1); number++) if (!there.has(number)) missing.push(number);
  return missing;
}

/**
 * The series that a numbered patch belongs to: one of its thread with the same version and length that lacks this
 * number; of several, the one whose mail it answers most directly. Where nobody threads, the sender and the time decide.
 */
function findSeries(
  store: Store,
  mail: MailRecord,
  letter: Letter,
  number: number,
  total: number,
): SeriesRecord | null {
  const { version } = letter.subject;
  const candidates = store.series.lacking(mail.thread, version, total, number);
  const [only] = candidates;
  if (only && candidates.length === 1 && only.senderAddress === mail.senderAddress) return only;
  const inThread = candidates
    .map((series) => ({ series, nearness: nearness(store, series, letter) }))
    .filter(({ series, nearness }) => nearness > 0 || series.senderAddress === mail.senderAddress)
    .sort((a, b) => b.nearness - a.nearness || b.series.id - a.series.id);
  if (inThread[0]) return inThread[0].series;
  if (letter.references.length > 0) return null;
  const lacks = (series: SeriesRecord) => {
    if (series.reply || series.version !== version || series.total !== total) return false;
    const others = store.mails.ofSeries(series.id);
    if (others.some((other) => other.threaded || other.number === number)) return false;
    const cover = [mail, ...others].find(({ announces }) => announces.length > 0);
    return cover === undefined || [mail, ...others].every((one) => one === cover || isAnnounced(one, cover));
  };
  const apart = (series: SeriesRecord) =>
    Math.max(series.firstAt - mail.arrived, mail.arrived - series.lastAt, 0);
  return (
    store.series
      .ofSender(mail.senderAddress, mail.arrived - UNTHREADED)
      .filter((series) => lacks(series) && apart(series) <= UNTHREADED)
      .sort((a, b) => apart(a) - apart(b))[0] ?? null
  );
}

/** Says whether a cover letter lists a patch. */
function isAnnounced(patch: MailRecord, cover: MailRecord): boolean {
  return cover.announces.includes(parseSubject(patch.title).title.toLowerCase());
}

/** 0 when the mail answers none of the series; else the more, the more directly it does. */
function nearness(store: Store, series: SeriesRecord, letter: Letter): number {
  const ids = new Set(store.mails.ofSeries(series.id).map(({ messageId }) => messageId));
  return letter.references.findLastIndex((id) => ids.has(id)) + 1;
}

function begin(store: Store, mail: MailRecord, letter: Letter, total: number | null): SeriesRecord {
  return store.series.add({
    version: letter.subject.version,
    total,
    title: letter.subject.title,
    senderName: mail.senderName,
    senderAddress: mail.senderAddress,
    thread: mail.thread,
    reply: letter.subject.reply,
    state: 'gathering',
    reason: null,
    dueAt: mail.arrived,
    firstAt: mail.arrived,
    lastAt: mail.arrived,
    follows: null,
  });
}

/**
 * The newest earlier version of a series: of the same sender, with a patch of the same title, or in the same thread with
 * as many patches; and with a smaller version, or the same where this one says that it is sent again.
 */
function findFormer(store: Store, series: SeriesRecord, letter: Letter, topic: string): number | null {
  const again =
    letter.twin !== undefined || letter.subject.tags.some((tag) => tag === 'resend' || tag === 'repost');
  if (series.reply || (series.version === 1 && !again)) return null;
  const related = [
    ...store.series.withTopic(series.senderAddress, topic),
    ...store.series
      .inThread(series.thread)
      .filter((other) => other.total === series.total && other.senderAddress === series.senderAddress),
  ];
  const earlier = related.filter(
    (other) =>
      other.id !== series.id &&
      !other.reply &&
      other.firstAt >= series.firstAt - VERSIONS_APART &&
      (other.version < series.version ||
        (again && other.version === series.version && other.firstAt < series.firstAt)),
  );
  earlier.sort((a, b) => b.version - a.version || b.firstAt - a.firstAt);
  return earlier[0]?.id ?? null;
}

function supersede(store: Store, former: number, by: SeriesRecord, now: number): void {
  const reason = by.version > 1 ? `v${String(by.version)} came` : 'it was sent again';
  if (store.series.get(former).state === 'gathering') {
    store.series.update(former, { state: 'superseded', reason });
  }
  for (const answer of store.answers.ofSeries(former)) {
    if (answer.state === 'waiting') store.answers.setState(answer.id, 'dropped', reason, now);
  }
}
