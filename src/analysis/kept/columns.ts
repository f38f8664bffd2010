import { CallGraph } from '../call-graph.js';
import { DamagedFile, type Sections } from './blocks.js';

/** Sections by name, as they are written. */
export type NewSections = Map<string, Uint8Array>;

const WORD = 4;

/** Writes texts that are found again by number. */
export function writeList(sections: NewSections, name: string, items: Iterable<string | Uint8Array>): void {
  const ends: number[] = [0];
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const item of items) {
    const bytes = typeof item === 'string' ? Buffer.from(item) : item;
    parts.push(bytes);
    ends.push((size += bytes.length));
  }
  writeNumbers(sections, `${name}.ends`, ends);
  sections.set(name, Buffer.concat(parts, size));
}

/** Texts that are found by number, from 0. */
export class List {
  private readonly sections: Sections;
  private readonly name: string;

  constructor(sections: Sections, name: string) {
    this.sections = sections;
    this.name = name;
  }

  /** Throws DamagedFile when there is none of that number. */
  bytes(at: number): Buffer {
    const ends = this.sections.read(`${this.name}.ends`, at * WORD, 2 * WORD);
    const from = ends.readUInt32LE(0);
    return this.sections.read(this.name, from, ends.readUInt32LE(WORD) - from);
  }

  text(at: number): string {
    return this.bytes(at).toString('utf8');
  }

  /** The first so many, read at once. */
  first(count: number): readonly string[] {
    if (count === 0) return [];
    const ends = this.sections.read(`${this.name}.ends`, 0, (count + 1) * WORD);
    const bytes = this.sections.read(this.name, 0, ends.readUInt32LE(count * WORD));
    const text = bytes.toString('latin1');
    const isPlain = text.length === Buffer.byteLength(text);
    const items: string[] = [];
    for (let at = 0, from = 0; at < count; at++) {
      const to = ends.readUInt32LE((at + 1) * WORD);
      items.push(isPlain ? text.slice(from, to) : bytes.toString('utf8', from, to));
      from = to;
    }
    return items;
  }
}

/** Texts of a bucket, on average. */
const PER_BUCKET = 2;

/** Writes texts without line breaks that are found again by a name. */
export function writeTable(sections: NewSections, name: string, rows: ReadonlyMap<string, string>): void {
  const buckets: string[] = new Array<string>(Math.max(1, Math.ceil(rows.size / PER_BUCKET))).fill('');
  for (const [key, value] of rows) {
    const at = hashOf(key) % buckets.length;
    buckets[at] += `${keyText(key)}\t${value}\n`;
  }
  writeNumbers(sections, `${name}.size`, [buckets.length]);
  writeList(sections, name, buckets);
}

/** Texts that are found by name. */
export class Table {
  private readonly list: List;
  private readonly size: number;
  private readonly found = new Map<string, string | null>();

  constructor(sections: Sections, name: string) {
    this.list = new List(sections, name);
    this.size = sections.read(`${name}.size`, 0, WORD).readUInt32LE(0);
    if (this.size === 0) throw new DamagedFile(`${name} has no buckets`);
  }

  get(key: string): string | null {
    let value = this.found.get(key);
    if (value === undefined) this.found.set(key, (value = this.look(key)));
    return value;
  }

  private look(name: string): string | null {
    const bucket = this.list.text(hashOf(name) % this.size);
    const key = keyText(name);
    const start = bucket.startsWith(`${key}\t`) ? 0 : bucket.indexOf(`\n${key}\t`) + 1;
    if (start === 0 && !bucket.startsWith(`${key}\t`)) return null;
    return bucket.slice(start + key.length + 1, bucket.indexOf('\n', start));
  }
}

/** A type may be written over several lines. */
function keyText(key: string): string {
  return key.replace(/[\t\n]/g, ' ');
}

/** FNV-1a. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

export function writeNumbers(sections: NewSections, name: string, numbers: ArrayLike<number>): void {
  const bytes = Buffer.alloc(numbers.length * WORD);
  for (let at = 0; at < numbers.length; at++) bytes.writeUInt32LE(numbers[at]!, at * WORD);
  sections.set(name, bytes);
}

/** Numbers that are asked for all over. */
export function readNumbers(sections: Sections, name: string): Uint32Array {
  return numbersOf(sections.whole(name));
}

function numbersOf(bytes: Buffer): Uint32Array {
  // A view has to begin at a multiple of its word, and machines that have the other order are none of ours.
  return new Uint32Array(new Uint8Array(bytes).buffer);
}

/** Writes who belongs to whom, so that one can be asked for. */
export function writeGraph(sections: NewSections, name: string, { starts, targets }: CallGraph): void {
  writeNumbers(sections, `${name}.starts`, starts);
  writeNumbers(sections, `${name}.targets`, targets);
}

/** A graph as it was written, of which parts are read. */
export class GraphReader {
  private readonly sections: Sections;
  private readonly name: string;

  constructor(sections: Sections, name: string) {
    this.sections = sections;
    this.name = name;
  }

  /** The targets of one function. */
  targets(number: number): Uint32Array {
    const ends = this.sections.read(`${this.name}.starts`, number * WORD, 2 * WORD);
    const [from, to] = [ends.readUInt32LE(0), ends.readUInt32LE(WORD)];
    return numbersOf(this.sections.read(`${this.name}.targets`, from * WORD, (to - from) * WORD));
  }

  whole(): CallGraph {
    return new CallGraph(
      readNumbers(this.sections, `${this.name}.starts`),
      readNumbers(this.sections, `${this.name}.targets`),
    );
  }
}

/** Ascending numbers as text: differences, in base 36. */
export function numbersText(numbers: readonly number[]): string {
  let last = 0;
  return numbers
    .map((number) => {
      const difference = number - last;
      last = number;
      return difference.toString(36);
    })
    .join(',');
}

export function numbersIn(text: string | null): number[] {
  if (text === null || text === '') return [];
  let last = 0;
  return text.split(',').map((difference) => (last += parseInt(difference, 36)));
}
