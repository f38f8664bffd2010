import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, reasonOf, writeWhole } from './cache.js';
import type { Words } from './tree.js';

/** What tells that a file has not changed since its id was computed. */
type Stamp = string;

const version = 2;

/** A file younger than this when it is read may change again without its times showing it. */
const settled = 2_000_000_000n;

/** After so many days without a change, the ids of a folder go. */
const staleDays = 90;

/** Remembers the blob ids of the files of one folder between runs, so that unchanged files need not be read again. */
export interface BlobIds {
  /**
   * The id computed for a file with these times and size (null: it was of no use), or undefined; of files that it does not
   * know it asks for no times.
   */
  get(path: string, stats: () => BigIntStats): string | null | undefined;
  /** Remembers an id that was computed from what was read after `stats` was taken. */
  put(path: string, stats: BigIntStats, id: string | null): void;
  /** Writes what is new; null, or why that was not possible. */
  save(): string | null;
}

/** What stands for the id of a file that needs none. */
const none = '-';

/**
 * Opens the memory for a folder (absolute path). A missing, damaged or older file counts as empty.
 *
 * @param words by which it was told which files need an id: with others it is another memory
 */
export function openBlobIds(folder: string, words?: Words): BlobIds {
  const directory = join(cacheDirectory(), 'blob-ids');
  const of = words === undefined ? folder : `${folder}\n${JSON.stringify(words)}`;
  const name = createHash('sha256').update(of).digest('hex').slice(0, 32);
  const known = load(join(directory, name), of);
  const seen = new Map<string, readonly [Stamp, string | null]>();
  let changed = false;
  return {
    get(path, stats) {
      const entry = known.get(path);
      if (entry === undefined || entry[0] !== stamp(stats())) return undefined;
      seen.set(path, entry);
      return entry[1];
    },
    put(path, stats, id) {
      if (BigInt(Date.now()) * 1_000_000n - stats.ctimeNs < settled) return;
      seen.set(path, [stamp(stats), id]);
      changed = true;
    },
    save() {
      if (!changed) return null;
      const lines = [...seen].map(([path, [times, id]]) => `${id ?? none} ${times} ${path}`);
      const body = [of, ...lines].join('\0');
      try {
        writeWhole(directory, name, `${head(body)}\n${body}`);
        changed = false;
        sweep(directory);
        return null;
      } catch (error) {
        return reasonOf(error);
      }
    },
  };
}

/** Folders come and go: what was written long ago is computed again should it be wanted. */
function sweep(directory: string): void {
  const before = Date.now() - staleDays * 24 * 3600 * 1000;
  for (const name of readdirSync(directory)) {
    const stats = statSync(join(directory, name), { throwIfNoEntry: false });
    if (stats !== undefined && stats.mtimeMs < before) rmSync(join(directory, name), { force: true });
  }
}

function stamp(stats: BigIntStats): Stamp {
  return `${String(stats.size)}:${String(stats.mtimeNs)}:${String(stats.ctimeNs)}:${String(stats.ino)}`;
}

function head(body: string): string {
  return `recto blob ids ${String(version)} ${createHash('sha256').update(body).digest('hex')}`;
}

function load(file: string, of: string): Map<string, readonly [Stamp, string | null]> {
  const known = new Map<string, readonly [Stamp, string | null]>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return known;
  }
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== head(body)) return known;
  const [name, ...lines] = body.split('\0');
  if (name !== of) return known;
  for (const line of lines) {
    const first = line.indexOf(' ');
    const second = line.indexOf(' ', first + 1);
    const id = line.slice(0, first);
    known.set(line.slice(second + 1), [line.slice(first + 1, second), id === none ? null : id]);
  }
  return known;
}
