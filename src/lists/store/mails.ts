import { mailKey, mailOf } from './mail-row.js';
import { number, text, type Row, type Sql } from './sql.js';
import type { MailRecord, MailRecords } from './store.js';
import type { Threads } from './threads.js';
import type { WorkingSet } from './working-set.js';

export function mailRecords(sql: Sql, threads: Threads, working: WorkingSet): MailRecords {
  const get = (id: number) =>
    working.newMail(id) ?? mailOf(sql.first('SELECT * FROM mail WHERE id = ?', id)!);
  const places = (id: number) =>
    sql
      .all('SELECT source, place FROM mail_place WHERE mail = ?', id)
      .map((row) => ({ source: text(row, 'source'), place: text(row, 'place') }));
  return {
    get,
    places,
    known: (keys) =>
      new Set(
        sql
          .all(
            'SELECT message_id FROM mail WHERE message_id IN (SELECT value FROM json_each(?))',
            JSON.stringify(keys),
          )
          .map((row) => text(row, 'message_id')),
      ),
    find(messageId, twin) {
      const key = mailKey(messageId, twin);
      return working.newMailOf(key) ?? mailOrNull(sql.first('SELECT * FROM mail WHERE message_id = ?', key));
    },
    at(source, place) {
      working.flush();
      return mailOrNull(
        sql.first(
          'SELECT mail.* FROM mail_place JOIN mail ON mail.id = mail WHERE source = ? AND place = ?',
          source,
          place,
        ),
      );
    },
    add: (letter, arrived, thread) =>
      working.addMail({
        messageId: letter.messageId,
        twin: letter.twin ?? null,
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
        topic: null,
        announces: letter.announces,
        gone: false,
      }),
    addPlaces(source, some) {
      if (some.length === 0) return;
      // While something refers to what is not there yet, SQLite looks for it at each row that is written.
      working.flush();
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
      working.flush();
      sql.run('UPDATE mail SET gone = ? WHERE id = ?', gone ? 1 : 0, id);
    },
    setSeries(id, series, position, topic) {
      if (working.newMail(id) !== null) {
        working.changeMail(id, { series, number: position, topic });
        return;
      }
      working.flush();
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
      working.flush();
      sql.run(
        `DELETE FROM mail_content WHERE mail IN
           (SELECT mail.id FROM mail JOIN series ON series.id = mail.series
            WHERE series.last_at < ? AND series.state != 'gathering')`,
        before,
      );
    },
    ofSeries: (series) => working.mailsOf(series).toSorted((a, b) => a.number! - b.number! || a.id - b.id),
    aside: (limit) =>
      sql.all("SELECT * FROM mail WHERE kind = 'aside' ORDER BY id DESC LIMIT ?", limit).map(mailOf),
    thread: (ids) => threads.of(ids),
    expectThreads: (ids) => {
      threads.expect(ids);
    },
  };
}

function mailOrNull(row: Row | null): MailRecord | null {
  return row === null ? null : mailOf(row);
}
