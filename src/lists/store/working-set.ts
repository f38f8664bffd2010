import { MAIL_COLUMNS, mailKey, mailOf, mailValues } from './mail-row.js';
import { SERIES_COLUMNS, seriesOf, seriesValues } from './series-row.js';
import { number, type Sql } from './sql.js';
import type { MailRecord, SeriesRecord } from './store.js';

/**
 * The mails and series that the transaction under way works on. What it makes and changes is written when it commits, each
 * once: a batch of mails touches the same series over and over.
 */
export interface WorkingSet {
  /** Adds a mail; gives it its id. */
  addMail(mail: Omit<MailRecord, 'id'>): MailRecord;
  /** A mail that the file does not have yet. */
  newMail(id: number): MailRecord | null;
  newMailOf(key: string): MailRecord | null;
  changeMail(id: number, change: Partial<MailRecord>): void;
  addSeries(series: Omit<SeriesRecord, 'id'>): SeriesRecord;
  series(id: number): SeriesRecord;
  changeSeries(id: number, change: Partial<Omit<SeriesRecord, 'id'>>): void;
  /** All mails of a series, in the order in which they came. */
  mailsOf(series: number): readonly MailRecord[];
  /** All series of a thread, the oldest first. */
  inThread(thread: number): readonly SeriesRecord[];
  /** A thread that has no series yet. */
  beginThread(thread: number): void;
  /** Series of a sender that had mails since a time, the oldest first. */
  ofSender(address: string, since: number): readonly SeriesRecord[];
  /** Series in which a sender has a mail with a topic, the oldest first. */
  withTopic(address: string, topic: string): readonly SeriesRecord[];
  /** Writes all of it, for what only the file can tell; nothing of it is remembered then. */
  flush(): void;
  /** From `begin` to `end` changes are collected; outside, each is written at once. */
  begin(): void;
  end(): void;
  /** Takes everything back. */
  forget(): void;
}

const INSERT_MAIL = `INSERT INTO mail (${MAIL_COLUMNS.join(', ')}) VALUES (${MAIL_COLUMNS.map(() => '?').join(', ')})`;
const INSERT_SERIES = `INSERT INTO series (${SERIES_COLUMNS.join(', ')}) VALUES (${SERIES_COLUMNS.map(() => '?').join(', ')})`;
const UPDATE_SERIES = `UPDATE series SET ${SERIES_COLUMNS.map((name, i) => `${name} = ?${String(i + 1)}`).join(', ')} WHERE id = ?1`;

const OF_SENDER = 'SELECT * FROM series WHERE sender_address = ? AND last_at >= ?';
const WITH_TOPIC = `SELECT * FROM series WHERE id IN (SELECT series FROM mail WHERE sender_address = ? AND topic = ?)`;

