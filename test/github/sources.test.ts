import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readApiChanges } from '../../src/github/api-series.js';
import { readGitChanges, type PullRequestChanges } from '../../src/github/git-series.js';
import { RectoOctokit } from '../../src/github/octokit.js';
import { readPullRequest } from '../../src/github/pull-request.js';
import type { FileDiff } from '../../src/patch/patch.js';
import { commit, git, temporaryFolder } from '../tree/repository.js';
import { judgeOnce, startWorld, type World } from './double/world.js';
import { DRAW, drawAdopts, PAGES, pages } from './sketches.js';

const summaryOf = ({ state }: World) => state.checkRuns[0]!.output.summary;

describe('the tree comes', () => {
  it('from the mirror that the settings name, and the review says so', async () => {
    const world = await startWorld({ source: 'mirror', ownJudge: judgeOnce });
    world.push('topic', { [DRAW]: drawAdopts });
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    expect(summaryOf(world)).toContain("from the server's mirror of sketch/linux");
    expect(world.state.threads.map(({ path }) => path)).toEqual([DRAW]);
  });

  it('from a mirror that has to fetch first, without touching its branches', async () => {
    const mirror = join(temporaryFolder(), 'mirror.git');
    const world = await startWorld({
      ownJudge: judgeOnce,
      changes: { mirrors: new Map([['sketch/linux', mirror]]) },
    });
    git(world.state.folder, 'clone', '-q', '--bare', world.state.folder, mirror);
    world.push('topic', { [DRAW]: drawAdopts });
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.github.mistakes).toEqual([]);
    expect(world.state.threads.map(({ path }) => path)).toEqual([DRAW]);
    const refs = git(mirror, 'for-each-ref', '--format=%(refname)').split('\n');
    expect(refs).toEqual([
      'refs/heads/master',
      'refs/recto/sketch/linux/1/base',
      'refs/recto/sketch/linux/1/head',
    ]);
    expect(git(mirror, 'config', '--list')).not.toContain('ghs_');
  });

  it('from a clone that has no more file contents than the review needs', async () => {
    const cache = temporaryFolder();
    const before = process.env['XDG_CACHE_HOME'];
    process.env['XDG_CACHE_HOME'] = cache;
    try {
      const world = await startWorld({ ownJudge: judgeOnce });
      world.push('master', { 'Documentation/large.rst': 'not read\n', 'mm/old.c': 'int old;\n' });
      world.push('master', { 'mm/old.c': 'int newer;\n' });
      world.push('topic', { [DRAW]: drawAdopts });
      world.state.open(1, 'topic');
      await world.deliver(world.pullRequest('opened', 1));
      expect(summaryOf(world)).toContain('from a partial clone of sketch/linux');
      const clone = join(cache, 'recto/github/127.0.0.1/sketch/linux.git');
      const objects = git(clone, 'cat-file', '--batch-all-objects', '--batch-check', '--unordered').split(
        '\n',
      );
      const id = (name: string) => git(world.state.folder, 'rev-parse', name);
      const has = (name: string) => objects.some((line) => line.startsWith(id(name)));
      expect(has(`topic:${DRAW}`)).toBe(true);
      expect(has('master:mm/old.c')).toBe(true);
      expect(has('master~1:mm/old.c')).toBe(false);
      expect(has('master:Documentation/large.rst')).toBe(false);

      // The second review has only what is new to fetch; one that is not needed any more makes room.
      world.push('topic', { [PAGES]: `${pages}\n` });
      await world.deliver(world.pullRequest('synchronize', 1));
      expect(world.github.mistakes).toEqual([]);
      expect(world.state.checkRuns.at(-1)!.conclusion).toBe('failure');
    } finally {
      process.env['XDG_CACHE_HOME'] = before;
    }
  });

  it('from the API alone when a clone would be too large, and no clone is left', async () => {
    const cache = temporaryFolder();
    const before = process.env['XDG_CACHE_HOME'];
    process.env['XDG_CACHE_HOME'] = cache;
    try {
      const world = await startWorld({ ownJudge: judgeOnce, changes: { cloneLimit: 20_000 } });
      // What does not compress.
      world.push('master', { 'mm/noise.c': randomBytes(60_000).toString('base64') });
      world.push('topic', { [DRAW]: drawAdopts });
      world.state.open(1, 'topic');
      await world.deliver(world.pullRequest('opened', 1));
      expect(summaryOf(world)).toContain(
        "from GitHub's API alone, because it could not be cloned (it is larger than",
      );
      expect(readdirSync(join(cache, 'recto/github/127.0.0.1/sketch'))).toEqual([]);
      expect(world.github.mistakes).toEqual([]);
    } finally {
      process.env['XDG_CACHE_HOME'] = before;
    }
  });

  it('from the API alone when the server makes no clones', async () => {
    const world = await startWorld({ source: 'api', ownJudge: judgeOnce });
    world.push('topic', { [DRAW]: drawAdopts, [PAGES]: `${pages}\n` });
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.github.mistakes).toEqual([]);
    expect(summaryOf(world)).toContain("from GitHub's API alone, because the server makes no clones");
    expect(world.state.threads.map(({ path }) => path)).toEqual([DRAW]);
  });
});

