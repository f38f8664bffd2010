import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RectoError } from '../errors.js';
import { byPath, isInside, isSource } from './blob.js';
import { explainGit, git, missingObjects, runGit } from './git-command.js';
import type { ObjectReader } from './objects.js';
import { leaseReader } from './readers.js';
import { findRevision, resolveCommit } from './revision.js';
import type { Tree, TreeFile, Words } from './tree.js';

/** The files of a commit: blob ids by path, without symbolic links and submodules. */
interface Listing {
  readonly ids: ReadonlyMap<string, string>;
  readonly files: readonly TreeFile[];
}

/** Listings by tree id, the newest last: the patches of a series share one. */
const listings = new Map<string, Promise<Listing>>();
const listingsKept = 4;

/** Requests that may be under way at once: enough to keep git busy, little enough to hold in memory. */
const window = 64;

/** With fewer files than these, it is cheaper to read them than to have git search a tree. */
const worthSearching = 1000;

/** A tree in a git repository, at one commit. */
export interface GitTree extends Tree {
  readonly commit: string;
  /** What the reader should know: that the work tree differs from what is read. */
  notes(): Promise<readonly string[]>;
}

/**
 * Opens the tree of a revision (null: HEAD) of the repository in `directory` (absolute; the top of a work
 * tree, or a bare repository). Nothing is checked out, nothing is written.
 * Throws RectoError when the repository or the revision cannot be read.
 */
export async function openGitTree(directory: string, revision: string | null): Promise<GitTree> {
  const asked = revision ?? 'HEAD';
  const { id: commit, tree: root } = await resolveCommit(directory, asked);
  // Git looks at all files of a work tree for it: meanwhile others are read.
  const notes = sayUncommitted(directory, commit);
  notes.catch(() => undefined);
  const lease = leaseReader(directory);
  const { objects } = lease;
  const list = () => listTree(directory, root);
  const folders = new Folders(objects, root);

  const content = async (path: string, id: string): Promise<string> => {
    const object = await objects.read(id);
    if (object === null)
      throw new RectoError('no-tree', missingObjects(directory, `${path}, ${id}`), directory);
    return object.content.toString('utf8');
  };

  const readMany: Tree['readMany'] = async function* (files) {
    const { ids } = await list();
    const pending: { file: TreeFile; text: Promise<string> }[] = [];
    for (const file of files) {
      const id = ids.get(file.path);
      if (id === undefined) continue;
      const text = content(file.path, id);
      // Whoever stops early never awaits the rest.
      text.catch(() => undefined);
      pending.push({ file, text });
      if (pending.length >= window) {
        const next = pending.shift()!;
        yield { file: next.file, text: await next.text };
      }
    }
    for (const next of pending) yield { file: next.file, text: await next.text };
  };

  return {
    name: commit.startsWith(asked) ? commit.slice(0, 12) : `${asked} (${commit.slice(0, 12)})`,
    commit,
    notes: () => notes,
    async read(path) {
      // One file, or a few: the list of all sixty thousand costs more than the folders that they are in.
      const listed = listings.get(root);
      const id = listed ? (await listed).ids.get(path) : await folders.find(path);
      return id === undefined ? null : content(path, id);
    },
    async files() {
      return (await list()).files;
    },
    readMany,
    async *readMentioning(files, words) {
      // A search is one of the whole tree: it has to be asked about much of it.
      const most = files.length > (await list()).files.length / 2;
      if (files.length < worthSearching || !most) return yield* readMany(files);
      const mentioning = await search(directory, root, words);
      for (const file of files) if (!mentioning.has(file.path)) yield { file, text: null };
      yield* readMany(files.filter(({ path }) => mentioning.has(path)));
    },
    contentId: root,
    close() {
      lease.end();
      return Promise.resolve();
    },
  };
}

