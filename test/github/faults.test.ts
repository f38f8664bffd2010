import { isDeepStrictEqual } from 'node:util';
import { ProbotOctokit } from 'probot';
import { describe, expect, it } from 'vitest';
import { judgeOnce, startWorld, type World } from './double/world.js';
import type { Delivery } from './double/webhooks.js';
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

interface Trouble {
  readonly first: Fault;
  /** What becomes of all requests after it. */
  readonly then: Fault | null;
}

/** Does something while one request, by its number, goes wrong; gives the operations that were asked for. */
async function withFault(
  world: World,
  at: number,
  { first, then }: Trouble,
  work: () => Promise<void>,
): Promise<readonly string[]> {
  const operations: string[] = [];
  world.github.fault = ({ operation }) => {
    const count = operations.push(operation);
    return count < at ? null : count === at ? first : then;
  };
  await world.app.stop();
  world.app = await world.startApp();
  await work();
  world.github.fault = () => null;
  return operations;
}

/** A request that went wrong, by its number and operation, and what was to be seen after a retry. */
interface Outcome {
  readonly request: string;
  readonly seen: ReturnType<typeof seen>;
}

/** Reviews as many pull requests as a review makes requests, each with another request going wrong, and retries. */
async function withEachFault(
  world: World,
  trouble: Trouble,
  prepare: (number: number) => Delivery | Promise<Delivery>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 1, requests = 1; at <= requests; at++) {
    const event = await prepare(at);
    const operations = await withFault(world, at, trouble, () => world.deliver(event));
    await world.deliver(event);
    requests = operations.length;
    outcomes.push({ request: `${String(at)} ${operations[at - 1] ?? 'none'}`, seen: seen(world, at) });
  }
  return outcomes;
}

/** First reviews of pull requests. */
async function firstReviews(world: World, trouble: Trouble): Promise<Outcome[]> {
  world.push('topic', { [DRAW]: drawAdopts, [PAGES]: findChecks });
  return await withEachFault(world, trouble, (number) => {
    world.state.open(number, 'topic');
    return world.pullRequest('opened', number);
  });
}

const FIRST = {
  threads: [
    [PAGES, false, 1],
    [DRAW, false, 1],
  ],
  reviews: 1,
  unfinished: 0,
  checks: [['failure', 2]],
};

/** Reviews of a push that mends one finding and brings another. */
async function reviewsOfPushes(world: World, trouble: Trouble): Promise<Outcome[]> {
  world.push('before', { [DRAW]: drawAdopts });
  world.push('after', { [PAGES]: findChecks });
  return await withEachFault(world, trouble, async (number) => {
    const branch = `topic-${String(number)}`;
    world.reset(branch, 'before');
    world.state.open(number, branch);
    await world.deliver(world.pullRequest('opened', number));
    world.reset(branch, 'after');
    return world.pullRequest('synchronize', number);
  });
}

const PUSHED = {
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

/** What all should have come to. */
const allAs = (outcomes: readonly Outcome[], right: object) =>
  outcomes.map(({ request }) => ({ request, seen: right }));

describe.each<Trouble & { readonly name: string }>([
  { name: 'is answered 502, and does nothing', first: '502 before', then: null },
  { name: 'is answered 502, and does what it asks for', first: '502 after', then: null },
  {
    name: 'is answered as GraphQL tells trouble, and does what it asks for',
    first: 'trouble after',
    then: null,
  },
  { name: 'breaks off, and does what it asks for', first: 'broken after', then: null },
  { name: 'is never answered, and does what it asks for', first: 'silence after', then: null },
  // Nothing that comes after it arrives: to GitHub, the app has ended.
  { name: 'is the last before the app ends', first: 'broken after', then: 'broken before' },
])('a request that $name, whichever it is', (trouble) => {
  it('of a first review: nothing is told twice, and a retry ends right', { timeout: 600_000 }, async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    const outcomes = await firstReviews(world, trouble);
    expect(outcomes).toEqual(allAs(outcomes, FIRST));
    expect(outcomes.map(({ request }) => request.split(' ')[1])).toEqual(
      expect.arrayContaining(['checks/create', 'graphql', 'pulls/create-review', 'checks/update']),
    );
  });

  it('of the review of a push: the same', { timeout: 600_000 }, async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    const outcomes = await reviewsOfPushes(world, trouble);
    expect(outcomes).toEqual(allAs(outcomes, PUSHED));
    // Asking for what was said before; resolving, folding up and editing it.
    expect(outcomes.filter(({ request }) => request.endsWith(' graphql')).length).toBeGreaterThanOrEqual(4);
  });
});

describe('an app that sends writes again without looking', () => {
  it('is caught telling things twice', { timeout: 600_000 }, async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce, client: ProbotOctokit });
    const outcomes = await firstReviews(world, { first: '502 after', then: null });
    const wrong = outcomes.filter((outcome) => !isDeepStrictEqual(outcome.seen, FIRST));
    // Check runs, comments and annotations.
    expect(wrong.map(({ request }) => request.split(' ')[1])).toEqual([
      'checks/create',
      'pulls/create-review',
      'checks/update',
    ]);
    expect(wrong[1]!.seen).toEqual({ ...FIRST, threads: [...FIRST.threads, ...FIRST.threads], reviews: 2 });
    expect(wrong[2]!.seen).toEqual({ ...FIRST, checks: [['failure', 4]] });
  });
});
