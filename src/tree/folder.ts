import { constants } from 'node:fs';
import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RectoError } from '../errors.js';
import { openBlobIds } from './blob-ids.js';
import { blobId, byPath, isInside, isSource } from './blob.js';
import { reasonOf } from './cache.js';
import { fileLimit } from './objects.js';
import type { Tree, TreeFile } from './tree.js';

/** Files that are read or looked at together. */
const together = 64;

/** A tree in a plain folder, as it is when it is first listed. */
export interface FolderTree extends Tree {
  /** What the reader should know; more may come while the tree is in use. */
  readonly notes: readonly string[];
}

/**
 * Opens a plain folder. Symbolic links are not followed, so nothing outside is read.
 * Throws RectoError when there is no such folder; unreadable files inside are left out and noted.
 */
export async function openFolder(directory: string): Promise<FolderTree> {
  let root: string;
  try {
    root = await realpath(directory);
    if (!(await lstat(root)).isDirectory()) throw new Error('it is not a directory');
  } catch (error) {
    throw new RectoError('no-tree', `cannot read ${directory}: ${reasonOf(error)}`, directory);
  }
  const notes: string[] = [];
  let listing: Promise<readonly TreeFile[]> | null = null;

  const read = async (path: string): Promise<string | null> => {
    if (!isInside(path)) return null;
    const full = join(root, path);
    try {
      // Equal only when no part of the path is a symbolic link.
      if ((await realpath(full)) !== full) return null;
      return (await readPlain(full))?.content.toString('utf8') ?? null;
    } catch (error) {
      if (error instanceof RectoError) throw error;
      return null;
    }
  };

  return {
    name: basename(root),
    notes,
    read,
    files() {
      listing ??= list(root, notes);
      return listing;
    },
    async *readMany(files) {
      for (let at = 0; at < files.length; at += together) {
        const some = files.slice(at, at + together);
        const texts = await Promise.all(some.map((file) => read(file.path)));
        for (const [index, file] of some.entries()) {
          const text = texts[index];
          if (typeof text === 'string') yield { file, text };
        }
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Content of a regular file with the stats it was read under; null for anything else. */
async function readPlain(path: string): Promise<{ content: Buffer; stats: BigIntStats } | null> {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) return null;
    if (stats.size > fileLimit) {
      throw new RectoError('too-large', `${path} is larger than ${String(fileLimit >> 20)} MB`, path);
    }
    return { content: await file.readFile(), stats };
  } finally {
    await file.close();
  }
}

async function list(root: string, notes: string[]): Promise<readonly TreeFile[]> {
  const unreadable: string[] = [];
  const paths = await walk(root, unreadable);
  const ids = openBlobIds(root);
  const files: TreeFile[] = [];
  for (let at = 0; at < paths.length; at += together) {
    const found = await Promise.all(
      paths.slice(at, at + together).map(async (path): Promise<TreeFile | null> => {
        try {
          const full = join(root, path);
          const known = ids.get(path, await lstat(full, { bigint: true }));
          if (known !== null) return { path, id: known };
          const plain = await readPlain(full);
          if (plain === null) return null;
          const id = blobId(plain.content);
          ids.put(path, plain.stats, id);
          return { path, id };
        } catch (error) {
          if (error instanceof RectoError) throw error;
          unreadable.push(`${path}: ${reasonOf(error)}`);
          return null;
        }
      }),
    );
    for (const file of found) if (file !== null) files.push(file);
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
async function walk(root: string, unreadable: string[]): Promise<string[]> {
  const paths: string[] = [];
  let level = [''];
  while (level.length > 0) {
    const next: string[] = [];
    for (let at = 0; at < level.length; at += together) {
      await Promise.all(
        level.slice(at, at + together).map(async (folder) => {
          let entries: Dirent[];
          try {
            entries = await readdir(join(root, folder), { withFileTypes: true });
          } catch (error) {
            unreadable.push(`${folder}: ${reasonOf(error)}`);
            return;
          }
          for (const entry of entries) {
            const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
            if (entry.isDirectory() && entry.name !== '.git') next.push(path);
            else if (entry.isFile() && isSource(entry.name)) paths.push(path);
          }
        }),
      );
    }
    level = next;
  }
  return paths;
}
