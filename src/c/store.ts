import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf } from '../tree/cache.js';
import { fromBytes, toBytes } from './fact-bytes.js';
import type { FileFacts } from './facts.js';
import { openPack, writePack } from './pack.js';
import type { Pack, PackEntry } from './pack.js';

/** What is known of a file's content: its facts, or that it holds nothing that concerns us. */
export type Stored = { readonly kind: 'facts'; readonly facts: FileFacts } | { readonly kind: 'irrelevant' };

/** Keeps what was found out about file contents, by git blob id, between runs. */
export interface FactStore {
  /** What is known of this blob, or null. What is damaged on disk is not known. */
  get(id: string): Stored | null;
  /** Whether a blob has facts, without looking into them; null when nothing is known of it. */
  kind(id: string): Stored['kind'] | null;
  /** Remembers `facts` (anything that JSON can say) of a blob. */
  put(id: string, facts: FileFacts): void;
  /** The same, for facts that were packed elsewhere. */
  putPacked(id: string, packed: NonNullable<PackEntry>): void;
  /** Remembers that a blob holds nothing that concerns us. */
  putIrrelevant(id: string): void;
  /** Writes what is new, which also happens by itself now and then. Never throws: see `trouble`. */
  flush(): void;
  /** Flushes and lets go of the files. */
  close(): void;
  /** The folder in which what else is computed may be kept beside the facts; null when nothing is kept. */
  readonly directory: string | null;
  /** What is computed beside the facts could not be kept: the rest is not tried either. */
  giveUp(reason: string): void;
  /** Why nothing can be kept ("no space left on device"), or null while all is well. */
  readonly trouble: string | null;
}

/** New bytes held in memory before they are written by themselves: an interrupted run loses little. */
const flushAt = 32 * 1024 * 1024;
/** When there are more packs than this, those smaller than `smallPack` become one. */
const packsKept = 8;
const smallPack = 64 * 1024 * 1024;
/** All packs of a schema together; beyond that the oldest go. */
const storeLimit = 1024 * 1024 * 1024;
/** Other schemas stay for so many days after they were written, the newest few of them; then their packs go. */
const staleDays = 30;
const schemasKept = 5;

/**
 * Opens the store under `directory`. `schema` names the form of the facts and the version of what computes
 * them; what was stored under another one is not seen.
 * Processes may use one store at once: a pack is never changed, only added, or merged into a new one.
 */
export function openStore(directory: string, schema: string): FactStore {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(schema)) throw new Error(`not a name for a schema: ${schema}`);
  return new PackStore(join(directory, schema), schema);
}

class PackStore implements FactStore {
  readonly directory: string;
  readonly #directory: string;
  readonly #schema: string;
  /** The newest first. */
  #packs: { readonly name: string; readonly pack: Pack }[] = [];
  /** Their indexes take a while to read, and many a review asks for nothing. */
  #areOpen = false;
  #fresh = new Map<string, PackEntry>();
  #freshSize = 0;
  trouble: string | null = null;

  constructor(directory: string, schema: string) {
    this.#directory = directory;
    this.directory = dirname(dirname(directory));
    this.#schema = schema;
  }

  get(id: string): Stored | null {
    const fresh = this.#fresh.get(id);
    if (fresh !== undefined) {
      return fresh === null ? { kind: 'irrelevant' } : { kind: 'facts', facts: fromBytes(fresh) };
    }
    this.#openAll();
    for (const { pack } of this.#packs) {
      const entry = pack.get(id);
      if (entry === undefined) continue;
      if (entry === null) return { kind: 'irrelevant' };
      try {
        return { kind: 'facts', facts: fromBytes(entry) };
      } catch {
        pack.forget(id);
      }
    }
    return null;
  }

