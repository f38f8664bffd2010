import { number, text, type Row, type Sql } from './sql.js';
import type { CheckRecord, CheckRecords } from './store.js';

export function checkRecords(sql: Sql): CheckRecords {
  return {
    add(messageId, verdict, says, dueAt) {
      sql.run(
        `INSERT OR IGNORE INTO patch_check (message_id, verdict, says, state, due_at) VALUES (?, ?, ?, 'waiting', ?)`,
        messageId,
        verdict,
        says,
        dueAt,
      );
    },
    due: (now) =>
      sql
        .all("SELECT * FROM patch_check WHERE state = 'waiting' AND due_at <= ? ORDER BY id", now)
        .map(check),
    nextDue: () =>
      sql.first("SELECT min(due_at) AS next FROM patch_check WHERE state = 'waiting'")?.['next'] as
        number | null,
    setState(id, state, reason, dueAt) {
      sql.run(
        'UPDATE patch_check SET state = ?, reason = ?, due_at = ?, attempts = attempts + 1 WHERE id = ?',
        state,
        reason,
        dueAt,
        id,
      );
    },
    count() {
      const counts = { waiting: 0, posted: 0, failed: 0 };
      for (const row of sql.all('SELECT state, count(*) AS n FROM patch_check GROUP BY state')) {
        counts[text(row, 'state') as CheckRecord['state']] = number(row, 'n');
      }
      return counts;
    },
  };
}

function check(row: Row): CheckRecord {
  return {
    id: number(row, 'id'),
    messageId: text(row, 'message_id'),
    verdict: text(row, 'verdict') as CheckRecord['verdict'],
    says: text(row, 'says'),
    state: text(row, 'state') as CheckRecord['state'],
    reason: row['reason'] as string | null,
    attempts: number(row, 'attempts'),
  };
}
