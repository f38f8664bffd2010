import { describe, expect, it } from 'vitest';
import { readCommand } from '../../src/github/commands.js';
import { judgeOnce, startWorld, type World } from './double/world.js';
import { DRAW, drawAdopts, findChecks, PAGES } from './sketches.js';

async function reviewed(): Promise<World> {
  const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
  world.push('topic', { [DRAW]: drawAdopts, [PAGES]: findChecks });
  world.state.open(1, 'topic');
  await world.deliver(world.pullRequest('opened', 1));
  expect(world.state.threads.map(({ path }) => path)).toEqual([PAGES, DRAW]);
  return world;
}

/** The ids that a comment tells, as its reader sees them. */
const idsIn = (body: string) => [...body.matchAll(/`([0-9a-f]{12})`/g)].map(([, id]) => id!);

const ours = ({ state }: World) => state.conversation.filter(({ author }) => author !== 'maintainer');

describe('the words of a command', () => {
  it.each([
    ['/recto review', { kind: 'review' }],
    ['  /recto review\nplease', { kind: 'review' }],
    ['/recto explain 0123456789ab', { kind: 'explain', id: '0123456789ab' }],
    ['/recto dismiss 0123456789ab it is fine', { kind: 'dismiss', id: '0123456789ab', reason: 'it is fine' }],
    ['/recto dismiss 0123456789ab', { kind: 'unknown' }],
    ['/recto dismiss everything', { kind: 'unknown' }],
    ['/recto', { kind: 'unknown' }],
    ['/rectories are houses', null],
    ['see /recto review', null],
    ['> /recto review', null],
  ])('%j', (body, command) => {
    if (command === null) expect(readCommand(body)).toBeNull();
    else expect(readCommand(body)).toMatchObject(command);
  });
});

describe('a command', () => {
  it('to review is acknowledged and leads to a check run of its own, once', async () => {
    const world = await reviewed();
    const event = world.comment(1, 'maintainer', '/recto review');
    await world.deliver(event);
    await world.deliver(event);
    expect(world.state.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['failure', 'failure']);
    expect([...world.state.reactions]).toHaveLength(1);
    expect([...world.state.reactions][0]).toMatch(/ eyes$/);
    expect(world.state.threads).toHaveLength(2);
    expect(world.github.mistakes).toEqual([]);
  });

  it('to explain is answered once, with every way to the update', async () => {
    const world = await reviewed();
    const [id] = idsIn(world.state.threads[1]!.comments[0]!.body);
    const event = world.comment(1, 'maintainer', `/recto explain ${id!}`);
    await world.deliver(event);
    await world.deliver(event);
    const [answer, ...more] = ours(world);
    expect(more).toEqual([]);
    expect(answer!.body).toContain('- `mm/sketch_draw.c:19` `sketch_draw()`: calls `sketch_init_folio()`');
    expect(answer!.body).toContain('What can be lost:');
  });

  it('to explain what is not there is answered so', async () => {
    const world = await reviewed();
    await world.deliver(world.comment(1, 'maintainer', '/recto explain 0123456789ab'));
    expect(ours(world)[0]!.body).toMatch(/^There is no 0123456789ab at [0-9a-f]{12}: it is gone, or/);
  });

  it('to dismiss is answered in the thread, and what is dismissed counts no more', async () => {
    const world = await reviewed();
    const { state } = world;
    const [id] = idsIn(state.threads[0]!.comments[0]!.body);
    await world.deliver(world.answer(1, 0, 'maintainer', `/recto dismiss ${id!} nobody @calls it`));
    expect(state.threads[0]!.comments.map(({ author }) => author)).toEqual([
      'recto-review[bot]',
      'maintainer',
      'recto-review[bot]',
    ]);
    const answer = state.threads[0]!.comments[2]!.body;
    expect(answer).toContain(`${id!} is dismissed by maintainer: nobody @<!-- -->calls it`);
    expect(state.threads[0]!.comments[0]!.minimized).toBe(true);
    expect(state.threads[0]!.comments[0]!.body).not.toContain('Gone');
    expect(state.checkRuns.at(-1)!.output.title).toBe('1 finding');
    expect(state.checkRuns.at(-1)!.output.summary).toContain('### Dismissed');

    // It stays dismissed when the pull request is pushed to, and the other can be dismissed as well.
    const others = idsIn(state.threads[1]!.comments[0]!.body);
    for (const other of others) {
      await world.deliver(world.comment(1, 'maintainer', `/recto dismiss ${other} known`));
    }
    expect(state.threads[1]!.comments).toHaveLength(1 + others.length);
    world.push('topic', { 'mm/other.c': 'int other;\n' });
    await world.deliver(world.pullRequest('synchronize', 1));
    expect(state.threads).toHaveLength(2);
    expect(state.checkRuns.at(-1)).toMatchObject({
      conclusion: 'success',
      output: { title: 'Nothing to report' },
    });
    expect(world.github.mistakes).toEqual([]);
  });

  it('works where the commits are in a fork', async () => {
    const world = await reviewed();
    world.state.detach(world.state.pulls[0]!);
    await world.deliver(world.comment(1, 'maintainer', '/recto review'));
    expect(world.state.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['failure', 'failure']);
    expect(world.github.mistakes).toEqual([]);
  });

  it('that is not understood is answered with those that are', async () => {
    const world = await reviewed();
    await world.deliver(world.comment(1, 'maintainer', '/recto reviw'));
    expect(ours(world)[0]!.body).toContain('I know `/recto review`, `/recto explain ID`');
  });

  it.each([
    ['a stranger', undefined],
    ['somebody who may only read', 'read'],
  ])('by %s is not obeyed', async (_, permission) => {
    const world = await reviewed();
    if (permission) world.state.collaborators.set('reader', permission);
    const [id] = idsIn(world.state.threads[0]!.comments[0]!.body);
    await world.deliver(
      world.comment(1, 'reader', '/recto review'),
      world.answer(1, 0, 'reader', `/recto dismiss ${id!} no`),
    );
    expect(world.state.checkRuns).toHaveLength(1);
    expect(world.state.threads[0]!.comments).toHaveLength(2);
    expect([...world.state.reactions].map((reaction) => reaction.split(' ')[1])).toEqual(['-1', '-1']);
    expect(ours(world).filter(({ author }) => author !== 'reader')).toEqual([]);
  });

  it('of a bot, at an issue, or written into a comment later, is none', async () => {
    const world = await reviewed();
    const { length } = world.github.received;
    await world.deliver(
      world.event('issue_comment', 'edited', {
        issue: { number: 1, pull_request: {} },
        comment: { id: 3, body: '/recto review', user: { login: 'maintainer', type: 'User' } },
      }),
      world.event('issue_comment', 'created', {
        issue: { number: 1, pull_request: null },
        comment: { id: 1, body: '/recto review', user: { login: 'maintainer', type: 'User' } },
      }),
      world.event('issue_comment', 'created', {
        issue: { number: 1, pull_request: {} },
        comment: { id: 2, body: '/recto review', user: { login: 'other[bot]', type: 'Bot' } },
      }),
    );
    expect(world.github.received).toHaveLength(length);
  });
});
