import { blobId } from '../tree/blob.js';
import type { Tree, TreeFile, TreeSearch } from '../tree/tree.js';
import { fromBytes } from './fact-bytes.js';
import type { FileFacts } from './facts.js';
import { lowerFile } from './lower/file.js';
import { startLowering, usefulThreads } from './lowering.js';
import { isRelevant, RELEVANT_WORDS } from './relevance.js';
import type { FactStore } from './store.js';

/** Facts of files already read by this process, by blob id: trees of one review share nearly all of them. */
const known = new Map<string, FileFacts | null>();

/** A file that has words that concern folios. */
export interface ConcernedFile extends TreeFile {
  readonly id: string;
}

/** The files of a tree that may concern folios: those of which it is not known yet that they do not. */
export async function concernedFiles(tree: Tree): Promise<readonly ConcernedFile[]> {
  return (await tree.files(RELEVANT_WORDS)).filter(isConcerned);
}

function isConcerned(file: TreeFile): file is ConcernedFile {
  return file.id !== null;
}

/** Tells how far the reading of a tree has come. */
export type IndexProgress = (done: number, all: number) => void;

/** What an index found. */
export interface IndexedTree {
  readonly files: number;
  /** Files that concern folios. */
  readonly concerned: number;
  /** Files that had to be read now. */
  readonly read: number;
}

/**
 * Facts of the files of a tree that concern folios, by path.
 *
 * @param isKnown which files are not asked about
 */
export async function readTreeFacts(
  tree: Tree,
  store: FactStore,
  progress: IndexProgress = () => undefined,
  threads = usefulThreads(),
  isKnown: (file: ConcernedFile) => boolean = () => false,
): Promise<ReadonlyMap<string, FileFacts>> {
  const files = (await concernedFiles(tree)).filter((file) => !isKnown(file));
  const unread: ConcernedFile[] = [];
  for (const file of files) {
    if (known.has(file.id)) continue;
    const stored = store.get(file.id);
    if (stored?.kind === 'irrelevant') known.set(file.id, null);
    else if (stored) known.set(file.id, stored.facts);
    else unread.push(file);
  }
  const readBefore = files.length - unread.length;
  await readFiles(
    mentioning(tree, unread),
    threads,
    (file, packed) => {
      if (!isConcerned(file)) return;
      if (packed !== null) known.set(file.id, fromBytes(packed));
      else if (!known.has(file.id)) known.set(file.id, null);
      keep(store, file, packed);
    },
    (done) => {
      progress(readBefore + done, files.length);
    },
  );
  const facts = new Map<string, FileFacts>();
  for (const file of files) {
    const found = known.get(file.id);
    if (found) facts.set(file.path, found);
  }
  return facts;
}

/** Fills the store with what a tree's files hold, and keeps nothing of it in memory. */
export async function indexFacts(
  tree: Tree,
  store: FactStore,
  progress: IndexProgress = () => undefined,
  threads = usefulThreads(),
): Promise<IndexedTree> {
  const concerned = new Set<string>();
  let read = 0;
  // What this run finds out tells nothing of another file of the same content: see `keep`.
  const found = new Set<string>();
  const isKnown = ({ id }: TreeFile): boolean => {
    if (id === null) return true;
    const kind = found.has(id) ? null : store.kind(id);
    if (kind === 'facts') concerned.add(id);
    return kind !== null;
  };
  const { count, files: texts } = tree.search
    ? await tree.search(RELEVANT_WORDS, isKnown)
    : await searchListed(tree, isKnown);
  await readFiles(
    texts,
    threads,
    (file, packed) => {
      read++;
      if (!isConcerned(file)) return;
      if (packed !== null) concerned.add(file.id);
      found.add(file.id);
      keep(store, file, packed);
    },
    (done) => {
      progress(done, count);
    },
  );
  const files = await tree.files(RELEVANT_WORDS);
  return {
    files: files.length,
    concerned: files.filter(({ id }) => id !== null && concerned.has(id)).length,
    read,
  };
}

/** Searches a tree of which the list of files is at hand. */
async function searchListed(tree: Tree, isKnown: (file: TreeFile) => boolean): Promise<TreeSearch> {
  const unread = (await tree.files(RELEVANT_WORDS)).filter((file) => !isKnown(file));
  return { count: unread.length, files: mentioning(tree, unread) };
}

/** Of two files with one content only a header may concern folios: then the content does, in whatever order they come. */
function keep(store: FactStore, file: ConcernedFile, packed: Buffer | null): void {
  if (packed !== null) store.putPacked(file.id, packed);
  else if (store.kind(file.id) === null) store.putIrrelevant(file.id);
}

/** Reads files, and gives for each its packed facts, or null when it does not concern folios; in no order. */
async function readFiles(
  files: TreeSearch['files'],
  threads: number,
  take: (file: TreeFile, packed: Buffer | null) => void,
  progress: (done: number) => void,
): Promise<void> {
  let done = 0;
  progress(done);
  const lowering = startLowering(threads);
  const taken = (file: TreeFile, packed: Buffer | null): void => {
    take(file, packed);
    progress(++done);
  };
  try {
    for await (const { file, text } of files) {
      if (text !== null && isRelevant(file.path, text)) {
        await lowering.add(text, (packed) => {
          taken(file, packed);
        });
      } else taken(file, null);
    }
    await lowering.finish();
  } finally {
    await lowering.close();
  }
}

function mentioning(tree: Tree, files: readonly TreeFile[]): TreeSearch['files'] {
  return tree.readMentioning?.(files, RELEVANT_WORDS) ?? tree.readMany(files);
}

/** Facts of one file of which the text is at hand; null for one that does not concern folios. */
export async function readFileFacts(path: string, text: string, store: FactStore): Promise<FileFacts | null> {
  const id = blobId(Buffer.from(text));
  const read = known.get(id);
  if (read !== undefined) return read;
  const stored = store.get(id);
  const isWanted = stored ? stored.kind === 'facts' : isRelevant(path, text);
  const facts = isWanted ? (stored?.kind === 'facts' ? stored.facts : await lowerFile(text)) : null;
  known.set(id, facts);
  if (!stored) {
    if (facts) store.put(id, facts);
    else store.putIrrelevant(id);
  }
  return facts;
}
