import type { Tree, TreeFile } from '../tree/tree.js';
import type { FileFacts } from './facts.js';
import { lowerFile } from './lower/file.js';
import type { FactStore } from './store.js';

/** Code that has none of these words can neither hold a folio nor hand one on. */
const RELEVANT = /folio|struct page\b/;
/** Headers with these define what code that handles folios is written with. */
const RELEVANT_HEADER = /_for_each|alloc_hooks/;

/** Facts of files already read by this process, by blob id: trees of one review share nearly all of them. */
const known = new Map<string, FileFacts | null>();

/** Tells how far the reading of a tree has come. */
export type IndexProgress = (done: number, all: number) => void;

/** Facts of all files of a tree that concern folios, by path. */
export async function readTreeFacts(
  tree: Tree,
  store: FactStore,
  progress: IndexProgress = () => undefined,
): Promise<ReadonlyMap<string, FileFacts>> {
  const files = await tree.files();
  const unread: TreeFile[] = [];
  for (const file of files) {
    if (known.has(file.id)) continue;
    const stored = store.get(file.id);
    if (stored?.kind === 'irrelevant') known.set(file.id, null);
    else if (stored) known.set(file.id, stored.facts as FileFacts);
    else unread.push(file);
  }
  let done = files.length - unread.length;
  progress(done, files.length);
  for await (const { file, text } of tree.readMany(unread)) {
    if (isRelevant(file.path, text)) {
      const facts = await lowerFile(text);
      known.set(file.id, facts);
      store.put(file.id, facts);
    } else {
      known.set(file.id, null);
      store.putIrrelevant(file.id);
    }
    progress(++done, files.length);
  }
  const facts = new Map<string, FileFacts>();
  for (const file of files) {
    const found = known.get(file.id);
    if (found) facts.set(file.path, found);
  }
  return facts;
}

function isRelevant(path: string, text: string): boolean {
  return RELEVANT.test(text) || (path.startsWith('include/') && RELEVANT_HEADER.test(text));
}
