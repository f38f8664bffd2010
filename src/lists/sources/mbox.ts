import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RectoError } from '../../errors.js';
import { MAX_LIST_MAIL_BYTES } from '../../mail/limits.js';
import { splitMbox } from '../../mail/mbox.js';
import { reasonOf } from '../../tree/cache.js';
import { foundMail, type Source, type SourceEvent, type Start } from '../source.js';

interface Position {
  readonly offset: number;
  /** Of the first bytes of the file, by which it is known again; and how many these are. */
  readonly head: string;
  readonly headBytes: number;
}

/** Read at once; a mail that is longer is passed over. */
const CHUNK = 2 * MAX_LIST_MAIL_BYTES;
const HEAD = 1024;

/** A file that was written to less than this ago may end in half a mail. */
const QUIET = 1000;

/** An mbox that grows. One that was replaced by another is read from its beginning; mails are known by their ids. */
export function mboxSource(name: string, path: string, start: Start): Source {
  return {
    name,
    keeps: false,
    async *read(position) {
      const file = await openFile(path);
      try {
        const size = await quietSize(file);
        const before = position === null ? null : (JSON.parse(position) as Position);
        const same =
          before !== null && size >= before.offset && (await headOf(file, before.headBytes)) === before.head;
        let offset = same ? before.offset : position === null && start === 'now' ? size : 0;
        const headBytes = Math.min(HEAD, size);
        const head = await headOf(file, headBytes);
        const at = () => JSON.stringify({ offset, head, headBytes } satisfies Position);
        if (offset >= size) yield { events: [], position: at() };
        while (offset < size) {
          const chunk = await readAt(file, offset, Math.min(CHUNK, size - offset));
          const last = offset + chunk.length >= size;
          const { events, used } = eventsIn(chunk, offset, last, start);
          offset += used;
          yield { events, position: at() };
        }
      } finally {
        await file.close();
      }
    },
    fetch: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new RectoError('no-list', `the mbox ${path} cannot be read: ${reasonOf(error)}`, path);
  }
}

async function quietSize(file: FileHandle): Promise<number> {
  for (;;) {
    const { size, mtimeMs } = await file.stat();
    const age = Date.now() - mtimeMs;
    if (age >= QUIET || age < 0) return size;
    await sleep(QUIET - age);
  }
}

async function headOf(file: FileHandle, bytes: number): Promise<string> {
  return createHash('sha256')
    .update(await readAt(file, 0, bytes))
    .digest('hex');
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** The mails in a piece of the file; the last one only where nothing follows it. */
function eventsIn(
  chunk: Buffer,
  offset: number,
  last: boolean,
  start: Start,
): { events: SourceEvent[]; used: number } {
  const entries = splitMbox(chunk);
  if (entries === null) {
    // Not at a `From ` line: the file is no mbox here. What comes after the next one may be.
    const next = chunk.indexOf('\nFrom ');
    const used = next < 0 ? chunk.length : next + 1;
    const reason = 'it is no mail: an mbox has a "From " line in front of each';
    return { events: [{ kind: 'unreadable', place: String(offset), reason }], used };
  }
  if (entries.length === 1 && !last) {
    const reason = `it has more than ${String(chunk.length >> 20)} MB`;
    return { events: [{ kind: 'unreadable', place: String(offset), reason }], used: chunk.length };
  }
  const whole = last ? entries : entries.slice(0, -1);
  const events: SourceEvent[] = [];
  let from = 0;
  for (const { bytes, end } of whole) {
    const arrived = arrivalOf(chunk, from);
    const place = String(offset + from);
    from = end;
    if (typeof start === 'object' && arrived !== null && arrived < start.since) continue;
    events.push(foundMail(place, Buffer.from(bytes), arrived));
  }
  return { events, used: whole.at(-1)!.end };
}

/** The date at the end of a `From ` line, when it is one: git and public-inbox write a fixed date of 2001. */
function arrivalOf(chunk: Buffer, at: number): number | null {
  const line =
    chunk
      .toString('latin1', at, Math.min(at + 400, chunk.length))
      .trimStart()
      .split('\n')[0] ?? '';
  const date = /\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/.exec(line)?.[0];
  const time = date === undefined ? NaN : Date.parse(`${date} UTC`);
  return Number.isNaN(time) || date!.endsWith('Sep 17 00:00:00 2001') || time < Date.UTC(1990) ? null : time;
}
