import { describe, expect, it } from 'vitest';
import { judgeOnce, startWorld, type World } from './double/world.js';
import type { Fault } from './double/server.js';
import { DRAW, drawAdopts, findChecks, PAGES } from './sketches.js';

/** What there is at one pull request, when all went well. */
function seen({ state, github }: World, number: number) {
  expect(github.mistakes).toEqual([]);
  const ours = state.checkRuns.filter(({ external_id }) =>
    external_id.startsWith(`recto:${String(number)}:`),
  );
  return {
    threads: state.threads
      .filter(({ pull }) => pull === number)
      .map(({ path, resolved, comments }) => [path, resolved || comments[0]!.minimized, comments.length]),
    reviews: state.reviews.filter(({ pull }) => pull === number).length,
    unfinished: ours.filter(({ status }) => status !== 'completed').length,
    checks: ours
      .filter(({ external_id }) => !external_id.endsWith(':unfinished'))
      .map(({ conclusion, annotations }) => [conclusion, annotations.length]),
  };
}

/** Reviews a new pull request while one request of that review, by its number, goes wrong. */
async function withFault(
  world: World,
  { at, first, then }: { readonly at: number; readonly first: Fault; readonly then: Fault | null },
  work: () => Promise<void>,
): Promise<number> {
  let count = 0;
  world.github.fault = () => (++count < at ? null : count === at ? first : then);
  await world.app.stop();
  world.app = await world.startApp();
  await work();
  world.github.fault = () => null;
  return count;
}

describe.each<{ readonly name: string; readonly first: Fault; readonly then: Fault | null }>([
  { name: 'is answered 502, and does nothing', first: '502 before', then: null },
  { name: 'is answered 502, and does what it asks for', first: '502 after', then: null },
  { name: 'breaks off, and does what it asks for', first: 'broken after', then: null },
  { name: 'is never answered, and does what it asks for', first: 'silence after', then: null },
  // Nothing that comes after it arrives: to GitHub, the app has ended.
  { name: 'is the last before the app ends', first: 'broken after', then: 'broken before' },
])('a request that $name, whichever it is', ({ first, then }) => {
  it('of a first review: nothing is told twice, and a retry ends right', { timeout: 600_000 }, async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    world.push('topic', { [DRAW]: drawAdopts, [PAGES]: findChecks });
    const right = {
      threads: [
        [PAGES, false, 1],
        [DRAW, false, 1],
      ],
      reviews: 1,
      unfinished: 0,
      checks: [['failure', 2]],
    };
    let requests = 1;
    for (let at = 1; at <= requests; at++) {
      world.state.open(at, 'topic');
      const event = world.pullRequest('opened', at);
      requests = await withFault(world, { at, first, then }, () => world.deliver(event));
      await world.deliver(event);
      expect(seen(world, at), `request ${String(at)}`).toEqual(right);
    }
    expect(requests).toBeGreaterThan(8);
  });

  it('of the review of a push: the same', { timeout: 600_000 }, async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    world.push('before', { [DRAW]: drawAdopts });
    world.push('after', { [PAGES]: findChecks });
    const right = {
      threads: [
        [DRAW, true, 1],
        [PAGES, false, 1],
      ],
      reviews: 2,
      unfinished: 0,
      checks: [
        ['failure', 1],
        ['failure', 1],
      ],
    };
    let requests = 1;
    for (let at = 1; at <= requests; at++) {
      world.reset(`topic-${String(at)}`, 'before');
      world.state.open(at, `topic-${String(at)}`);
      await world.deliver(world.pullRequest('opened', at));
      world.reset(`topic-${String(at)}`, 'after');
      const event = world.pullRequest('synchronize', at);
      requests = await withFault(world, { at, first, then }, () => world.deliver(event));
      await world.deliver(event);
      expect(seen(world, at), `request ${String(at)}`).toEqual(right);
    }
    expect(requests).toBeGreaterThan(10);
  });
});
