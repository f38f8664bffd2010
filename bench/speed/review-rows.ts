import { join } from 'node:path';
import { costOf } from './cost.js';
import { aCall, aReturn, largePatch, pageFlagsPatch, replayMails, smallPatch, type Edit } from './patches.js';
import { recto } from './recto.js';
import type { Bench, Goal, Row } from './row.js';
import type { Scratch } from './scratch.js';

/** A mail to review, and the commit that it applies to. */
export interface PatchToReview {
  readonly mail: string;
  readonly base: string;
}

const onePatch = 300e6;

/** `recto review` of one patch in a new process, the cache filled, against `scripts/checkpatch.pl` in the same tree. */
export const reviewRows: readonly Row[] = [
  ...rowsOf('review-memory', 'a small patch of mm/memory.c', 1, (scratch, edit) =>
    smallPatch(scratch, 'mm/memory.c', edit),
  ),
  ...rowsOf('review-filesystem', 'a small patch of fs/ext4/inode.c', 1, (scratch, edit) =>
    smallPatch(scratch, 'fs/ext4/inode.c', edit),
  ),
  ...rowsOf('review-large', 'a patch of 400 lines and more', 0.5, largePatch),
  row(
    'review-page-flags',
    'a patch of include/linux/page-flags.h',
    { ratio: 2, peak: onePatch },
    pageFlagsPatch,
  ),
  ...replayMails().map(({ name, find }) =>
    row(`review-replay-${name}`, `the replay case ${name}`, { ratio: 1, peak: onePatch }, find),
  ),
];

/** The same patch twice: as most are, which no folio notices, and as one that folios notice. */
function rowsOf(
  name: string,
  what: string,
  ratio: number,
  find: (scratch: Scratch, edit: Edit) => PatchToReview,
): Row[] {
  return [
    row(name, what, { ratio, peak: onePatch }, (scratch) => find(scratch, aCall)),
    row(`${name}-return`, `${what} that adds returns`, { ratio, peak: onePatch }, (scratch) =>
      find(scratch, aReturn),
    ),
  ];
}

function row(name: string, what: string, goal: Goal, find: (scratch: Scratch) => PatchToReview): Row {
  return {
    name,
    work: `recto review of ${what}`,
    peer: 'checkpatch.pl',
    goal,
    async prepare({ options, scratch, progress }) {
      const { mail, base } = find(scratch);
      const cache = await filledCache({ options, scratch, progress });
      const args = ['review', '--tree', scratch.repository, '--base', base, mail];
      // The first review of a tree fills what later ones use.
      await costOf(recto(args, cache, scratch.folder), scratch.folder);
      const checkpatch = {
        command: 'perl',
        args: [join('scripts', 'checkpatch.pl'), '--no-summary', mail],
        cwd: options.tree,
        expected: [0, 1],
      };
      return async () => ({
        ours: await costOf(recto(args, cache, scratch.folder), scratch.folder),
        peer: await costOf(checkpatch, scratch.folder),
      });
    },
  };
}

const filled = new WeakMap<Scratch, Promise<string>>();

/** A cache in which the tree is indexed, made once. */
export function filledCache({ scratch, progress }: Bench): Promise<string> {
  let cache = filled.get(scratch);
  if (cache === undefined) {
    progress('filling a cache');
    const folder = scratch.emptyFolder('cache');
    const args = ['index', '--tree', scratch.repository];
    cache = costOf(recto(args, folder, scratch.folder), scratch.folder).then(() => folder);
    filled.set(scratch, cache);
  }
  return cache;
}