describe('from the API alone, the kernel around the change', () => {
  // The hunk of examples/drop-guard.patch in a file that has nothing else of the kernel's.
  const hunk = readFileSync(new URL('../../examples/drop-guard.patch', import.meta.url), 'utf8')
    .split(/^@@.*\n/m)[1]!
    .split('\n')
    .filter((line) => /^[ +-](?!- $)/.test(line));
  const rmap = (side: '-' | '+') =>
    [
      ...Array.from({ length: 1425 }, () => ''),
      'void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma,',
      '\t\tunsigned long address, rmap_t flags)',
      '{',
      ...hunk.filter((line) => line.startsWith(' ') || line.startsWith(side)).map((line) => line.slice(1)),
      '}',
      '',
    ].join('\n');

  it('is that of the release closest to its Makefile, and the review says so', async () => {
    const world = await startWorld({ source: 'api' });
    world.push('master', { Makefile: 'VERSION = 6\nPATCHLEVEL = 11\n', 'mm/rmap.c': rmap('-') });
    // By its date, it would be for Linux 6.1.
    world.pushSeries('topic', [{ 'mm/rmap.c': rmap('+') }]);
    world.state.open(1, 'topic');
    await world.deliver(world.pullRequest('opened', 1));
    expect(world.github.mistakes).toEqual([]);
    expect(world.state.threads.map(({ path, line }) => [path, line])).toEqual([['mm/rmap.c', 1433]]);
    const [body] = world.state.threads.map(({ comments }) => comments[0]!.body);
    expect(body).toMatch(/^`do_swap_page\(\)` passes a folio that is visible through /);
    expect(body).toMatch(/^`unuse_pte\(\)` (?:passes a folio that is visible through |does the same)/m);
    expect(summaryOf(world).split('\n')[0]).toBe(
      "1 commit reviewed one by one against the snapshot of Linux 6.12, from GitHub's API alone, " +
        'because the server makes no clones.',
    );
  });
});

/** A pull request with everything that diffs can have. */
function motley(world: World): void {
  const many = Array.from({ length: 400 }, (_, line) => `int line_${String(line)};\n`);
  world.push('master', {
    'mm/rename.c': many.slice(0, 60).join(''),
    'mm/gone.c': 'int gone;\n',
    'mm/no newline.c': 'int a;\nint b;',
    'lib/öäü.c': 'int umlaut;\n',
    'data.bin': Buffer.from([0, 1, 2, 0xff]),
  });
  world.push('topic', { 'mm/long.c': many.join('') }, 'A long file, of which the API gives no patch');
  world.push(
    'topic',
    { 'mm/long.c': many.map((line) => line.replace('int', 'long')).join('') },
    'And a long change',
  );
  const { folder } = world.state;
  git(folder, 'checkout', '-q', 'topic');
  git(folder, 'mv', 'mm/rename.c', 'mm/renamed.c');
  git(folder, 'rm', '-q', 'mm/gone.c');
  commit(
    folder,
    { 'data.bin': Buffer.from([0, 1, 3, 0xff]), 'lib/öäü.c': 'int umlaute;\n' },
    'Subject\n\nBody\n---\nmore',
  );
  git(folder, 'mv', 'mm/renamed.c', 'mm/again.c');
  commit(
    folder,
    { 'mm/again.c': many.slice(0, 59).join('') + 'int other;\n', 'mm/no newline.c': 'int a;\nint c;' },
    '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b',
  );
  git(folder, 'checkout', '-q', 'master');
  world.push('master', { 'mm/later.c': 'int later;\n' });
  git(folder, 'checkout', '-q', 'topic');
  git(folder, 'merge', '-q', '--no-edit', 'master');
  git(folder, 'checkout', '-q', 'master');
  world.push('topic', { 'mm/later.c': 'int latest;\n' }, 'After a merge');
}

