import { RectoError } from '../../errors.js';
import { answerRecords } from './answers.js';
import { checkRecords } from './checks.js';
import { mailRecords } from './mails.js';
import { MIGRATIONS } from './migrations.js';
import { patchIdRecords } from './patch-ids.js';
import { seriesRecords } from './series.js';
import { sourceRecords } from './sources.js';
import { openSql, type Sql } from './sql.js';
import type { Store } from './store.js';
import { openThreads } from './threads.js';
import { wishRecords } from './wishes.js';
import { openWorkingSet } from './working-set.js';

/**
 * Opens the store in an SQLite file, which is made, or brought up to date, where needed. What is committed survives
 * the process and the machine (write-ahead log, full synchronous).
 *
 * @throws RectoError 'no-store' when the file cannot be opened, or was written by a newer Recto
 */
export function openSqliteStore(path: string): Store {
  const sql = open(path);
  const working = openWorkingSet(sql);
  const threads = openThreads(sql, working);
  return {
    transaction(work) {
      // What refers to what is looked at when it commits: it is not written in that order.
      sql.script('BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON');
      working.begin();
      try {
        const result = work();
        threads.flush();
        working.end();
        sql.script('COMMIT');
        return result;
      } catch (error) {
        sql.script('ROLLBACK');
        threads.forget();
        working.forget();
        throw error;
      }
    },
    sources: sourceRecords(sql),
    mails: mailRecords(sql, threads, working),
    patchIds: patchIdRecords(sql),
    series: seriesRecords(sql, working),
    answers: answerRecords(sql),
    wishes: wishRecords(sql),
    checks: checkRecords(sql),
    close: () => {
      sql.close();
    },
  };
}

/**
 * Takes the lock that keeps a second process from following with the same store; the system lets go of it when this
 * process ends, however it ends.
 *
 * @throws RectoError 'no-store' when somebody else has it
 */
export function lockStore(path: string): { release(): void } {
  const sql = openSql(`${path}.lock`);
  try {
    sql.script('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch {
    sql.close();
    throw new RectoError('no-store', `another recto is following with ${path}; only one can at a time`, path);
  }
  return {
    release: () => {
      sql.close();
    },
  };
}

function open(path: string): Sql {
  let sql: Sql;
  try {
    sql = openSql(path);
    sql.script('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000');
    // In kilobytes: what a batch touches need not leave memory before it is committed.
    sql.script('PRAGMA cache_size = -65536');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RectoError('no-store', `${path} cannot be opened as a store: ${reason}`, path);
  }
  migrate(sql, path);
  return sql;
}

function migrate(sql: Sql, path: string): void {
  const taken = Number(sql.first('PRAGMA user_version')?.['user_version'] ?? 0);
  if (taken > MIGRATIONS.length) {
    sql.close();
    throw new RectoError(
      'no-store',
      `${path} was written by a newer Recto; use that one, or another file`,
      path,
    );
  }
  for (let step = taken; step < MIGRATIONS.length; step++) {
    sql.script(`BEGIN IMMEDIATE; ${MIGRATIONS[step]!}; PRAGMA user_version = ${String(step + 1)}; COMMIT`);
  }
}
