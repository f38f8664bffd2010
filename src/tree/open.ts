import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RectoError } from '../errors.js';
import { reasonOf } from './cache.js';
import { openFolder } from './folder.js';
import { openGitTree } from './git.js';
import { runGit } from './git-command.js';
import { askOnce } from './readers.js';
import type { Tree } from './tree.js';

/** The file that makes a tree a kernel tree for us. */
export const flagsHeader = 'include/linux/page-flags.h';

/** Where a tree is, and what kind of place that is. */
export interface TreePlace {
  /** Absolute, without symbolic links. */
  readonly directory: string;
  readonly kind: 'git' | 'folder';
}

/** An open tree, with what its reader should know. */
export interface OpenTree extends Tree {
  notes(): Promise<readonly string[]>;
}

/**
 * Opens a kernel tree: a git repository (with work tree or bare) at a revision (null: HEAD), or a plain folder.
 * Throws RectoError when there is no such directory, repository or revision, and when it is no kernel tree.
 */
export async function openTree(directory: string, revision: string | null): Promise<OpenTree> {
  const place = await findTree(directory);
  if (place.kind === 'folder' && revision !== null) throw noRevisions(place, revision);
  const tree =
    place.kind === 'git' ? await openGitTree(place.directory, revision) : openFolder(place.directory);
  if ((await tree.read(flagsHeader)) === null) {
    await tree.close();
    throw notKernel(place, tree.name);
  }
  return tree;
}

/**
 * Finds out what kind of tree a directory is. A folder inside a work tree is a plain folder.
 * With null: the kernel tree that `from` is in.
 */
export async function findTree(directory: string | null, from = process.cwd()): Promise<TreePlace> {
  if (directory === null) return findAround(from);
  let real: string;
  try {
    real = realpathSync(resolve(from, directory));
    if (!statSync(real).isDirectory()) throw new Error('it is a file; --tree takes a directory');
  } catch (error) {
    throw new RectoError('no-tree', `cannot read the tree ${directory}: ${reasonOf(error)}`, directory);
  }
  if (!looksLikeGit(real)) return { directory: real, kind: 'folder' };
  // Whatever comes of it: git says here if the repository is not to be read.
  await askOnce(real, (objects) => objects.read('HEAD'));
  return { directory: real, kind: 'git' };
}

/** What to say of a plain folder that was asked for a revision. */
export function noRevisions(place: TreePlace, revision: string): RectoError {
  return new RectoError(
    'no-tree',
    `${place.directory} is a plain folder and has no revisions, so ${JSON.stringify(revision)} cannot be found in it: ` +
      'name a git repository with --tree, or leave the revision out',
    place.directory,
  );
}

async function findAround(from: string): Promise<TreePlace> {
  for (let directory = realpathSync(from); ; directory = dirname(directory)) {
    const git = looksLikeGit(directory);
    if (exists(join(directory, flagsHeader))) return { directory, kind: git ? 'git' : 'folder' };
    if (git) {
      const { status } = await runGit(directory, ['cat-file', '-e', `HEAD:${flagsHeader}`]);
      if (status === 0) return { directory, kind: 'git' };
    }
    if (directory === dirname(directory)) break;
  }
  throw new RectoError(
    'no-tree',
    `no kernel tree given, and ${from} is not in one: name a kernel git repository or folder with --tree DIR`,
  );
}

/** True for the top of a work tree and for a repository itself, bare or `.git`. */
function looksLikeGit(directory: string): boolean {
  return (
    exists(join(directory, '.git')) ||
    (exists(join(directory, 'HEAD')) && exists(join(directory, 'objects')) && exists(join(directory, 'refs')))
  );
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A part of the path is a file, or not ours to enter.
    return false;
  }
}

function notKernel(place: TreePlace, name: string): RectoError {
  let top = dirname(place.directory);
  while (top !== dirname(top) && !exists(join(top, flagsHeader))) top = dirname(top);
  const hint = exists(join(top, flagsHeader)) ? ` Did you mean --tree ${top}?` : '';
  const at = place.kind === 'git' ? `, ${name}` : '';
  return new RectoError(
    'not-a-kernel-tree',
    `${place.directory}${at} is not a kernel tree: it has no ${flagsHeader}.${hint}`,
    place.directory,
  );
}
