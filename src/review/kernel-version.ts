import type { Tree } from '../tree/tree.js';

/** "6.12", from the tree's Makefile; null where there is none. */
export async function kernelVersion(tree: Pick<Tree, 'read'>): Promise<string | null> {
  const makefile = await tree.read('Makefile');
  const version = /^VERSION\s*=\s*(\d+)/m.exec(makefile ?? '');
  const level = /^PATCHLEVEL\s*=\s*(\d+)/m.exec(makefile ?? '');
  return version && level ? `${version[1]}.${level[1]}` : null;
}
