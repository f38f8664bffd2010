import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kernelTree } from '../folio/kernel-tree.js';
import { git } from '../tree/repository.js';
import { startWorld } from './double/world.js';

const replay = fileURLToPath(new URL('../../../shared/replay/swapbacked/', import.meta.url));
const linux = kernelTree('6.12');

describe.skipIf(linux.missing !== null || !existsSync(replay))(
  `the case that started it, as a pull request against Linux 6.12${linux.missing ? ` (${linux.missing})` : ''}`,
  () => {
    it('is told at the two calls that the patch adds', { timeout: 1_200_000 }, async () => {
      const world = await startWorld({ source: 'mirror', changes: { reviewTimeoutMs: 1_200_000 } });
      const { folder } = world.state;
      cpSync(linux.path, folder, { recursive: true, force: true });
      git(folder, 'checkout', '-q', '-B', 'master');
      git(folder, 'apply', '--index', `${replay}base.patch`);
      git(folder, 'commit', '-q', '-m', 'The tree that the patch was written for');
      git(folder, 'checkout', '-q', '-b', 'topic');
      git(folder, 'am', '-q', `${replay}0001-widen.eml`);
      git(folder, 'checkout', '-q', 'master');
      world.state.open(1, 'topic');
      await world.deliver(world.pullRequest('opened', 1));
      expect(world.github.mistakes).toEqual([]);
      const { threads, checkRuns } = world.state;
      const callOf = (name: string) =>
        threads.filter(({ comments }) => comments[0]!.body.startsWith(`\`${name}()\` passes a folio`));
      for (const name of ['do_swap_page', 'unuse_pte']) {
        const [thread, ...more] = callOf(name);
        expect(more, name).toEqual([]);
        const text = execFileSync('git', ['-C', folder, 'show', `topic:${thread!.path}`], {
          encoding: 'utf8',
        }).split('\n');
        const lines = text.slice(thread!.startLine - 1, thread!.line).join('\n');
        expect(lines).toMatch(/folio_add_new_anon_rmap\([^]*\);$/);
        expect(thread!.comments[0]!.body).toContain('CPU 1');
      }
      expect(threads).toHaveLength(2);
      expect(checkRuns[0]).toMatchObject({ conclusion: 'failure', output: { title: '2 findings' } });
    });
  },
);
