import { number, text, type Row, type Sql, type Value } from './sql.js';
import type { FindingRecord, SeriesRecord, SeriesRecords, SeriesState } from './store.js';

const COLUMNS = {
  version: 'version',
  total: 'total',
  title: 'title',
  senderName: 'sender_name',
  senderAddress: 'sender_address',
  thread: 'thread',
  reply: 'reply',
  state: 'state',
  reason: 'reason',
  dueAt: 'due_at',
  firstAt: 'first_at',
  lastAt: 'last_at',
  follows: 'follows',
} as const satisfies Readonly<Record<keyof Omit<SeriesRecord, 'id'>, string>>;

export function seriesRecords(sql: Sql): SeriesRecords {
  const get = (id: number) => series(sql.first('SELECT * FROM series WHERE id = ?', id)!);
  return {
    get,
    add(record) {
      const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
      const { id } = sql.run(
        `INSERT INTO series (${names.map((name) => COLUMNS[name]).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        ...names.map((name) => value(record[name])),
      );
      return { id, ...record };
    },
    update(id, change) {
      const names = Object.keys(change) as (keyof typeof change)[];
      sql.run(
        `UPDATE series SET ${names.map((name) => `${COLUMNS[name]} = ?`).join(', ')} WHERE id = ?`,
        ...names.map((name) => value(change[name]!)),
        id,
      );
    },
    inThread: (thread) => sql.all('SELECT * FROM series WHERE thread = ? ORDER BY id', thread).map(series),
    lacking: (thread, version, total, lacks) =>
      sql
        .all(
          `SELECT * FROM series WHERE thread = ? AND version = ? AND total = ? AND reply = 0
             AND NOT EXISTS (SELECT 1 FROM mail WHERE mail.series = series.id AND number = ?) ORDER BY id`,
          thread,
          version,
          total,
          lacks,
        )
        .map(series),
    patches: (id) =>
      number(
        sql.first(
          `SELECT count(DISTINCT number) AS n FROM mail
           WHERE series = ?1 AND kind = 'patch' AND gone = 0
             AND number BETWEEN 1 AND coalesce((SELECT total FROM series WHERE id = ?1), 1)`,
          id,
        )!,
        'n',
      ),
    ofSender: (address, since) =>
      sql
        .all('SELECT * FROM series WHERE sender_address = ? AND last_at >= ? ORDER BY id', address, since)
        .map(series),
    withTopic: (address, topic) =>
      sql
        .all(
          `SELECT * FROM series WHERE id IN (SELECT series FROM mail WHERE sender_address = ? AND topic = ?)
           ORDER BY id`,
          address,
          topic,
        )
        .map(series),
    due: (now) =>
      sql
        .all("SELECT * FROM series WHERE state = 'gathering' AND due_at <= ? ORDER BY due_at, id", now)
        .map(series),
    nextDue: () =>
      sql.first("SELECT min(due_at) AS next FROM series WHERE state = 'gathering'")?.['next'] as
        number | null,
    count() {
      const counts = { gathering: 0, reviewed: 0, unreviewed: 0, superseded: 0, passed: 0 };
      for (const row of sql.all('SELECT state, count(*) AS n FROM series GROUP BY state')) {
        counts[text(row, 'state') as SeriesState] = number(row, 'n');
      }
      return counts;
    },
    inState: (state, limit) =>
      sql
        .all('SELECT * FROM series WHERE state = ? ORDER BY last_at DESC, id DESC LIMIT ?', state, limit)
        .map(series),
    addReview(id, at, json, findings) {
      const { id: review } = sql.run('INSERT INTO review (series, at, json) VALUES (?, ?, ?)', id, at, json);
      for (const finding of findings) {
        sql.run(
          `INSERT INTO finding (review, id, patch, severity, confidence, says, resolved_by) VALUES (?, ?, ?, ?, ?, ?, ?)`,
          review,
          finding.id,
          finding.patch,
          finding.severity,
          finding.confidence,
          finding.says,
          finding.resolvedBy,
        );
      }
      return review;
    },
    lastReview(id) {
      const row = sql.first('SELECT * FROM review WHERE series = ? ORDER BY id DESC LIMIT 1', id);
      if (row === null) return null;
      const review = number(row, 'id');
      return {
        id: review,
        series: id,
        at: number(row, 'at'),
        json: text(row, 'json'),
        findings: sql.all('SELECT * FROM finding WHERE review = ? ORDER BY rowid', review).map(finding),
      };
    },
  };
}

function value(of: string | number | boolean | null): Value {
  return typeof of === 'boolean' ? Number(of) : of;
}

function finding(row: Row): FindingRecord {
  return {
    id: text(row, 'id'),
    patch: number(row, 'patch'),
    severity: text(row, 'severity'),
    confidence: text(row, 'confidence'),
    says: text(row, 'says'),
    resolvedBy: row['resolved_by'] as number | null,
  };
}

function series(row: Row): SeriesRecord {
  return {
    id: number(row, 'id'),
    version: number(row, 'version'),
    total: row['total'] as number | null,
    title: text(row, 'title'),
    senderName: text(row, 'sender_name'),
    senderAddress: text(row, 'sender_address'),
    thread: number(row, 'thread'),
    reply: row['reply'] === 1,
    state: text(row, 'state') as SeriesState,
    reason: row['reason'] as string | null,
    dueAt: number(row, 'due_at'),
    firstAt: number(row, 'first_at'),
    lastAt: number(row, 'last_at'),
    follows: row['follows'] as number | null,
  };
}
