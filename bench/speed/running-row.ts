import { fileURLToPath } from 'node:url';
import { costOf } from './cost.js';
import { aReturn, replayMails, smallPatches } from './patches.js';
import { median } from './report.js';
import { filledCache, type PatchToReview } from './review-rows.js';
import type { Row } from './row.js';
import type { Scratch } from './scratch.js';

const running = fileURLToPath(new URL('running.js', import.meta.url));

/** Reviews of other patches that a process has behind it. */
const OTHERS = 20;

/** Reviews in one process: what a server does. */
export const runningRows: readonly Row[] = [
  row('running', `after ${String(OTHERS)} others in one process`, (scratch) =>
    smallPatches(scratch, OTHERS, aReturn),
  ),
  // The first one reads the tree, which a server does once.
  row('running-early', 'as the second to sixth in one process', (_, cases) => cases.slice(0, 1)),
];

function row(
  name: string,
  when: string,
  before: (scratch: Scratch, cases: readonly PatchToReview[]) => readonly PatchToReview[],
): Row {
  return {
    name,
    work: `reviews of the replay cases, ${when}; their median`,
    peer: null,
    goal: { seconds: 0.1 },
    async prepare(bench) {
      const { scratch } = bench;
      const cache = await filledCache(bench);
      const cases = replayMails().map(({ find }) => find(scratch));
      if (cases.length === 0) throw new Error('there are no replay cases');
      const others = before(scratch, cases);
      const patches = [...others, ...cases].flatMap(({ base, mail }) => [base, mail]);
      const args = [String(others.length), scratch.repository, ...patches];
      const run = () =>
        costOf(
          {
            command: process.execPath,
            args: [running, ...args],
            cwd: scratch.folder,
            env: { XDG_CACHE_HOME: cache },
          },
          scratch.folder,
        );
      // What is kept of the bases is made before.
      await run();
      return async () => {
        const cost = await run();
        const wall = median(JSON.parse(cost.stdout) as number[]);
        return { ours: { wall, cpu: cost.cpu, peak: cost.peak }, peer: null };
      };
    },
  };
}
