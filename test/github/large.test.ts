import { describe, expect, it } from 'vitest';
import { startWorld, type Options, type World } from './double/world.js';
import { DRAW, drawAdopts, PAGES, pages } from './sketches.js';

/** Both files change: from the API alone no other is seen. */
const adopting = { [DRAW]: drawAdopts, [PAGES]: `${pages}\n` };

/** Reviews a pull request of many commits or files; gives what its check run says. */
async function reviewed(
  options: Options,
  commits: readonly Readonly<Record<string, string>>[],
): Promise<World> {
  const world = await startWorld({ ...options, changes: { reviewTimeoutMs: 600_000 } });
  world.pushSeries('topic', commits);
  world.state.open(1, 'topic');
  await world.deliver(world.pullRequest('opened', 1));
  expect(world.github.mistakes).toEqual([]);
  return world;
}

const requests = ({ github }: World, name: string) =>
  github.received.filter(({ operation }) => operation === name).length;

const summary = ({ state }: World) => state.checkRuns[0]!.output.summary;

describe.each(['mirror', 'api'] as const)('from the %s', (source) => {
  it('300 commits are reviewed, each as a patch, the last as well', { timeout: 600_000 }, async () => {
    const commits = Array.from({ length: 300 }, (_, index) => ({
      'mm/counter.c': `int counter = ${String(index)};\n`,
      ...(index === 299 ? adopting : {}),
    }));
    const world = await reviewed({ source }, commits);
    expect(summary(world)).toMatch(/^300 commits reviewed one by one /);
    expect(world.state.threads.map(({ path }) => path)).toEqual([DRAW]);
    expect(world.state.threads[0]!.comments[0]!.body).toContain('Change 300');
    // GitHub's list of a pull request's commits ends at 250; a comparison is told page by page.
    if (source === 'api') expect(requests(world, 'repos/compare-commits')).toBe(3);
  });

  it('3,000 files are reviewed, when few of them are code', { timeout: 600_000 }, async () => {
    const texts = Array.from({ length: 2998 }, (_, index) => [
      `Documentation/${String(index).padStart(4, '0')}.rst`,
      `Page ${String(index)}\n`,
    ]);
    // Two commits: GitHub does not list a commit with 3,000 files to its end.
    const world = await reviewed({ source }, [Object.fromEntries(texts) as Record<string, string>, adopting]);
    expect(world.state.threads.map(({ path }) => path)).toEqual([DRAW]);
    if (source === 'api') expect(requests(world, 'pulls/list-files')).toBe(30);
  });
});

describe('from the API alone', () => {
  const code = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`mm/many/${String(index)}.c`, `int v${String(index)};\n`]),
    );

  it('more files of code than it may ask for are refused in words', { timeout: 120_000 }, async () => {
    const world = await reviewed({ source: 'api' }, [code(1001)]);
    expect(world.state.checkRuns[0]).toMatchObject({
      conclusion: 'neutral',
      output: { title: 'Not reviewed' },
    });
    expect(summary(world)).toContain('the pull request changes more than 1000 files with C source');
    expect(requests(world, 'repos/get-content')).toBeLessThan(5);
  });

  it('a commit with more files than GitHub lists is refused in words', { timeout: 120_000 }, async () => {
    const world = await reviewed({ source: 'api' }, [code(3000)]);
    expect(summary(world)).toMatch(/commit [0-9a-f]{12} changes 3000 files or more, of which GitHub/);
  });
});
