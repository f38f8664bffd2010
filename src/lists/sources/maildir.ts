import { lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RectoError } from '../../errors.js';
import { MAX_LIST_MAIL_BYTES } from '../../mail/limits.js';
import { reasonOf } from '../../tree/cache.js';
import { foundMail, type Source, type SourceEvent, type Start } from '../source.js';

const BATCH_EVENTS = 100;

/**
 * A Maildir, as https://cr.yp.to/proto/maildir.html has it. Nothing in it is moved or marked. Mails are known by their
 * unique names, which stay when a mail reader moves them to `cur`; that one is deleted there says nothing about the list.
 */
export function maildirSource(name: string, path: string, start: Start): Source {
  return {
    name,
    keeps: false,
    async *read(position, isKnown) {
      const since = position === null ? sinceOf(start) : Number(position);
      const at = String(since);
      let events: SourceEvent[] = [];
      for (const { file, unique } of await listFiles(path)) {
        if (isKnown(unique)) continue;
        const event = await readEvent(file, unique, since);
        if (event) events.push(event);
        if (events.length < BATCH_EVENTS) continue;
        yield { events, position: at };
        events = [];
      }
      yield { events, position: at };
    },
    fetch: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}

function sinceOf(start: Start): number {
  if (start === 'beginning') return 0;
  return start === 'now' ? Date.now() : start.since;
}

/** In the order of their names, which begin with the time. */
async function listFiles(path: string): Promise<{ file: string; unique: string }[]> {
  const found: { file: string; unique: string }[] = [];
  for (const folder of ['new', 'cur']) {
    let names: string[];
    try {
      names = await readdir(join(path, folder));
    } catch (error) {
      throw new RectoError('no-list', `the Maildir ${path} cannot be read: ${reasonOf(error)}`, path);
    }
    for (const name of names) {
      if (!name.startsWith('.')) found.push({ file: join(path, folder, name), unique: name.split(':')[0]! });
    }
  }
  return found.sort((a, b) => (a.unique < b.unique ? -1 : 1));
}

/** A mail got here when its file was put here: its own times may be older. */
async function readEvent(file: string, unique: string, since: number): Promise<SourceEvent | null> {
  try {
    const stats = await lstat(file);
    if (!stats.isFile() || stats.ctimeMs < since) return null;
    if (stats.size > MAX_LIST_MAIL_BYTES) {
      return { kind: 'unreadable', place: unique, reason: `it has ${String(stats.size >> 20)} MB` };
    }
    return foundMail(unique, await readFile(file), Math.floor(stats.mtimeMs));
  } catch (error) {
    // A mail reader has moved it meanwhile: it is found at its new place the next time.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    return { kind: 'unreadable', place: unique, reason: reasonOf(error) };
  }
}