  kind(id: string): Stored['kind'] | null {
    let entry: unknown = this.#fresh.get(id);
    this.#openAll();
    for (const { pack } of this.#packs) entry = entry === undefined ? pack.place(id) : entry;
    return entry === undefined ? null : entry === null ? 'irrelevant' : 'facts';
  }

  put(id: string, facts: FileFacts): void {
    this.#add(id, toBytes(facts));
  }

  putPacked(id: string, packed: NonNullable<PackEntry>): void {
    this.#add(id, packed);
  }

  putIrrelevant(id: string): void {
    this.#add(id, null);
  }

  #add(id: string, entry: PackEntry): void {
    // After trouble nothing will be written, so nothing is held for it.
    if (this.trouble !== null) return;
    if (!/^[0-9a-f]{40,64}$/.test(id)) throw new Error(`not a blob id: ${id}`);
    this.#fresh.set(id, entry);
    this.#freshSize += id.length + (entry?.length ?? 0);
    if (this.#freshSize > flushAt) this.flush();
  }

  giveUp(reason: string): void {
    this.trouble ??= reason;
  }

  flush(): void {
    if (this.trouble !== null || this.#fresh.size === 0) return;
    try {
      this.#openAll();
      this.#write(this.#fresh);
      this.#fresh = new Map();
      this.#freshSize = 0;
      if (this.#packs.length > packsKept) this.#merge();
      this.#dropOld();
      sweep(dirname(this.#directory), this.#schema);
    } catch (error) {
      this.trouble = reasonOf(error);
    }
  }

  close(): void {
    this.flush();
    for (const { pack } of this.#packs) pack.close();
    this.#packs = [];
  }

  #openAll(): void {
    if (this.#areOpen) return;
    this.#areOpen = true;
    for (const name of packNames(this.#directory)) this.#open(name);
  }

  #open(name: string): void {
    const pack = openPack(join(this.#directory, name), this.#schema);
    if (pack !== null) this.#packs.push({ name, pack });
  }

  #write(entries: ReadonlyMap<string, PackEntry>): void {
    const name = `${Date.now().toString(36)}-${String(process.pid)}-${randomBytes(4).toString('hex')}.pack`;
    writePack(this.#directory, name, this.#schema, entries);
    this.#open(name);
    this.#packs.unshift(...this.#packs.splice(-1));
  }

  /** Others may be merging the same packs: then entries are there twice for a while, which does no harm. */
  #merge(): void {
    const small = this.#packs.filter(({ pack }) => pack.size < smallPack);
    const entries = new Map<string, PackEntry>();
    for (const { pack } of small) {
      for (const id of [...pack.ids()]) {
        const entry = entries.has(id) ? undefined : pack.get(id);
        if (entry !== undefined) entries.set(id, entry);
      }
    }
    this.#write(entries);
    for (const { name } of small) this.#drop(name);
  }

  #dropOld(): void {
    let size = 0;
    for (const { name, pack } of [...this.#packs]) {
      size += pack.size;
      if (size > storeLimit) this.#drop(name);
    }
  }

  #drop(name: string): void {
    this.#packs.find((known) => known.name === name)?.pack.close();
    this.#packs = this.#packs.filter((known) => known.name !== name);
    rmSync(join(this.#directory, name), { force: true });
  }
}

/** Names of the packs in a folder, the newest first (names begin with the time); none when it cannot be read. */
function packNames(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^[0-9a-z]+-\d+-[0-9a-f]{8}\.pack$/.test(name))
      .sort()
      .reverse();
  } catch {
    return [];
  }
}

/** Removes packs of schemas that have not been used for long, or are too many, and what interrupted writers left. */
function sweep(directory: string, current: string): void {
  const before = Date.now() - staleDays * 24 * 3600 * 1000;
  const others = readdirSync(directory)
    .filter((schema) => schema !== current)
    .map((schema) => ({ schema, packs: packNames(join(directory, schema)) }))
    .map(({ schema, packs }) => ({ schema, packs, written: writtenAt(directory, schema, packs[0]) }))
    .filter(({ packs }) => packs.length > 0)
    .sort((a, b) => b.written - a.written);
  for (const [rank, { schema, packs, written }] of others.entries()) {
    if (rank < schemasKept - 1 && written >= before) continue;
    for (const name of packs) rmSync(join(directory, schema, name), { force: true });
    removeEmpty(join(directory, schema));
  }
  for (const name of readdirSync(join(directory, current))) {
    if (name.startsWith('.') && writtenAt(directory, current, name) < before) {
      rmSync(join(directory, current, name), { force: true });
    }
  }
}

/** When a file was last written, in milliseconds; now, when it is gone. */
function writtenAt(directory: string, schema: string, name: string | undefined): number {
  const stats =
    name === undefined ? undefined : statSync(join(directory, schema, name), { throwIfNoEntry: false });
  return stats?.mtimeMs ?? Date.now();
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something else is in it, or it is gone: either way it is not ours to remove.
  }
}
