import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { writeWhole } from '../tree/cache.js';

/**
 * A pack holds what is known of many blobs and is never changed once written:
 *
 *     recto-pack 2 <schema> <length of index> <sha256 of index>
 *     <id>                          of a blob that holds nothing for us
 *     <id> <offset> <length>        of one whose facts are in the body, there
 *     body: facts as fact-bytes.ts writes them, each with a checksum
 */
export interface Pack {
  readonly size: number;
  /** Ids of all entries that are whole as far as is known. */
  ids(): Iterable<string>;
  /** The entry as stored; undefined when there is none or it cannot be read. */
  get(id: string): PackEntry | undefined;
  /** Where the entry is: null for a blob that holds nothing for us, undefined when there is none. */
  place(id: string): readonly [offset: number, length: number] | null | undefined;
  /** Forgets an entry that turned out damaged. */
  forget(id: string): void;
  close(): void;
}

/** Facts as bytes, or null for a blob that holds nothing for us. */
export type PackEntry = Buffer | null;

const magic = 'recto-pack 2';
/** The first line is much shorter. */
const headLimit = 300;

/** Opens a pack; null when it is not there, of another schema, or its index is damaged. */
export function openPack(path: string, schema: string): Pack | null {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const pack = readPack(file, schema);
    if (pack !== null) return pack;
  } catch {
    // Gone since it was listed, or not readable: the same as not there.
  }
  if (file !== null) closeSync(file);
  return null;
}

/** Writes a pack in one step. Throws what the file system says. */
export function writePack(
  directory: string,
  name: string,
  schema: string,
  entries: ReadonlyMap<string, PackEntry>,
): void {
  const lines: string[] = [];
  const body: Buffer[] = [];
  let offset = 0;
  for (const [id, packed] of entries) {
    if (packed === null) {
      lines.push(id);
    } else {
      lines.push(`${id} ${String(offset)} ${String(packed.length)}`);
      body.push(packed);
      offset += packed.length;
    }
  }
  const index = Buffer.from(lines.join('\n'));
  const head = Buffer.from(`${magic} ${schema} ${String(index.length)} ${sha256(index)}\n`);
  writeWhole(directory, name, Buffer.concat([head, index, ...body]));
}

function readPack(file: number, schema: string): Pack | null {
  const { size } = fstatSync(file);
  const first = readAt(file, 0, Math.min(headLimit, size));
  const end = first.indexOf(10);
  const head = first.toString('utf8', 0, Math.max(end, 0)).split(' ');
  if (head.slice(0, 3).join(' ') !== `${magic} ${schema}`) return null;
  const length = Number(head[3]);
  const start = end + 1 + length;
  if (!Number.isSafeInteger(length) || length < 0 || start > size) return null;
  const index = readAt(file, end + 1, length);
  if (sha256(index) !== head[4]) return null;

  const places = new Map<string, readonly [number, number] | null>();
  for (const line of index.toString('latin1').split('\n')) {
    if (line === '') continue;
    const [id, offset, bytes] = line.split(' ');
    if (offset === undefined) places.set(id!, null);
    // What was cut off behind the index is not there.
    else if (start + Number(offset) + Number(bytes) <= size)
      places.set(id!, [start + Number(offset), Number(bytes)]);
  }
  return {
    size,
    ids: () => places.keys(),
    place: (id) => places.get(id),
    get(id) {
      const place = places.get(id);
      if (place === undefined || place === null) return place;
      try {
        return readAt(file, place[0], place[1]);
      } catch {
        places.delete(id);
        return undefined;
      }
    },
    forget(id) {
      places.delete(id);
    },
    close() {
      closeSync(file);
    },
  };
}

/** Throws when the file is shorter. */
function readAt(file: number, position: number, length: number): Buffer {
  const content = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const count = readSync(file, content, read, length - read, position + read);
    if (count === 0) throw new Error('the file is cut off');
    read += count;
  }
  return content;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
