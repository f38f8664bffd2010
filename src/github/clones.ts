import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, writeWhole } from '../tree/cache.js';
import { git } from '../tree/git-command.js';

/**
 * A repository of its own for partial clones: git takes objects that are missing in it for objects that `origin` has.
 * Nothing in it is checked out, and nothing of it is run.
 */
const CONFIG = `[core]
	repositoryformatversion = 1
	bare = true
[extensions]
	partialClone = origin
[remote "origin"]
	promisor = true
	partialCloneFilter = blob:none
`;

/** A clone for as long as a review reads it. */
export interface Clone {
  readonly directory: string;
  /** Runs what writes to the clone, one at a time. */
  alone(work: () => Promise<void>): Promise<void>;
  /**
   * Takes away other clones that nobody reads, those first that were not used for longest, until all together take
   * no more than `limit` bytes. False, and this one goes as well, when it is larger than that by itself.
   */
  isWithin(limit: number): boolean;
  release: () => void;
}

/** How many reviews read a clone now, and what is being written to it, by directory. */
const borrowed = new Map<string, { readers: number; writing: Promise<void> }>();

/** Opens the clone of a repository, and makes it where there is none. */
export async function borrowClone(host: string, owner: string, repo: string): Promise<Clone> {
  const directory = join(folder(), new URL(host).hostname, owner, `${repo}.git`);
  const use = borrowed.get(directory) ?? { readers: 0, writing: Promise.resolve() };
  borrowed.set(directory, use);
  use.readers++;
  let released = false;
  const clone: Clone = {
    directory,
    alone(work) {
      const done = use.writing.then(work);
      use.writing = done.catch(() => undefined);
      return done;
    },
    isWithin: (limit) => isWithin(limit, directory),
    release: () => {
      if (released) return;
      released = true;
      if (--use.readers === 0) borrowed.delete(directory);
    },
  };
  try {
    await clone.alone(() => prepare(directory));
    return clone;
  } catch (error) {
    clone.release();
    throw error;
  }
}

async function prepare(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!statSync(join(directory, 'HEAD'), { throwIfNoEntry: false })) {
    await git(directory, ['init', '--quiet', '--bare', '--template=', '.']);
  }
  writeWhole(directory, 'config', CONFIG);
  // The time of the last use.
  utimesSync(directory, new Date(), new Date());
}

function isWithin(limit: number, own: string): boolean {
  const clones = listClones()
    .map((directory) => ({ directory, size: sizeOf(directory), used: statSync(directory).mtimeMs }))
    .sort((a, b) => a.used - b.used);
  let size = clones.reduce((sum, clone) => sum + clone.size, 0);
  for (const clone of clones) {
    if (size <= limit) break;
    if (borrowed.has(clone.directory)) continue;
    rmSync(clone.directory, { recursive: true, force: true });
    size -= clone.size;
  }
  if (sizeOf(own) <= limit) return true;
  if (borrowed.get(own)?.readers === 1) rmSync(own, { recursive: true, force: true });
  return false;
}

function folder(): string {
  return join(cacheDirectory(), 'github');
}

function listClones(): string[] {
  const within = (directory: string) => readdirSync(directory).map((name) => join(directory, name));
  return within(folder()).flatMap(within).flatMap(within);
}

function sizeOf(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
