import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../src/lists/store/migrations.js';
import { openSql } from '../../src/lists/store/sql.js';
import { lockStore, openSqliteStore } from '../../src/lists/store/sqlite.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recto-store-'));
  path = join(folder, 'recto.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the store', () => {
  it('does all of a transaction or nothing', () => {
    const store = openSqliteStore(path);
    expect(() =>
      store.transaction(() => {
        store.sources.setPosition('a', 'there');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(store.sources.position('a')).toBeNull();
    store.close();
  });

  it('keeps what is committed, in a write-ahead log that is synchronous', () => {
    const store = openSqliteStore(path);
    store.transaction(() => {
      store.sources.setPosition('a', 'there');
    });
    const other = openSqliteStore(path);
    expect(other.sources.position('a')).toBe('there');
    other.close();
    store.close();
    const sql = openSql(path);
    expect(sql.first('PRAGMA journal_mode')?.['journal_mode']).toBe('wal');
    sql.close();
  });

  it('brings an older file up to date, and refuses a newer one', () => {
    const old = openSql(path);
    old.script(
      `${MIGRATIONS[0]!}; PRAGMA user_version = 1; INSERT INTO source (name, position) VALUES ('a', 'there')`,
    );
    old.close();
    const store = openSqliteStore(path);
    expect(store.sources.position('a')).toBe('there');
    store.close();
    const newer = openSql(path);
    expect(newer.first('PRAGMA user_version')?.['user_version']).toBe(MIGRATIONS.length);
    newer.script('PRAGMA user_version = 999');
    newer.close();
    expect(() => openSqliteStore(path)).toThrow(/written by a newer Recto/);
  });

  it('is for one follower at a time', () => {
    const lock = lockStore(path);
    expect(() => lockStore(path)).toThrow(/another recto is following/);
    lock.release();
    lockStore(path).release();
  });

  it('makes one thread of several when a mail connects them', () => {
    const store = openSqliteStore(':memory:');
    const first = store.mails.thread(['a', 'b']);
    const second = store.mails.thread(['c', 'd']);
    expect(second).not.toBe(first);
    expect(store.mails.thread(['e', 'd', 'b'])).toBe(first);
    expect(store.mails.thread(['c'])).toBe(first);
    store.close();
  });
});