describe('the API', () => {
  it('gives the same patches as git: renames, binary and long files, odd names, merges', async () => {
    const world = await startWorld({ source: 'api' });
    motley(world);
    world.state.open(1, 'topic');
    const { api, own } = await readBothWays(world);
    expect(api.mergeBase).toBe(own.mergeBase);
    expect(api.notes).toEqual(['a merge was left out']);
    expect(own.notes).toEqual(api.notes);
    expect(api.patches.map(({ subject }) => subject)).toEqual(own.patches.map(({ subject }) => subject));
    expect(own.patches).toHaveLength(5);
    for (const [index, patch] of own.patches.entries()) {
      expect(bare(api.patches[index]!.files), patch.subject).toEqual(bare(patch.files));
    }
    expect(bare(api.diff)).toEqual(bare(own.diff));
  });

  it('is not believed that nothing has changed in files that come late in a long answer', async () => {
    const world = await startWorld({ source: 'api' });
    const lines = (word: string) =>
      Array.from({ length: 250 }, (_, at) => `int ${word}_${String(at)};\n`).join('');
    const names = Array.from({ length: 8 }, (_, at) => `mm/file_${String(at)}.c`);
    world.push('master', { 'mm/z_old.c': lines('same'), 'mm/z_same.c': lines('moved') });
    world.pushSeries('topic', [Object.fromEntries(names.map((name, at) => [name, lines(`n${String(at)}`)]))]);
    const { folder } = world.state;
    git(folder, 'checkout', '-q', 'topic');
    git(folder, 'mv', 'mm/z_old.c', 'mm/z_new.c');
    git(folder, 'mv', 'mm/z_same.c', 'mm/z_stays.c');
    commit(folder, {
      'mm/z_new.c': `${lines('same')}int more;\n`,
      'mm/z_noise.c': Buffer.from([0, 1, 0xff]),
    });
    git(folder, 'checkout', '-q', 'master');
    world.state.open(1, 'topic');
    const { api, own } = await readBothWays(world);
    expect(own.diff).toHaveLength(11);
    expect(bare(api.diff)).toEqual(bare(own.diff));
    expect(bare(api.patches[0]!.files)).toEqual(bare(own.patches[0]!.files));
  });
});

/** A pull request as GitHub's API tells it, and as git has it. */
async function readBothWays(
  world: World,
): Promise<{ readonly api: PullRequestChanges; readonly own: PullRequestChanges }> {
  const octokit = clientOf(world);
  const pull = await readPullRequest(octokit, { owner: 'sketch', repo: 'linux', number: 1 });
  const api = await readApiChanges(octokit, pull, new AbortController().signal);
  const own = await readGitChanges(world.state.folder, pull);
  expect(world.github.mistakes).toEqual([]);
  return { api, own };
}

/** Without what GitHub does not tell: blob ids, and what follows @@. */
function bare(files: readonly FileDiff[]): object[] {
  return files
    .map((file) => ({
      ...file,
      oldBlob: null,
      newBlob: null,
      hunks: file.hunks.map((hunk) => ({ ...hunk, section: '' })),
    }))
    .sort((a, b) => String(a.newPath ?? a.oldPath).localeCompare(String(b.newPath ?? b.oldPath)));
}

function clientOf(world: World): InstanceType<typeof RectoOctokit> {
  const token = world.github.token();
  return new RectoOctokit({
    auth: { token },
    baseUrl: world.github.url,
    throttle: { enabled: false },
  } as object);
}
