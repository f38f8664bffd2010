import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
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
import type { Tree, TreeFile, Words } from './tree.js';

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
  let listing: Promise<readonly TreeFile[]> | null = null;

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
    files() {
      listing ??= list(root, notes);
      return listing;
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
        // Synchronous reading leaves nobody else a turn: progress, an interrupt, threads that wait for work.
        if (++read % 200 === 0) await nextTurn();
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
    return readPlain(path)?.content ?? null;
  } catch (error) {
    if (error instanceof RectoError) throw error;
    return null;
  }
}

/** Content of a regular file with the stats it was read under; null for anything else. */
function readPlain(path: string): { content: Buffer; stats: BigIntStats } | null {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file, { bigint: true });
    if (!stats.isFile()) return null;
    if (stats.size > fileLimit) {
      throw new RectoError('too-large', `${path} is larger than ${String(fileLimit >> 20)} MB`, path);
    }
    return { content: readFileSync(file), stats };
  } finally {
    closeSync(file);
  }
}

/** Synchronous file by file: for 60,000 small ones that is several times faster than waiting for each. */
async function list(root: string, notes: string[]): Promise<readonly TreeFile[]> {
  const unreadable: string[] = [];
  const ids = openBlobIds(root);
  const files: TreeFile[] = [];
  let computed = 0;
  for (const path of walk(root, unreadable)) {
    const full = join(root, path);
    try {
      let id = ids.get(path, lstatSync(full, { bigint: true }));
      if (id === null) {
        const plain = readPlain(full);
        if (plain === null) continue;
        // Reading it all takes seconds, during which others want their turn: progress, an interrupt.
        if (++computed % 200 === 0) await nextTurn();
        id = blobId(plain.content);
        ids.put(path, plain.stats, id);
      }
      files.push({ path, id });
    } catch (error) {
      if (error instanceof RectoError) throw error;
      unreadable.push(`${path}: ${reasonOf(error)}`);
    }
  }
  const failure = ids.save();
  if (failure !== null) notes.push(`blob ids could not be kept for the next run: ${failure}`);
  if (unreadable.length > 0) {
    const more = unreadable.length > 1 ? ` and ${String(unreadable.length - 1)} more` : '';
    notes.push(`left out because it could not be read: ${unreadable[0]!}${more}`);
  }
  return files.sort(byPath);
}

/** Paths of all sources, in no order. */
function walk(root: string, unreadable: string[]): string[] {
  const paths: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
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