/** The folders of a tree that files were looked for in. */
class Folders {
  readonly #objects: ObjectReader;
  readonly #root: string;
  readonly #known = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(objects: ObjectReader, root: string) {
    this.#objects = objects;
    this.#root = root;
  }

  /** The blob id of a file, if there is one; no symbolic link is followed, and none is a file. */
  async find(path: string): Promise<string | undefined> {
    if (!isInside(path)) return undefined;
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(slash, 0));
    let files = this.#known.get(folder);
    if (files === undefined) {
      files = this.#read(folder);
      this.#known.set(folder, files);
    }
    return (await files).get(path.slice(slash + 1));
  }

  async #read(folder: string): Promise<ReadonlyMap<string, string>> {
    const tree = await this.#objects.read(folder === '' ? this.#root : `${this.#root}:${folder}`);
    const files = new Map<string, string>();
    if (tree?.type !== 'tree') return files;
    // "100644 <name>\0<id, in bytes>"
    const length = this.#root.length / 2;
    for (let at = 0; at < tree.content.length;) {
      const end = tree.content.indexOf(0, at);
      const [mode = '', ...name] = tree.content.toString('utf8', at, end).split(' ');
      at = end + 1 + length;
      if (mode.startsWith('100')) files.set(name.join(' '), tree.content.toString('hex', end + 1, at));
    }
    return files;
  }
}

function listTree(directory: string, root: string): Promise<Listing> {
  const known = listings.get(root);
  if (known !== undefined) return known;
  const listing = readListing(directory, root);
  listings.set(root, listing);
  listing.catch(() => listings.delete(root));
  if (listings.size > listingsKept) listings.delete(listings.keys().next().value!);
  return listing;
}

async function readListing(directory: string, root: string): Promise<Listing> {
  const out = await git(directory, ['ls-tree', '-r', '-z', '--full-tree', root]);
  const ids = new Map<string, string>();
  const files: TreeFile[] = [];
  for (const line of out.toString('utf8').split('\0')) {
    // "100644 blob <id>\t<path>"; 120000 is a symbolic link, 160000 a submodule.
    if (!line.startsWith('100')) continue;
    const tab = line.indexOf('\t');
    const id = line.slice(line.lastIndexOf(' ', tab) + 1, tab);
    const path = line.slice(tab + 1);
    ids.set(path, id);
    if (isSource(path)) files.push({ path, id });
  }
  return { ids, files: files.sort(byPath) };
}

/** Sources that hold one of the words. Git searches with several threads, and what has none never leaves it. */
async function search(directory: string, root: string, words: Words): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const look = async (texts: readonly string[], folder: string): Promise<void> => {
    const patterns = texts.flatMap((text) => ['-e', text]);
    const { status, stdout, stderr } = await runGit(directory, [
      ...['-c', 'submodule.recurse=false', '-c', 'grep.fallbackToNoIndex=false', '-c', 'grep.fullName=true'],
      ...[
        'grep',
        '-l',
        '-z',
        '-F',
        '--text',
        '--no-color',
        '--no-textconv',
        '--full-name',
        ...patterns,
        root,
        '--',
      ],
      ...[`:(top,glob)${folder}**/*.c`, `:(top,glob)${folder}**/*.h`],
    ]);
    // 1 is "nothing found".
    if (status !== 0 && !(status === 1 && stderr === '')) throw explainGit(directory, stderr);
    // "<tree>:<path>" each.
    for (const line of stdout.toString('utf8').split('\0')) found.add(line.slice(root.length + 1));
  };
  await look(words.anywhere, '');
  for (const { folder, words: texts } of words.within) await look(texts, folder);
  return found;
}

/** One note when HEAD is read and sources in the work tree differ from it. */
async function sayUncommitted(directory: string, commit: string): Promise<string[]> {
  if (!existsSync(join(directory, '.git')) || (await findRevision(directory, 'HEAD')) !== commit) return [];
  // Sources only, as git names them. Where there is no work tree to compare with, git says so by failing.
  const { status, stdout } = await runGit(directory, [
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=no',
    '--ignore-submodules=all',
    '--no-renames',
    '--',
    ':(glob)**/*.c',
    ':(glob)**/*.h',
  ]);
  if (status !== 0) return [];
  const changed = stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(3));
  if (changed.length === 0) return [];
  const some = changed.slice(0, 3).join(', ') + (changed.length > 3 ? ', …' : '');
  const count = changed.length === 1 ? '1 file' : `${String(changed.length)} files`;
  return [`HEAD was read; uncommitted changes in ${count} (${some}) were not`];
}
