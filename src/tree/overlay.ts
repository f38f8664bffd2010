import { blobId, byPath, isSource } from './blob.js';
import type { Tree, TreeFile, Words } from './tree.js';

/**
 * `tree` with some files replaced (text), added (text) or removed (null), in memory.
 * Overlays may lie on each other. Closing one does nothing: whoever opened the tree below closes that.
 */
export function overlay(tree: Tree, changes: ReadonlyMap<string, string | null>): Tree {
  /** By the words that were looked for. */
  const listings = new Map<Words | undefined, Promise<readonly TreeFile[]>>();

  const list = async (words: Words | undefined): Promise<readonly TreeFile[]> => {
    const kept = (await tree.files(words)).filter((file) => !changes.has(file.path));
    const changed: TreeFile[] = [];
    for (const [path, text] of changes) {
      if (text !== null && isSource(path)) changed.push({ path, id: blobId(Buffer.from(text)) });
    }
    return [...kept, ...changed].sort(byPath);
  };

  return {
    name: tree.name,
    read(path) {
      const text = changes.get(path);
      return text === undefined ? tree.read(path) : Promise.resolve(text);
    },
    files(words) {
      const listing = listings.get(words) ?? list(words);
      listings.set(words, listing);
      return listing;
    },
    async *readMany(files) {
      const below = tree.readMany(files.filter((file) => !changes.has(file.path)))[Symbol.asyncIterator]();
      try {
        let next = await below.next();
        for (const file of files) {
          const text = changes.get(file.path);
          if (typeof text === 'string') {
            yield { file, text };
          } else if (text === undefined && next.done !== true && next.value.file.path === file.path) {
            yield next.value;
            next = await below.next();
          }
        }
      } finally {
        await below.return?.();
      }
    },
    layer: { below: tree, changes },
    close: () => Promise.resolve(),
  };
}
