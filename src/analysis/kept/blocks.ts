import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/**
 * A file of sections that are read where they are asked for. It is never changed once written:
 *
 *     recto-kept 1 <schema> <length of index> <sha256 of index>
 *     index: JSON, where the sections are, and the CRC-32 of each block of the body
 *     body: the sections, one behind the other
 */
export interface Sections {
  /** What was written of this name, from `offset` on. Throws DamagedFile. */
  read(name: string, offset: number, length: number): Buffer;
  /** A section as a whole. */
  whole(name: string): Buffer;
}

/** The file is not what was written. */
export class DamagedFile extends Error {}

interface Index {
  readonly size: number;
  readonly sections: Readonly<Record<string, readonly [offset: number, length: number]>>;
  readonly checks: readonly number[];
}

const MAGIC = 'recto-kept 1';
/** The first line is much shorter. */
const HEAD = 300;
/** What is checked and read at once. */
const BLOCK = 32 * 1024;

/** The bytes of a file with these sections, in parts. */
export function sectionFile(schema: string, sections: ReadonlyMap<string, Uint8Array>): Buffer {
  const places: Record<string, readonly [number, number]> = {};
  let size = 0;
  for (const [name, content] of sections) {
    places[name] = [size, content.length];
    size += content.length;
  }
  const body = Buffer.concat([...sections.values()], size);
  const checks: number[] = [];
  for (let at = 0; at < size; at += BLOCK) checks.push(crc32(body.subarray(at, at + BLOCK)));
  const index = Buffer.from(JSON.stringify({ size, sections: places, checks } satisfies Index));
  const head = Buffer.from(`${MAGIC} ${schema} ${String(index.length)} ${sha256(index)}\n`);
  return Buffer.concat([head, index, body]);
}

/** Opens such a file; null when it is not there, of another schema, or not whole. */
export function openSections(path: string, schema: string): Sections | null {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const opened = file;
    const source: Source = {
      size: fstatSync(opened).size,
      read: (from, length) => readAt(opened, from, length),
    };
    const sections = readSections(source, schema);
    if (sections !== null) {
      unused.register(sections, opened);
      return sections;
    }
  } catch {
    // Gone since it was listed, or not readable: the same as not there.
  }
  if (file !== null) closeSync(file);
  return null;
}

/** What was read of a tree is asked for more of as long as anybody holds a part of it. */
const unused = new FinalizationRegistry<number>((file) => {
  closeSync(file);
});

/** The same for bytes in memory. */
export function sectionsIn(bytes: Buffer, schema: string): Sections {
  const source = {
    size: bytes.length,
    read: (from: number, length: number) => bytes.subarray(from, from + length),
  };
  const sections = readSections(source, schema);
  if (sections === null) throw new DamagedFile('these are no sections');
  return sections;
}

interface Source {
  readonly size: number;
  read(from: number, length: number): Buffer;
}

function readSections(source: Source, schema: string): Sections | null {
  const first = source.read(0, Math.min(HEAD, source.size));
  const end = first.indexOf(10);
  const head = first.toString('latin1', 0, Math.max(end, 0)).split(' ');
  if (head.slice(0, 3).join(' ') !== `${MAGIC} ${schema}`) return null;
  const length = Number(head[3]);
  const start = end + 1 + length;
  if (!Number.isSafeInteger(length) || length < 0 || start > source.size) return null;
  const text = source.read(end + 1, length);
  if (sha256(text) !== head[4]) return null;
  const index = JSON.parse(text.toString('utf8')) as Index;
  return start + index.size === source.size ? new OpenSections(source, start, index) : null;
}

class OpenSections implements Sections {
  private readonly source: Source;
  private readonly start: number;
  private readonly index: Index;
  private readonly blocks = new Map<number, Buffer>();

  constructor(source: Source, start: number, index: Index) {
    this.source = source;
    this.start = start;
    this.index = index;
  }

  read(name: string, offset: number, length: number): Buffer {
    const place = this.index.sections[name];
    if (!place || offset < 0 || length < 0 || offset + length > place[1])
      throw new DamagedFile(`${name} is too short`);
    const from = place[0] + offset;
    const first = Math.floor(from / BLOCK);
    const within = from - first * BLOCK;
    if (within + length <= BLOCK) return this.block(first).subarray(within, within + length);
    const parts: Buffer[] = [];
    for (let at = first; at * BLOCK < from + length; at++) parts.push(this.block(at));
    return Buffer.concat(parts).subarray(within, within + length);
  }

  whole(name: string): Buffer {
    return this.read(name, 0, this.index.sections[name]?.[1] ?? -1);
  }

  private block(at: number): Buffer {
    let block = this.blocks.get(at);
    if (block === undefined) {
      const from = at * BLOCK;
      block = this.source.read(this.start + from, Math.min(BLOCK, this.index.size - from));
      if (crc32(block) !== this.index.checks[at]) throw new DamagedFile(`block ${String(at)} is damaged`);
      this.blocks.set(at, block);
    }
    return block;
  }
}

/** Throws when the file is shorter. */
function readAt(file: number, position: number, length: number): Buffer {
  const content = Buffer.allocUnsafeSlow(length);
  let read = 0;
  while (read < length) {
    const count = readSync(file, content, read, length - read, position + read);
    if (count === 0) throw new DamagedFile('the file is cut off');
    read += count;
  }
  return content;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
