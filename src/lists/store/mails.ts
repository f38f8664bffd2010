import type { LetterKind } from '../letter.js';
import { number, text, type Row, type Sql } from './sql.js';
import type { MailRecord, MailRecords } from './store.js';
import type { Threads } from './threads.js';

export function mailRecords(sql: Sql, threads: Threads): MailRecords {
  const get = (id: number) => mail(sql.first('SELECT * FROM mail WHERE id = ?', id)!);
  const places = (id: number) =>
    sql
      .all('SELECT source, place FROM mail_place WHERE mail = ?', id)
      .map((row) => ({ source: text(row, 'source'), place: text(row, 'place') }));
  return {
    get,
    places,
    known: (messageIds) =>
      new Set(
        sql
          .all(
            'SELECT message_id FROM mail WHERE message_id IN (SELECT value FROM json_each(?))',
            JSON.stringify(messageIds),
          )
          .map((row) => text(row, 'message_id')),
      ),
    find: (messageId) => mailOrNull(sql.first('SELECT * FROM mail WHERE message_id = ?', messageId)),
    at: (source, place) =>
      mailOrNull(
        sql.first(
          'SELECT mail.* FROM mail_place JOIN mail ON mail.id = mail WHERE source = ? AND place = ?',
          source,
          place,
        ),
      ),
    add(letter, arrived, thread) {
      const { id } = sql.run(
        `INSERT INTO mail (message_id, kind, reason, title, sender_name, sender_address, arrived, automatic, thread, threaded, announces)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        letter.messageId,
        letter.kind,
        letter.reason,
        letter.title,
        letter.sender.name,
        letter.sender.address,
        arrived,
        letter.automatic,
        thread,
        Number(letter.references.length > 0),
        letter.announces.length === 0 ? null : JSON.stringify(letter.announces),
      );
      return {
        id,
        messageId: letter.messageId,
        kind: letter.kind,
        reason: letter.reason,
        title: letter.title,
        senderName: letter.sender.name,
        senderAddress: letter.sender.address,
        arrived,
        automatic: letter.automatic,
        thread,
        threaded: letter.references.length > 0,
        series: null,
        number: null,
        announces: letter.announces,
        gone: false,
      };
    },
    addPlaces(source, some) {
      if (some.length === 0) return;
      sql.run(
        `INSERT INTO mail_place (source, place, mail)
         SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE true
         ON CONFLICT (source, place) DO UPDATE SET mail = excluded.mail, doubted = 0`,
        source,
        JSON.stringify(some),
      );
    },
    removePlace(source, place) {
      const [row] = sql.all(
        'DELETE FROM mail_place WHERE source = ? AND place = ? RETURNING mail',
        source,
        place,
      );
      if (row === undefined) return null;
      const id = number(row, 'mail');
      return places(id).length === 0 ? get(id) : null;
    },
    doubtPlaces(source, prefix) {
      sql.run(
        'UPDATE mail_place SET doubted = 1 WHERE source = ? AND substr(place, 1, ?) = ?',
        source,
        prefix.length,
        prefix,
      );
    },
    doubtedPlaces: (source, prefix) =>
      sql
        .all(
          'SELECT place FROM mail_place WHERE source = ? AND doubted = 1 AND substr(place, 1, ?) = ?',
          source,
          prefix.length,
          prefix,
        )
        .map((row) => text(row, 'place')),
    setGone(id, gone) {
      sql.run('UPDATE mail SET gone = ? WHERE id = ?', gone ? 1 : 0, id);
    },
    setSeries(id, series, position, topic) {
      sql.run('UPDATE mail SET series = ?, number = ?, topic = ? WHERE id = ?', series, position, topic, id);
    },
    setContent(id, content) {
      if (content === null) sql.run('DELETE FROM mail_content WHERE mail = ?', id);
      else sql.run('INSERT OR REPLACE INTO mail_content (mail, bytes) VALUES (?, ?)', id, content);
    },
    content(id) {
      const bytes = sql.first('SELECT bytes FROM mail_content WHERE mail = ?', id)?.['bytes'] ?? null;
      return bytes === null ? null : Buffer.from(bytes as ArrayBuffer);
    },
    forgetContent(before) {
      sql.run(
        `DELETE FROM mail_content WHERE mail IN
           (SELECT mail.id FROM mail JOIN series ON series.id = mail.series
            WHERE series.last_at < ? AND series.state != 'gathering')`,
        before,
      );
    },
    ofSeries: (series) =>
      sql.all('SELECT * FROM mail WHERE series = ? ORDER BY number, id', series).map(mail),
    aside: (limit) =>
      sql.all("SELECT * FROM mail WHERE kind = 'aside' ORDER BY id DESC LIMIT ?", limit).map(mail),
    thread: (ids) => threads.of(ids),
    expectThreads: (ids) => {
      threads.expect(ids);
    },
  };
}

function mailOrNull(row: Row | null): MailRecord | null {
  return row === null ? null : mail(row);
}

function mail(row: Row): MailRecord {
  return {
    id: number(row, 'id'),
    messageId: text(row, 'message_id'),
    kind: text(row, 'kind') as LetterKind,
    reason: row['reason'] as string | null,
    title: text(row, 'title'),
    senderName: text(row, 'sender_name'),
    senderAddress: text(row, 'sender_address'),
    arrived: number(row, 'arrived'),
    automatic: row['automatic'] as string | null,
    thread: number(row, 'thread'),
    threaded: row['threaded'] === 1,
    series: row['series'] as number | null,
    number: row['number'] as number | null,
    announces: row['announces'] === null ? [] : (JSON.parse(text(row, 'announces')) as string[]),
    gone: row['gone'] === 1,
  };
}
