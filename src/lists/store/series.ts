import { seriesOf } from './series-row.js';
import { number, text, type Row, type Sql } from './sql.js';
import type { FindingRecord, SeriesRecords, SeriesState } from './store.js';
import type { WorkingSet } from './working-set.js';

export function seriesRecords(sql: Sql, working: WorkingSet): SeriesRecords {
  return {
    get: (id) => working.series(id),
    add: (record) => working.addSeries(record),
    update: (id, change) => {
      working.changeSeries(id, change);
    },
    inThread: (thread) => working.inThread(thread),
    lacking: (thread, version, total, lacks) =>
      working
        .inThread(thread)
        .filter(
          (series) =>
            !series.reply &&
            series.version === version &&
            series.total === total &&
            !working.mailsOf(series.id).some((mail) => mail.number === lacks),
        ),
    patches(id) {
      const total = working.series(id).total ?? 1;
      const there = new Set<number>();
      for (const { kind, gone, number } of working.mailsOf(id)) {
        if (kind === 'patch' && !gone && number! >= 1 && number! <= total) there.add(number!);
      }
      return there.size;
    },
    ofSender: (address, since) => working.ofSender(address, since),
    withTopic: (address, topic) => working.withTopic(address, topic),
    due: (now) =>
      sql
        .all("SELECT * FROM series WHERE state = 'gathering' AND due_at <= ? ORDER BY due_at, id", now)
        .map(seriesOf),
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
        .map(seriesOf),
    addReview(id, at, json, findings) {
      working.flush();
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
