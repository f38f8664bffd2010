import { describe, expect, it } from 'vitest';
import type { FileDiff, Patch } from '../../src/patch/patch.js';
import { resolveBase } from '../../src/tree/base.js';
import { commit, git, repository } from './repository.js';

function file(path: string, blob: string | null, changes: Partial<FileDiff> = {}): FileDiff {
  return { oldPath: path, newPath: path, oldBlob: blob, newBlob: null, binary: false, hunks: [], ...changes };
}

function patch(files: readonly FileDiff[], baseCommit: string | null = null): Patch {
  return {
    subject: 'mm: change',
    messageId: null,
    author: null,
    date: null,
    message: '',
    files,
    baseCommit,
    quoted: false,
    whitespaceDamaged: false,
    number: 1,
  };
}

/** Five commits: mm/a.c changes in each, mm/b.c in the first and the third. */
function history() {
  const folder = repository();
  const commits = [0, 1, 2, 3, 4].map((i) =>
    commit(folder, { 'mm/a.c': `a${String(i)}\n`, 'mm/b.c': `b${String(i < 2 ? 0 : 2)}\n` }),
  );
  const blob = (at: number, path: string) => git(folder, 'rev-parse', `${commits[at]!}:${path}`).slice(0, 12);
  return { folder, commits, blob };
}

describe('the base of a series', () => {
  it('is what was asked for, or an error', async () => {
    const { folder, commits } = history();
    git(folder, 'tag', 'v6.12', commits[2]!);
    const base = await resolveBase(folder, 'v6.12', [patch([], commits[1]!)]);
    expect(base).toEqual({
      commit: commits[2],
      how: 'asked',
      why: `base is v6.12 (${commits[2]!.slice(0, 12)}), as asked`,
    });
    await expect(resolveBase(folder, 'v6.99', [])).rejects.toThrow(/no revision "v6.99"/);
    await expect(resolveBase(folder, '--all', [])).rejects.toThrow(/no revision "--all"/);
  });

  it('is that of the base-commit trailer, when it is here', async () => {
    const { folder, commits, blob } = history();
    const base = await resolveBase(folder, null, [patch([file('mm/a.c', blob(3, 'mm/a.c'))], commits[1]!)]);
    expect(base).toMatchObject({ commit: commits[1], how: 'trailer' });
    const absent = 'deadbeef'.repeat(5);
    const fallen = await resolveBase(folder, null, [patch([file('mm/a.c', blob(3, 'mm/a.c'))], absent)]);
    expect(fallen).toMatchObject({ commit: commits[3], how: 'blobs' });
    expect(fallen.why).toContain('base-commit deadbeefdead is not in the repository');
  });

  it('does not read a trailer as anything but an object id', async () => {
    const { folder, commits } = history();
    for (const trailer of ['HEAD~3', '--all', 'master', '@{-1}']) {
      expect(await resolveBase(folder, null, [patch([], trailer)])).toMatchObject({
        commit: commits[4],
        how: 'head',
      });
    }
  });

  it('is the newest commit with the blobs of the index lines, on any branch', async () => {
    const { folder, commits, blob } = history();
    const both = [file('mm/a.c', blob(3, 'mm/a.c')), file('mm/b.c', blob(3, 'mm/b.c'))];
    expect(await resolveBase(folder, null, [patch(both)])).toMatchObject({
      commit: commits[3],
      how: 'blobs',
    });
    const old = [file('mm/b.c', blob(0, 'mm/b.c'))];
    expect(await resolveBase(folder, null, [patch(old)])).toMatchObject({ commit: commits[1], how: 'blobs' });

    git(folder, 'checkout', '-q', '-b', 'topic', commits[0]!);
    const topic = commit(folder, { 'mm/a.c': 'topic\n' });
    git(folder, 'update-ref', 'refs/remotes/origin/topic', topic);
    git(folder, 'checkout', '-q', 'master');
    git(folder, 'branch', '-q', '-D', 'topic');
    const there = [file('mm/a.c', git(folder, 'rev-parse', `${topic}:mm/a.c`).slice(0, 10))];
    expect(await resolveBase(folder, null, [patch(there)])).toMatchObject({ commit: topic, how: 'blobs' });
  });

  it('looks at each file as the first patch that touches it has it', async () => {
    const { folder, commits, blob } = history();
    const first = patch([
      file('mm/a.c', blob(2, 'mm/a.c')),
      file('mm/new.c', null, { oldPath: null }),
      file('mm/b.c', blob(2, 'mm/b.c'), { newPath: 'mm/moved.c' }),
    ]);
    const second = patch([
      file('mm/a.c', 'abcdef012345'),
      file('mm/new.c', 'abcdef012345'),
      file('mm/moved.c', 'abcdef012345'),
    ]);
    expect(await resolveBase(folder, null, [first, second])).toMatchObject({
      commit: commits[2],
      how: 'blobs',
    });
  });

  it('is HEAD when nothing else tells, with the reason', async () => {
    const { folder, commits, blob } = history();
    const head = { commit: commits[4], how: 'head' };
    const bare = await resolveBase(folder, null, [
      patch([file('mm/a.c', null), file('x', '0000000', { oldPath: null })]),
    ]);
    expect(bare).toMatchObject(head);
    expect(bare.why).toContain('no index line names a blob');
    const unknown = await resolveBase(folder, null, [patch([file('mm/a.c', 'abcdef012345')])]);
    expect(unknown).toMatchObject(head);
    expect(unknown.why).toContain('mm/a.c at abcdef012345');
    const never = [file('mm/a.c', blob(0, 'mm/a.c')), file('mm/b.c', blob(2, 'mm/b.c'))];
    const none = await resolveBase(folder, null, [patch(never)]);
    expect(none).toMatchObject(head);
    expect(none.why).toContain('none of the last 5 commits has all 2 files');
  });

  it('is not misled by paths and ids that are none', async () => {
    const { folder, commits } = history();
    const files = [
      file('../../etc/passwd', 'abcdef012345'),
      file('/etc/passwd', 'abcdef012345'),
      file('mm/a.c\nHEAD', 'abcdef012345'),
      file('mm/a.c', '--all'),
      file('mm/b.c', 'HEAD'),
    ];
    const base = await resolveBase(folder, null, [patch(files)]);
    expect(base).toMatchObject({ commit: commits[4], how: 'head' });
  });
});
