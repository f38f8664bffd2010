import { describe, expect, it } from 'vitest';
import { judgeOnce, startWorld, type World } from './double/world.js';
import { send, type Delivery } from './double/webhooks.js';
import { draw, DRAW, drawAdopts, findChecks, findChecksAtomically, pages, PAGES } from './sketches.js';

/** Opens a pull request with findings in two files. */
async function opened(world: World): Promise<Delivery> {
  world.push('topic', { [DRAW]: drawAdopts }, 'mm/sketch: adopt folios');
  world.push('topic', { [PAGES]: findChecks }, 'mm/sketch: mark folios as checked');
  world.state.open(1, 'topic');
  const event = world.pullRequest('opened', 1);
  await world.deliver(event);
  return event;
}

/** What of a GitHub is to be seen from outside, without ids and times. */
function seen({ state, github, app }: World) {
  expect(github.mistakes).toEqual([]);
  expect(app.log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  return {
    threads: state.threads.map(({ path, startLine, line, resolved, comments }) => ({
      at: `${path}:${String(startLine)}-${String(line)}`,
      closed: resolved || comments[0]!.minimized,
      gone: comments[0]!.body.includes('<!-- recto:gone'),
      comments: comments.length,
    })),
    reviews: state.reviews.length,
    checks: state.checkRuns.map(({ status, conclusion, output }) => [status, conclusion, output.title]),
  };
}

const inDraw = { at: `${DRAW}:19-19`, closed: false, gone: false, comments: 1 };
const inPages = { at: `${PAGES}:45-45`, closed: false, gone: false, comments: 1 };
const closed = { closed: true, gone: true };
const failed = ['completed', 'failure', '2 findings'];

describe('a pull request', () => {
  it('is reviewed when it is opened: one comment for each of two files, and a check run', async () => {
    const world = await startWorld();
    await opened(world);
    expect(seen(world)).toEqual({ threads: [inDraw, inPages], reviews: 1, checks: [failed] });
    const [run] = world.state.checkRuns;
    expect(run!.output.summary).toContain('from a partial clone of sketch/linux');
    const { threads, reviews } = world.state;
    const written = [reviews[0]!.body, ...threads.map(({ comments }) => comments[0]!.body)];
    await expect(written.join('\n\n=====\n\n') + '\n').toMatchFileSnapshot('golden/review.out');
    expect(run!.annotations.map(({ path, start_line }) => [path, start_line])).toEqual([
      [DRAW, 19],
      [PAGES, 45],
    ]);
  });

  it('is not said to have plain updates where an atomic one is what can be undone', async () => {
    const world = await startWorld({
      source: 'mirror',
      ownJudge: async (task, signal) => {
        const { findings, ...rest } = await judgeOnce(task, signal);
        return {
          ...rest,
          findings: findings.map((placed) => ({ ...placed, finding: { ...placed.finding, atomic: true } })),
        };
      },
    });
    world.push('topic', { [PAGES]: findChecks });
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.state.reviews[0]!.body).toMatch(/^At one place flags of a folio are updated in a way/);
  });

  it('has a comment closed when a push mends what it tells, and the other left as it is', async () => {
    const world = await startWorld();
    await opened(world);
    const [, before] = world.state.threads.map(({ comments }) => comments[0]!.body);
    world.push('topic', { [DRAW]: draw }, 'mm/sketch: leave folios alone');
    await world.deliver(world.pullRequest('synchronize', 1));
    expect(seen(world)).toEqual({
      threads: [{ ...inDraw, ...closed }, inPages],
      reviews: 1,
      checks: [failed, ['completed', 'failure', '1 finding']],
    });
    expect(world.state.threads[1]!.comments[0]!.body).toBe(before);
    expect(world.state.threads[0]!.comments[0]!.body).toMatch(/^\*\*Gone\*\* with [0-9a-f]{12}\./);
  });

  it('ends with nothing open when a push mends all', async () => {
    const world = await startWorld();
    await opened(world);
    world.push('topic', { [DRAW]: draw, [PAGES]: findChecksAtomically }, 'mm/sketch: as it should be');
    await world.deliver(world.pullRequest('synchronize', 1));
    expect(seen(world)).toEqual({
      threads: [
        { ...inDraw, ...closed },
        { ...inPages, ...closed },
      ],
      reviews: 1,
      checks: [failed, ['completed', 'success', 'Nothing to report']],
    });
    expect(world.state.checkRuns[1]!.output.summary).toContain('Taken back by a later commit');
  });

  it('is told again of what comes back', async () => {
    const world = await startWorld();
    await opened(world);
    world.push('topic', { [PAGES]: pages }, 'Revert');
    await world.deliver(world.pullRequest('synchronize', 1));
    world.push('topic', { [PAGES]: findChecks }, 'Revert "Revert"');
    await world.deliver(world.pullRequest('synchronize', 1));
    expect(seen(world).threads).toEqual([inDraw, { ...inPages, ...closed }, inPages]);
  });

  it('resolves threads where the app may write to the code, and folds comments up where it may not', async () => {
    const world = await startWorld();
    await opened(world);
    world.github.permissions = { ...world.github.permissions, contents: 'write' };
    await world.app.stop();
    world.app = await world.startApp();
    world.push('topic', { [PAGES]: pages }, 'Revert');
    await world.deliver(world.pullRequest('synchronize', 1));
    expect(world.state.threads.map(({ resolved }) => resolved)).toEqual([false, true]);
    expect(world.state.threads[1]!.comments[0]!.minimized).toBe(false);
  });
});

