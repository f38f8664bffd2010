import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readHistory } from '../../src/lists/sources/git-history.js';
import { runGit } from '../../src/tree/git-command.js';
import { costOf } from './cost.js';
import type { Goal, Row } from './row.js';

const program = fileURLToPath(new URL('epoch.js', import.meta.url));

/** A public-inbox epoch against `git cat-file --batch` of the same mails. */
export const epochRows: readonly Row[] = [
  row('epoch-store', 'store', 'an epoch read, its series assembled, into a store', {}),
  row('epoch-review', 'review', 'an epoch read, its series assembled and reviewed without a tree', {
    ratio: 3,
  }),
];

function row(name: string, what: string, work: string, goal: Goal): Row {
  return {
    name,
    work,
    peer: 'git cat-file --batch',
    goal,
    async prepare({ options, scratch }) {
      const { epoch } = options;
      if (epoch === null) throw new Error('name an epoch with --epoch');
      const { stdout } = await runGit(epoch, ['rev-parse', 'HEAD']);
      const ids: string[] = [];
      for await (const { blob } of readHistory(epoch, null, stdout.toString('latin1').trim(), null)) {
        ids.push(blob);
      }
      const list = join(scratch.folder, 'mails');
      writeFileSync(list, ids.join('\n') + '\n');
      const git = {
        command: 'sh',
        args: ['-c', 'git -C "$1" cat-file --batch <"$2" >/dev/null', 'sh', epoch, list],
        cwd: scratch.folder,
      };
      return async () => {
        const folder = scratch.emptyFolder('store');
        const args = [program, what, epoch, folder];
        const ours = await costOf({ command: process.execPath, args, cwd: scratch.folder }, scratch.folder);
        rmSync(folder, { recursive: true });
        return { ours, peer: await costOf(git, scratch.folder) };
      };
    },
  };
}
