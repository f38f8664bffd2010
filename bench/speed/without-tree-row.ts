import { fileURLToPath } from 'node:url';
import { costOf } from './cost.js';
import { recto } from './recto.js';
import type { Row } from './row.js';

const patch = fileURLToPath(new URL('../../../examples/drop-guard.patch', import.meta.url));

/** A review without a tree, which is the first command of the README, against Node alone. */
export const withoutTreeRow: Row = {
  name: 'without-tree',
  work: 'a review against the snapshot of a release, as a whole process',
  peer: 'node -e 0',
  goal: { ratio: 8 },
  prepare({ scratch }) {
    const { folder } = scratch;
    const cache = scratch.emptyFolder('cache-without-tree');
    const node = { command: process.execPath, args: ['-e', '0'], cwd: folder };
    const review = recto(['review', '--snapshot', '6.12', patch], cache, folder);
    return Promise.resolve(async () => ({
      ours: await costOf(review, folder),
      peer: await costOf(node, folder),
    }));
  },
};
