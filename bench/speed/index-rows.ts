import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { costOf } from './cost.js';
import { touchedFiles } from './patches.js';
import { recto } from './recto.js';
import { filledCache } from './review-rows.js';
import type { Bench, Row } from './row.js';

const wholeIndex = 700e6;

/** The first index of a tree against its tags, and the index after some files changed. */
export const indexRows: readonly Row[] = [
  row('index-folder', 'a plain folder', 0.3, ({ scratch }) => scratch.plainFolder()),
  row('index-git', 'a git revision', 0.5, ({ scratch }) => scratch.repository),
  ...[0, 1, 100, 5000].map(again),
];

function row(name: string, what: string, ratio: number, place: (bench: Bench) => string): Row {
  return {
    name,
    work: `recto index of ${what}, nothing cached`,
    peer: 'ctags -R',
    goal: { ratio, peak: wholeIndex },
    prepare(bench) {
      const { scratch, progress } = bench;
      progress('writing the tree as a plain folder');
      const folder = scratch.plainFolder();
      const tags = join(scratch.folder, 'tags');
      const ctags = {
        command: 'ctags',
        args: ['-R', '--languages=C', '--langmap=C:+.h', '-f', tags, '.'],
        cwd: folder,
      };
      const tree = place(bench);
      return Promise.resolve(async () => {
        const cache = scratch.emptyFolder('cache');
        const ours = await costOf(recto(['index', '--tree', tree], cache, scratch.folder), scratch.folder);
        rmSync(cache, { recursive: true });
        const peer = await costOf(ctags, scratch.folder);
        rmSync(tags);
        return { ours, peer };
      });
    },
  };
}

/** Each round has other changes: what one has read, the next would know. */
function again(count: number): Row {
  return {
    name: `again-${String(count)}`,
    work: `recto index of a git revision again after ${String(count)} changed files`,
    peer: null,
    // The first index costs about a millisecond for each file.
    goal: { seconds: 1 + count / 1000 },
    async prepare(bench) {
      const cache = await filledCache(bench);
      const { scratch } = bench;
      return async (round) => {
        bench.progress('changing files');
        const contents = new Map(
          [...(count === 0 ? [] : touchedFiles(scratch, count))].map(([path, text]) => [
            path,
            text.replace('touched', `touched ${String(round)}`),
          ]),
        );
        const commit = count === 0 ? scratch.head : scratch.commit(scratch.head, 'Touch files', contents);
        const args = ['index', '--tree', scratch.repository, '--rev', commit];
        return { ours: await costOf(recto(args, cache, scratch.folder), scratch.folder), peer: null };
      };
    },
  };
}
