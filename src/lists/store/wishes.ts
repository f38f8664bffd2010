import { number, text, type Row, type Sql } from './sql.js';
import type { Wish, WishRecords } from './store.js';

export function wishRecords(sql: Sql): WishRecords {
  return {
    add(wish) {
      sql.run(
        'INSERT OR IGNORE INTO wish (what, about, reason, said_by, at, message_id) VALUES (?, ?, ?, ?, ?, ?)',
        wish.what,
        wish.about,
        wish.reason,
        wish.by,
        wish.at,
        wish.messageId,
      );
    },
    dismissal(finding) {
      const row = sql.first(
        "SELECT * FROM wish WHERE what = 'dismiss' AND substr(?, 1, length(about)) = about ORDER BY at DESC LIMIT 1",
        finding,
      );
      return row === null ? null : wish(row);
    },
    isMuted: (what, about) =>
      sql.first('SELECT 1 AS yes FROM wish WHERE what = ? AND about = ?', what, about) !== null,
    all: () => sql.all('SELECT * FROM wish ORDER BY at').map(wish),
  };
}

function wish(row: Row): Wish {
  return {
    what: text(row, 'what') as Wish['what'],
    about: text(row, 'about'),
    reason: text(row, 'reason'),
    by: text(row, 'said_by'),
    at: number(row, 'at'),
    messageId: text(row, 'message_id'),
  };
}
