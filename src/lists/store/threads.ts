import { number, text, type Sql } from './sql.js';
import type { WorkingSet } from './working-set.js';

/** Which thread each message-id belongs to. */
export interface Threads {
  /** The thread that all these ids are in; threads that turn out to be one become one, and the smaller number wins. */
  of(ids: readonly string[]): number;
  /** Looks up at once what will be asked about. */
  expect(ids: readonly string[]): void;
  /** Writes the ids that are new, before a transaction is committed. */
  flush(): void;
  /** To be called when a transaction was taken back: what was remembered of it is not true. */
  forget(): void;
}

/** Ids that are kept in memory: a reply comes soon after what it answers. */
const KEPT = 50_000;

/** An id that no mail has named yet. */
const NONE = 0;

export function openThreads(sql: Sql, working: WorkingSet): Threads {
  const known = new Map<string, number>();
  const unwritten: [id: string, thread: number][] = [];
  let next: number | null = null;

  const begin = () => {
    next ??= number(sql.first('SELECT coalesce(max(thread), 0) + 1 AS next FROM thread_id')!, 'next');
    working.beginThread(next);
    return next++;
  };
  const flush = () => {
    if (unwritten.length === 0) return;
    sql.run(
      `INSERT INTO thread_id (message_id, thread) SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
      JSON.stringify(unwritten.splice(0)),
    );
  };
  const look = (ids: readonly string[]) => {
    const missing = ids.filter((id) => !known.has(id));
    if (missing.length === 0) return;
    for (const id of missing) known.set(id, NONE);
    const statement =
      'SELECT message_id, thread FROM thread_id WHERE message_id IN (SELECT value FROM json_each(?))';
    for (const row of sql.all(statement, JSON.stringify(missing)))
      known.set(text(row, 'message_id'), number(row, 'thread'));
  };
  const add = (id: string, thread: number) => {
    known.set(id, thread);
    unwritten.push([id, thread]);
  };
  return {
    of(ids) {
      look(ids);
      const threads = new Set(ids.map((id) => known.get(id)!).filter((thread) => thread !== NONE));
      const into = threads.size === 0 ? begin() : Math.min(...threads);
      for (const id of ids) if (known.get(id) === NONE) add(id, into);
      if (threads.size > 1) {
        flush();
        working.flush();
        for (const other of threads) if (other !== into) move(sql, other, into);
        for (const [id, thread] of known) if (threads.has(thread)) known.set(id, into);
      }
      return into;
    },
    expect(ids) {
      flush();
      if (known.size > KEPT) known.clear();
      look([...new Set(ids)]);
    },
    flush,
    forget() {
      known.clear();
      unwritten.length = 0;
      next = null;
    },
  };
}

function move(sql: Sql, from: number, into: number): void {
  sql.run(
    `UPDATE mail SET thread = ?2 WHERE message_id IN (SELECT message_id FROM thread_id WHERE thread = ?1)`,
    from,
    into,
  );
  sql.run('UPDATE series SET thread = ?2 WHERE thread = ?1', from, into);
  sql.run('UPDATE thread_id SET thread = ?2 WHERE thread = ?1', from, into);
}
