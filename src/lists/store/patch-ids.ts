import { mailOf } from './mail-row.js';
import { number, type Sql } from './sql.js';
import type { PatchIdRecords } from './store.js';

export function patchIdRecords(sql: Sql): PatchIdRecords {
  return {
    add(mail, part, id) {
      sql.run('INSERT OR IGNORE INTO patch_id (id, mail, part) VALUES (?, ?, ?)', id, mail, part);
    },
    find(id) {
      const row = sql.first(
        `SELECT mail.*, part FROM patch_id JOIN mail ON mail.id = patch_id.mail
         WHERE patch_id.id = ? AND gone = 0 ORDER BY arrived DESC, mail.id DESC LIMIT 1`,
        id,
      );
      return row === null ? null : { mail: mailOf(row), part: number(row, 'part') };
    },
    without: (since, until, sender, limit) =>
      sql
        .all(
          `SELECT * FROM mail WHERE kind = 'patch' AND gone = 0 AND arrived BETWEEN ? AND ?
             AND NOT EXISTS (SELECT 1 FROM patch_id WHERE patch_id.mail = mail.id)
           ORDER BY sender_address = ? DESC, arrived DESC LIMIT ?`,
          since,
          until,
          sender,
          limit,
        )
        .map(mailOf),
  };
}