describe('the same again', () => {
  it('changes nothing when a webhook is delivered again, also to an app that was started again', async () => {
    const world = await startWorld();
    const event = await opened(world);
    const before = structuredClone(world.state.checkRuns);
    await world.deliver(event);
    await world.app.stop();
    world.app = await world.startApp();
    await world.deliver(event);
    expect(seen(world)).toEqual({ threads: [inDraw, inPages], reviews: 1, checks: [failed] });
    expect(world.state.checkRuns).toEqual(before);
  });

  it('changes nothing when two deliveries come at once', async () => {
    const world = await startWorld();
    world.push('topic', { [DRAW]: drawAdopts, [PAGES]: findChecks });
    world.state.open(1, 'topic');
    const event = world.pullRequest('opened', 1);
    await world.deliver(event, event, world.pullRequest('ready_for_review', 1));
    expect(seen(world)).toEqual({ threads: [inPages, inDraw], reviews: 1, checks: [failed] });
  });

  it('changes nothing when an older webhook comes after a newer one', async () => {
    const world = await startWorld();
    const event = await opened(world);
    world.push('topic', { [DRAW]: draw }, 'mm/sketch: leave folios alone');
    await world.deliver(world.pullRequest('synchronize', 1));
    const before = seen(world);
    await world.deliver(event);
    expect(seen(world)).toEqual(before);
  });
});

describe('a push during a review', () => {
  it('stops the review of the old commits, of which nothing is told', async () => {
    const world = await startWorld();
    world.push('topic', { [DRAW]: drawAdopts });
    world.state.open(1, 'topic');
    let pushed: Promise<number> | null = null;
    world.github.meanwhile = ({ operation }) => {
      if (operation !== 'repos/get-content' || pushed) return;
      world.reset('topic');
      world.push('topic', { [PAGES]: findChecks });
      pushed = send(world.app.url, world.pullRequest('synchronize', 1));
    };
    await world.deliver(world.pullRequest('opened', 1));
    await pushed;
    await world.app.reviews.idle();
    expect(seen(world)).toEqual({
      threads: [inPages],
      reviews: 1,
      checks: [
        ['completed', 'cancelled', 'Out of date'],
        ['completed', 'failure', '1 finding'],
      ],
    });
  });

  it('is noticed before anything is told, even when its webhook is late', async () => {
    const world = await startWorld();
    world.push('topic', { [DRAW]: drawAdopts });
    world.state.open(1, 'topic');
    let reads = 0;
    world.github.meanwhile = ({ operation }) => {
      if (operation !== 'pulls/get' || ++reads !== 2) return;
      world.reset('topic');
      world.push('topic', { [PAGES]: findChecks });
    };
    await world.deliver(world.pullRequest('opened', 1));
    expect(seen(world)).toEqual({
      threads: [],
      reviews: 0,
      checks: [['completed', 'cancelled', 'Out of date']],
    });
  });
});

describe('events', () => {
  it('are not believed without the right signature', async () => {
    const world = await startWorld();
    world.push('topic', { [DRAW]: drawAdopts });
    world.state.open(1, 'topic');
    expect(await send(world.app.url, world.pullRequest('opened', 1), { secret: 'guessed' })).toBe(400);
    await world.app.reviews.idle();
    expect(world.github.received).toEqual([]);
  });

  it('of a draft or a closed pull request ask for nothing', async () => {
    const world = await startWorld();
    world.push('topic', { [DRAW]: drawAdopts });
    const pull = world.state.open(1, 'topic');
    pull.draft = true;
    await world.deliver(world.pullRequest('opened', 1));
    pull.draft = false;
    pull.state = 'closed';
    await world.deliver(world.pullRequest('synchronize', 1));
    expect(seen(world)).toEqual({ threads: [], reviews: 0, checks: [] });
  });

  it('of a new base lead to a new review, other edits to none', async () => {
    const world = await startWorld();
    await opened(world);
    world.push('next', { 'mm/other.c': 'int other;\n' });
    world.state.pulls[0]!.base = 'next';
    await world.deliver(world.pullRequest('edited', 1, { changes: { title: { from: 'x' } } }));
    expect(world.state.checkRuns).toHaveLength(1);
    await world.deliver(world.pullRequest('edited', 1, { changes: { base: { ref: { from: 'master' } } } }));
    expect(seen(world)).toEqual({ threads: [inDraw, inPages], reviews: 1, checks: [failed, failed] });
  });

  it('of a check that is to be run again lead to a run of its own, once', async () => {
    const world = await startWorld();
    await opened(world);
    const [run] = world.state.checkRuns;
    const again = world.event('check_run', 'rerequested', {
      check_run: { external_id: run!.external_id, pull_requests: [] },
    });
    await world.deliver(again);
    await world.deliver(again);
    expect(seen(world)).toEqual({ threads: [inDraw, inPages], reviews: 1, checks: [failed, failed] });
    await world.deliver(
      world.event('check_suite', 'rerequested', { check_suite: { id: 5, pull_requests: [] } }),
    );
    expect(seen(world)).toEqual({ threads: [inDraw, inPages], reviews: 1, checks: [failed, failed, failed] });
  });
});
