import { describe, expect, it } from 'vitest';
import type { Judge } from '../../src/github/judge.js';
import { judgeOnce, startWorld, type Options, type World } from './double/world.js';
import { draw, DRAW, drawAdopts, findChecks, PAGES } from './sketches.js';

async function withPullRequest(options: Options = {}): Promise<World> {
  const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce, ...options });
  world.push('topic', { [DRAW]: drawAdopts, [PAGES]: findChecks });
  world.state.open(1, 'topic');
  return world;
}

const errors = ({ app }: World) =>
  app.log
    .filter((line) => /"level":[56]0/.test(line))
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

describe('without a permission', () => {
  it('to write checks, comments are made all the same', async () => {
    const world = await withPullRequest();
    world.github.permissions = { ...world.github.permissions, checks: 'read' };
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.checkRuns).toEqual([]);
    expect(world.state.threads).toHaveLength(2);
    await world.deliver(world.pullRequest('reopened', 1));
    expect(world.state.threads).toHaveLength(2);
    expect(errors(world)).toEqual([]);
  });

  it('to write to pull requests, the check run has it all, and says what is missing', async () => {
    const world = await withPullRequest();
    world.github.permissions = { ...world.github.permissions, pull_requests: 'read' };
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.threads).toEqual([]);
    const [run] = world.state.checkRuns;
    expect(run).toMatchObject({
      conclusion: 'failure',
      output: { title: '2 findings', annotations_count: 2 },
    });
    expect(run!.output.summary).toContain('the app may not comment here');
  });

  it('to read the code, the check run says so, and the next delivery tries again', async () => {
    const world = await withPullRequest();
    const { permissions } = world.github;
    const others = Object.entries(permissions).filter(([name]) => name !== 'contents');
    world.github.permissions = Object.fromEntries(others);
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.checkRuns[0]).toMatchObject({
      conclusion: 'neutral',
      output: { title: 'Not reviewed' },
    });
    expect(world.state.checkRuns[0]!.output.summary).toContain(
      'GitHub answered 403: Resource not accessible',
    );
    world.github.permissions = permissions;
    await world.app.stop();
    world.app = await world.startApp();
    await world.deliver(world.pullRequest('reopened', 1));
    expect(world.state.checkRuns[1]).toMatchObject({
      conclusion: 'failure',
      output: { title: '2 findings' },
    });
  });

  it('at all, because the app was removed during the review, nothing is left but a line in the log', async () => {
    const world = await withPullRequest();
    world.github.meanwhile = ({ operation }) => {
      if (operation === 'repos/get-content') world.github.installed = false;
    };
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.threads).toEqual([]);
    expect(errors(world).join('\n')).toMatch(/^GitHub answered 40[14]: /);
    expect(errors(world).join('\n')).not.toContain('ghs_');
  });
});

describe('limits of GitHub', () => {
  it.each(['rate limit', 'secondary limit'] as const)(
    'a %s is waited for, with nothing done twice',
    async (limit) => {
      const world = await withPullRequest({ throttle: true });
      const limited = new Set<string>();
      world.github.fault = ({ operation }) => {
        if (limited.has(operation) || operation === 'apps/create-installation-access-token') return null;
        limited.add(operation);
        return limit;
      };
      await world.deliver(world.pullRequest('opened', 1));
      expect(limited.size).toBeGreaterThan(5);
      expect(errors(world)).toEqual([]);
      expect(world.app.log.some((line) => /rate limit at \w+ /.test(line))).toBe(true);
      expect(world.state.threads).toHaveLength(2);
      expect(world.state.checkRuns).toHaveLength(1);
      expect(world.state.checkRuns[0]).toMatchObject({
        conclusion: 'failure',
        output: { annotations_count: 2 },
      });
    },
  );

  it('more than 300 commits, and more than 3,000 files, are refused in words', async () => {
    const world = await withPullRequest();
    for (const [number, size, says] of [
      [1, { commits: 301 }, 'the pull request has 301 commits; no more than 300 are reviewed at once'],
      [2, { changed_files: 3001 }, 'the pull request has 3001 changed files; no more than 3000'],
    ] as const) {
      const pull =
        world.state.pulls.find((known) => known.number === number) ?? world.state.open(number, 'topic');
      pull.claimed = size;
      await world.deliver(world.pullRequest('opened', number));
      expect(world.state.checkRuns.at(-1)).toMatchObject({
        conclusion: 'neutral',
        output: { title: 'Not reviewed' },
      });
      expect(world.state.checkRuns.at(-1)!.output.summary).toContain(says);
    }
    expect(world.state.threads).toEqual([]);
  });

  it('annotations are sent 50 at a time, also when one of the requests is lost', async () => {
    const many: Judge = async (task, signal) => {
      const judgement = await judgeOnce(task, signal);
      const [first] = judgement.findings;
      const copies = Array.from({ length: 120 }, (_, index) => ({
        ...first!,
        finding: {
          ...first!.finding,
          in: `f_${String(index)}`,
          line: first!.finding.line + index,
          id: index.toString(16).padStart(12, '0'),
        },
      }));
      return { ...judgement, findings: copies };
    };
    const world = await withPullRequest({ ownJudge: many });
    let updates = 0;
    world.github.fault = ({ operation }) =>
      operation === 'checks/update' && ++updates === 2 ? '502 after' : null;
    await world.deliver(world.pullRequest('opened', 1));
    const [run] = world.state.checkRuns;
    expect(run!.annotations.map(({ title }) => title)).toHaveLength(120);
    expect(new Set(run!.annotations.map(({ message }) => message)).size).toBe(120);
    expect(run).toMatchObject({ status: 'completed', output: { title: '120 findings' } });
    // Thirty at their lines, the others in the text of the same review, and none again on the next push.
    expect(world.state.threads).toHaveLength(30);
    expect(world.state.reviews).toHaveLength(1);
    world.push('topic', { 'mm/other.c': 'int other;\n' });
    await world.deliver(world.pullRequest('synchronize', 1));
    expect(world.state.threads).toHaveLength(30);
    expect(world.state.reviews).toHaveLength(1);
    expect(world.github.mistakes).toEqual([]);
  });

  it('a review that takes too long is given up', async () => {
    const never: Judge = (_, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    const world = await withPullRequest({ ownJudge: never, changes: { reviewTimeoutMs: 1500 } });
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.checkRuns[0]).toMatchObject({
      status: 'completed',
      conclusion: 'timed_out',
      output: { title: 'The review took too long' },
    });
  });
});

describe('odd pull requests', () => {
  it('a fork of which only the commits are known is reviewed like any other', async () => {
    const world = await withPullRequest({ source: 'clone' });
    world.state.detach(world.state.pulls[0]!);
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.github.mistakes).toEqual([]);
    expect(world.state.checkRuns[0]!.output.summary).toContain('from a partial clone');
    expect(world.state.threads).toHaveLength(2);
  });

  it('a branch without anything in common is refused in words', async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    world.orphan('topic', { [DRAW]: draw });
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.checkRuns[0]!.output.summary).toContain('have no commit in common');
    expect(world.state.checkRuns[0]!.conclusion).toBe('neutral');
  });

  it('a tree that is no kernel is said to be none', async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    world.push('master', { 'include/linux/page-flags.h': '' });
    world.push('topic', { [DRAW]: drawAdopts });
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.checkRuns[0]).toMatchObject({
      conclusion: 'neutral',
      output: { title: 'Not reviewed' },
    });
  });
});
