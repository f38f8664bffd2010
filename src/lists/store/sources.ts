import { number, text, type Sql } from './sql.js';
import type { SourceRecords } from './store.js';

export function sourceRecords(sql: Sql): SourceRecords {
  return {
    position: (name) =>
      (sql.first('SELECT position FROM source WHERE name = ?', name)?.['position'] ?? null) as string | null,
    setPosition(name, position) {
      sql.run(
        'INSERT INTO source (name, position) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET position = ?2',
        name,
        position,
      );
    },
    setRead(name, at, trouble) {
      sql.run(
        `INSERT INTO source (name, read_at, trouble) VALUES (?1, ?2, ?3) ON CONFLICT (name)
         DO UPDATE SET read_at = coalesce(?2, read_at), trouble = ?3`,
        name,
        trouble === null ? at : null,
        trouble,
      );
    },
    all: () =>
      sql
        .all(
          `SELECT name, position, read_at, trouble,
             (SELECT count(*) FROM mail_place WHERE mail_place.source = source.name) AS mails
           FROM source ORDER BY name`,
        )
        .map((row) => ({
          name: text(row, 'name'),
          position: row['position'] as string | null,
          readAt: row['read_at'] as number | null,
          trouble: row['trouble'] as string | null,
          mails: number(row, 'mails'),
        })),
  };
}
