import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  realpathSync,
} from 'node:fs';
import type { BigIntStats, Dirent } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RectoError } from '../errors.js';
import { openBlobIds } from './blob-ids.js';
import { blobId, byPath, isInside, isSource } from './blob.js';
import { reasonOf } from './cache.js';
import { fileLimit } from './objects.js';
import type { Tree, TreeFile, TreeSearch, Words } from './tree.js';

/** A tree in a plain folder, as it is when it is first listed. */
export interface FolderTree extends Tree {
  /** What the reader should know; more may come while the tree is in use. */
  notes(): Promise<readonly string[]>;
}

/**
 * Opens a plain folder. Symbolic links are not followed, so nothing outside is read.
 * Throws RectoError when there is no such folder; unreadable files inside are left out and noted.
 */
export function openFolder(directory: string): FolderTree {
  let root: string;
  try {
    root = realpathSync(directory);
    if (!lstatSync(root).isDirectory()) throw new Error('it is not a directory');
  } catch (error) {
    throw new RectoError('no-tree', `cannot read ${directory}: ${reasonOf(error)}`, directory);
  }
  const notes: string[] = [];
  /** By the words that were looked for. */
  const listings = new Map<Words | undefined, Promise<readonly TreeFile[]>>();

  const read = (path: string): string | null => content(path)?.toString('utf8') ?? null;

  const content = (path: string): Buffer | null => {
    if (!isInside(path)) return null;
    return foldersInside(root)(dirname(path)) ? plainContent(join(root, path)) : null;
  };

  return {
    name: basename(root),
    notes: () => Promise.resolve(notes),
    async read(path) {
      return read(path);
    },
    files(words) {
      const listing = listings.get(words) ?? list(root, notes, words);
      listings.set(words, listing);
      return listing;
    },
    search(words, isKnown) {
      const search = searchFolder(root, notes, words, isKnown, (files) => {
        listings.set(words, Promise.resolve(files));
      });
      return Promise.resolve(search);
    },
    async *readMany(files) {
      for (const file of files) {
        const text = read(file.path);
        if (text !== null) yield await Promise.resolve({ file, text });
      }
    },
    async *readMentioning(files, words) {
      const inside = foldersInside(root);
      let read = 0;
      for (const file of files) {
        const bytes =
          isInside(file.path) && inside(dirname(file.path)) ? plainContent(join(root, file.path)) : null;
        if (bytes === null) continue;
        const text = mentions(file.path, bytes, words) ? bytes.toString('utf8') : null;
        if (++read % turn === 0) await nextTurn();
        yield { file, text };
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Tells of folders (by path from `root`) whether one gets there without a symbolic link; looks at each once. */
function foldersInside(root: string): (folder: string) => boolean {
  const known = new Map<string, boolean>();
  return (folder) => {
    let inside = known.get(folder);
    if (inside === undefined) {
      const full = join(root, folder);
      try {
        inside = realpathSync.native(full) === full;
      } catch {
        inside = false;
      }
      known.set(folder, inside);
    }
    return inside;
  };
}

/** Content of a regular file; null for anything else, symbolic links too, and for what cannot be read. */
function plainContent(path: string): Buffer | null {
  try {
    return withPlain(path, (file) => readFileSync(file));
  } catch (error) {
    if (error instanceof RectoError) throw error;
    return null;
  }
}

/** Opens a regular file; null for anything else. */
function withPlain<T>(path: string, use: (file: number, stats: BigIntStats) => T): T | null {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file, { bigint: true });
    if (!stats.isFile()) return null;
    if (stats.size > fileLimit) {
      throw new RectoError('too-large', `${path} is larger than ${String(fileLimit >> 20)} MB`, path);
    }
    return use(file, stats);
  } finally {
    closeSync(file);
  }
}

/** @param words files without any of them get no id; when there are none, all get one */
async function list(root: string, notes: string[], words: Words | undefined): Promise<readonly TreeFile[]> {
  let listed: readonly TreeFile[] = [];
  const isKnown = (): boolean => true;
  const search = searchFolder(root, notes, words, isKnown, (files) => {
    listed = files;
  });
  const files = search.files[Symbol.asyncIterator]();
  while ((await files.next()).done !== true);
  return listed;
}

/**
 * Lists a folder and searches its files in one go: what has to be read for its id is not read again.
 * Synchronous file by file: for 60,000 small ones that is several times faster than waiting for each.
 *
 * @param end gets all files in the end, sorted
 */
function searchFolder(
  root: string,
  notes: string[],
  words: Words | undefined,
  isKnown: (file: TreeFile) => boolean,
  end: (files: readonly TreeFile[]) => void,
): TreeSearch {
  const unreadable: string[] = [];
  const paths = walk(root, unreadable);
  const look = async function* (): AsyncGenerator<{ file: TreeFile; text: string | null }> {
    const ids = openBlobIds(root, words);
    const reader = new Reader();
    const files: TreeFile[] = [];
    let read = 0;
    for (const path of paths) {
      const full = join(root, path);
      const content = (): ReturnType<Reader['read']> => {
        read++;
        return reader.read(full);
      };
      // Synchronous reading leaves nobody else a turn: progress, an interrupt, threads that wait for work.
      if (read >= turn) {
        read = 0;
        await nextTurn();
      }
      let file: TreeFile;
      let text: string | null = null;
      try {
        let id = ids.get(path, () => lstatSync(full, { bigint: true }));
        const plain = id === undefined ? content() : null;
        if (id === undefined) {
          if (plain === null) continue;
          id = words === undefined || mentions(path, plain.content, words) ? blobId(plain.content) : null;
          ids.put(path, plain.stats, id);
        }
        file = { path, id };
        files.push(file);
        if (id === null ? plain === null : isKnown(file)) continue;
        if (id !== null) text = (plain ?? content())?.content.toString('utf8') ?? null;
      } catch (error) {
        if (error instanceof RectoError) throw error;
        unreadable.push(`${path}: ${reasonOf(error)}`);
        continue;
      }
      yield { file, text };
    }
    const failure = ids.save();
    if (failure !== null) notes.push(`blob ids could not be kept for the next run: ${failure}`);
    if (unreadable.length > 0) {
      const more = unreadable.length > 1 ? ` and ${String(unreadable.length - 1)} more` : '';
      notes.push(`left out because it could not be read: ${unreadable[0]!}${more}`);
    }
    end(files.sort(byPath));
  };
  return { count: paths.length, files: look() };
}

/** Files read without a turn for others. */
const turn = 50;

/** Reads regular files into one buffer: making one for each takes longer than the reading. */
class Reader {
  #buffer = Buffer.allocUnsafeSlow(1024 * 1024);

  /** Content, valid until the next is read, with the stats it was read under; null for what is no regular file. */
  read(path: string): { readonly content: Buffer; readonly stats: BigIntStats } | null {
    return withPlain(path, (file, stats) => {
      const size = Number(stats.size);
      if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(2 * size);
      let length = 0;
      while (length < size) {
        const count = readSync(file, this.#buffer, length, size - length, length);
        if (count === 0) break;
        length += count;
      }
      return { content: this.#buffer.subarray(0, length), stats };
    });
  }
}

/** Paths of all sources, those of outer folders first: there most of what an index has to look into is. */
function walk(root: string, unreadable: string[]): string[] {
  const paths: string[] = [];
  const folders = [''];
  for (const folder of folders) {
    let entries: Dirent[];
    try {
      entries = readdirSync(join(root, folder), { withFileTypes: true });
    } catch (error) {
      unreadable.push(`${folder}: ${reasonOf(error)}`);
      continue;
    }
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== '.git') folders.push(path);
      else if (entry.isFile() && isSource(entry.name)) paths.push(path);
    }
  }
  return paths;
}

function mentions(path: string, content: Buffer, { anywhere, within }: Words): boolean {
  const has = (word: string): boolean => content.includes(word, 0, 'latin1');
  return anywhere.some(has) || within.some(({ folder, words }) => path.startsWith(folder) && words.some(has));
}
