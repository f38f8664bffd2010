import type { Case } from '../policy/decide.js';
import { number, text, type Row, type Sql } from './sql.js';
import type { AnswerRecord, AnswerRecords, AnswerState } from './store.js';

export function answerRecords(sql: Sql): AnswerRecords {
  return {
    add(answer, now) {
      const { changes } = sql.run(
        `INSERT INTO answer (message_id, answers, series, review, findings, recipients, about, mail, state, due_at, changed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?) ON CONFLICT (message_id) DO NOTHING`,
        answer.messageId,
        answer.answers,
        answer.series,
        answer.review,
        JSON.stringify(answer.findings),
        JSON.stringify(answer.recipients),
        JSON.stringify(answer.about),
        answer.mail,
        answer.dueAt,
        now,
      );
      return changes > 0;
    },
    find(messageId) {
      const row = sql.first('SELECT * FROM answer WHERE message_id = ?', messageId);
      return row === null ? null : answer(row);
    },
    setState(id, state, reason, now) {
      sql.run(
        `UPDATE answer SET state = ?1, reason = ?2, changed_at = ?3, attempts = attempts + (?1 = 'sending') WHERE id = ?4`,
        state,
        reason,
        now,
        id,
      );
    },
    postpone(id, dueAt, reason, now) {
      sql.run(
        // One that was begun has been counted; one that had failed begins anew.
        `UPDATE answer SET state = 'waiting', due_at = ?, reason = ?, changed_at = ?,
           attempts = CASE state WHEN 'sending' THEN attempts WHEN 'failed' THEN 0 ELSE attempts + 1 END WHERE id = ?`,
        dueAt,
        reason,
        now,
        id,
      );
    },
    inState: (state) => sql.all('SELECT * FROM answer WHERE state = ? ORDER BY id', state).map(answer),
    due: (now) =>
      sql
        .all("SELECT * FROM answer WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id", now)
        .map(answer),
    nextDue: () =>
      sql.first("SELECT min(due_at) AS next FROM answer WHERE state = 'waiting'")?.['next'] as number | null,
    ofSeries: (series) => sql.all('SELECT * FROM answer WHERE series = ? ORDER BY id', series).map(answer),
    to: (messageId) => sql.all('SELECT * FROM answer WHERE answers = ? ORDER BY id', messageId).map(answer),
    sentSince: (since) =>
      number(
        sql.first(
          "SELECT count(*) AS n FROM answer WHERE state IN ('sending', 'sent', 'doubt') AND changed_at >= ?",
          since,
        )!,
        'n',
      ),
    count() {
      const counts = { waiting: 0, sending: 0, sent: 0, doubt: 0, failed: 0, dropped: 0 };
      for (const row of sql.all('SELECT state, count(*) AS n FROM answer GROUP BY state')) {
        counts[text(row, 'state') as AnswerState] = number(row, 'n');
      }
      return counts;
    },
  };
}

function answer(row: Row): AnswerRecord {
  return {
    id: number(row, 'id'),
    messageId: text(row, 'message_id'),
    answers: text(row, 'answers'),
    series: row['series'] as number | null,
    review: row['review'] as number | null,
    findings: JSON.parse(text(row, 'findings')) as string[],
    recipients: JSON.parse(text(row, 'recipients')) as string[],
    about: JSON.parse(text(row, 'about')) as Case,
    mail: Buffer.from(row['mail'] as ArrayBuffer),
    state: text(row, 'state') as AnswerState,
    reason: row['reason'] as string | null,
    dueAt: number(row, 'due_at'),
    attempts: number(row, 'attempts'),
    changedAt: number(row, 'changed_at'),
  };
}