export function openWorkingSet(sql: Sql): WorkingSet {
  let open = false;
  let nextMail: number | null = null;
  let nextSeries: number | null = null;
  const newMails = new Map<number, MailRecord>();
  const idOf = new Map<string, number>();
  /** Series with new mails, by what these are about; and those that are new or changed, by who sent them. */
  const topics = new Map<string, Set<number>>();
  const senders = new Map<string, Set<number>>();
  /** Series as they are now; and which of them the file does not have, or not so. */
  const known = new Map<number, SeriesRecord>();
  const unwritten = new Map<number, 'new' | 'changed'>();
  /** Of a series or a thread, all that it has. */
  const members = new Map<number, MailRecord[]>();
  const threads = new Map<number, Set<number>>();

  const forget = () => {
    for (const map of [newMails, idOf, topics, senders, known, unwritten, members, threads]) map.clear();
    nextMail = nextSeries = null;
  };
  const flush = () => {
    for (const [id, how] of unwritten) {
      sql.run(how === 'new' ? INSERT_SERIES : UPDATE_SERIES, ...seriesValues(known.get(id)!));
    }
    for (const mail of newMails.values()) sql.run(INSERT_MAIL, ...mailValues(mail));
    forget();
  };
  const written = () => {
    if (!open) flush();
  };
  const current = (series: SeriesRecord) => {
    const already = known.get(series.id);
    if (already === undefined) known.set(series.id, series);
    return already ?? series;
  };
  const get = (id: number) =>
    known.get(id) ?? current(seriesOf(sql.first('SELECT * FROM series WHERE id = ?', id)!));
  const mailsOf = (series: number) => {
    let all = members.get(series);
    if (all === undefined) {
      all = sql.all('SELECT * FROM mail WHERE series = ? ORDER BY id', series).map(mailOf);
      for (const mail of newMails.values()) if (mail.series === series) all.push(mail);
      members.set(series, all);
    }
    return all;
  };
  /** What a statement finds in the file, as it is now, and what else this transaction has; the oldest first. */
  const together = (statement: string, values: readonly (string | number)[], also: Iterable<number> = []) => {
    const ids = new Set(sql.all(statement, ...values).map((row) => current(seriesOf(row)).id));
    for (const id of also) ids.add(id);
    return [...ids].sort((a, b) => a - b).map(get);
  };
  return {
    addMail(mail) {
      nextMail ??= nextId(sql, 'mail');
      const added = { id: nextMail++, ...mail };
      newMails.set(added.id, added);
      idOf.set(mailKey(added.messageId, added.twin), added.id);
      written();
      return added;
    },
    newMail: (id) => newMails.get(id) ?? null,
    newMailOf(key) {
      const id = idOf.get(key);
      return id === undefined ? null : newMails.get(id)!;
    },
    changeMail(id, change) {
      const mail = { ...newMails.get(id)!, ...change };
      newMails.set(id, mail);
      if (mail.series === null) return;
      members.get(mail.series)?.push(mail);
      note(topics, topicKey(mail.senderAddress, mail.topic ?? ''), mail.series);
    },
    addSeries(series) {
      nextSeries ??= nextId(sql, 'series');
      const added = { id: nextSeries++, ...series };
      known.set(added.id, added);
      unwritten.set(added.id, 'new');
      members.set(added.id, []);
      note(senders, added.senderAddress, added.id);
      threads.get(added.thread)?.add(added.id);
      written();
      return added;
    },
    series: get,
    changeSeries(id, change) {
      known.set(id, { ...get(id), ...change });
      if (!unwritten.has(id)) {
        unwritten.set(id, 'changed');
        note(senders, get(id).senderAddress, id);
      }
      written();
    },
    mailsOf,
    inThread(thread) {
      let all = threads.get(thread);
      if (all === undefined) {
        const rows = sql.all('SELECT * FROM series WHERE thread = ?', thread).map(seriesOf);
        all = new Set(rows.map((series) => current(series).id));
        for (const [id, how] of unwritten) if (how === 'new' && known.get(id)!.thread === thread) all.add(id);
        threads.set(thread, all);
      }
      return [...all].sort((a, b) => a - b).map(get);
    },
    beginThread(thread) {
      if (open) threads.set(thread, new Set());
    },
    ofSender: (address, since) =>
      together(OF_SENDER, [address, since], senders.get(address)).filter(({ lastAt }) => lastAt >= since),
    withTopic: (address, topic) =>
      together(WITH_TOPIC, [address, topic], topics.get(topicKey(address, topic))),
    flush,
    begin() {
      open = true;
    },
    end() {
      flush();
      open = false;
    },
    forget() {
      forget();
      open = false;
    },
  };
}

function nextId(sql: Sql, table: 'mail' | 'series'): number {
  return number(sql.first(`SELECT coalesce(max(id), 0) + 1 AS next FROM ${table}`)!, 'next');
}

function note(ids: Map<string, Set<number>>, key: string, id: number): void {
  const some = ids.get(key);
  if (some === undefined) ids.set(key, new Set([id]));
  else some.add(id);
}

function topicKey(address: string, topic: string): string {
  return `${address}\n${topic}`;
}
