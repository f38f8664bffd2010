import { fileURLToPath } from 'node:url';
import { costOf } from './cost.js';
import { replayMails } from './patches.js';
import { median } from './report.js';
import { filledCache } from './review-rows.js';
import type { Row } from './row.js';

const running = fileURLToPath(new URL('running.js', import.meta.url));

/** The second and later reviews in one process: what a server does. */
export const runningRow: Row = {
  name: 'running',
  work: 'the second and later reviews in one process, median over the replay cases',
  peer: null,
  goal: { seconds: 0.1 },
  async prepare(bench) {
    const { scratch } = bench;
    const cache = await filledCache(bench);
    const patches = replayMails().map(({ find }) => find(scratch));
    if (patches.length === 0) throw new Error('there are no replay cases');
    const args = ['1', scratch.repository, ...patches.flatMap(({ base, mail }) => [base, mail])];
    return async () => {
      const cost = await costOf(
        {
          command: process.execPath,
          args: [running, ...args],
          cwd: scratch.folder,
          env: { XDG_CACHE_HOME: cache },
        },
        scratch.folder,
      );
      const wall = median(JSON.parse(cost.stdout) as number[]);
      return { ours: { wall, cpu: cost.cpu, peak: cost.peak }, peer: null };
    };
  },
};
