import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startProgress } from '../../src/cli/progress.js';
import { readRequest, ruleFolders } from '../../src/cli/review-request.js';
import { Snapshot } from '../../src/snapshot/snapshot.js';
import { commit, git, header, repository, temporaryFolder, writeFiles } from '../tree/repository.js';
import { Kept, input } from './console.js';

function terminal(cwd: string, stdin = '') {
  return { stdin: input(stdin), stdout: new Kept(), stderr: new Kept(), cwd };
}

async function request(
  names: readonly string[],
  options: { tree?: string; base?: string },
  cwd = '/',
  stdin = '',
) {
  const at = terminal(cwd, stdin);
  const found = await readRequest(names, options, at, startProgress(at));
  if (found.ground instanceof Snapshot) throw new Error('there is a tree');
  await found.ground.close();
  return { ...found, tree: found.ground };
}

/** A tree with three commits of mm/a.c. */
function history() {
  const folder = repository();
  const commits = ['one', 'two', 'three'].map((word) =>
    commit(folder, { [header]: 'h\n', 'mm/a.c': `${word}\n`, 'mm/b.c': 'b\n' }, `mm: ${word}`),
  );
  return { folder, commits };
}

describe('what a review is about', () => {
  it('is a mail, against the commit that it was made for', async () => {
    const { folder, commits } = history();
    const mail = git(folder, 'format-patch', '--stdout', '-1', commits[1]!);
    const { series, base, tree, notes } = await request([], { tree: folder }, '/', mail);
    expect(series.patches.map((patch) => patch.subject)).toEqual(['mm: two']);
    expect(base).toMatchObject({ commit: commits[0], how: 'blobs' });
    expect(tree.name).toBe(commits[0]!.slice(0, 12));
    expect(base?.why).toContain('the newest commit that has mm/a.c');
    expect(await notes).toEqual([]);
  });

  it('is a range, against where it begins', async () => {
    const { folder, commits } = history();
    const { series, base } = await request(['HEAD~2..'], {}, folder);
    expect(series.patches.map((patch) => patch.subject)).toEqual(['mm: two', 'mm: three']);
    expect(base).toMatchObject({ commit: commits[0], how: 'asked' });
    const other = await request(['HEAD~1'], { base: 'HEAD' }, folder);
    expect(other.base).toMatchObject({ commit: commits[2], how: 'asked' });
  });

  it('is several files as one series', async () => {
    const { folder, commits } = history();
    const box = temporaryFolder();
    writeFiles(box, {
      '1.eml': git(folder, 'format-patch', '--stdout', '-1', commits[1]!) + '\n',
      '2.eml': git(folder, 'format-patch', '--stdout', '-1', commits[2]!) + '\n',
    });
    const { series } = await request(['1.eml', '2.eml'], { tree: folder }, box);
    expect(series.patches.map(({ subject, number }) => [subject, number])).toEqual([
      ['mm: two', 1],
      ['mm: three', 2],
    ]);
  });

  it('is judged on a plain folder as it is, which has no revisions', async () => {
    const { folder, commits } = history();
    const mail = git(folder, 'format-patch', '--stdout', '-1', commits[2]!);
    const plain = temporaryFolder();
    writeFiles(plain, { [header]: 'h\n', 'mm/a.c': 'two\n' });
    const { base, notes } = await request(['-'], { tree: plain }, '/', mail);
    expect(base).toBeNull();
    expect(await notes).toEqual([]);
    await expect(request(['-'], { tree: plain, base: 'v6.12' }, '/', mail)).rejects.toThrow(/plain folder/);
    await expect(request(['-'], { tree: folder, base: 'v6.12' }, '/', mail)).rejects.toThrow(
      /no revision "v6.12"/,
    );
  });

  it('comes with the rules of the project and with those of the user', () => {
    const folders = ruleFolders(['mine'], terminal('/somewhere'));
    expect(existsSync(join(folders[0]!, 'races.yml'))).toBe(true);
    expect(folders[1]).toBe('/somewhere/mine');
  });
});

describe('what a series needs beforehand', () => {
  it('is found among the mails of the input, and is not reviewed itself', async () => {
    const { folder, commits } = history();
    git(folder, 'checkout', '-q', '-b', 'topic');
    commit(folder, { 'mm/a.c': 'four\n' }, 'mm: four');
    const needed = git(folder, 'format-patch', '--stdout', '-1', 'HEAD~1');
    const mails = git(folder, 'format-patch', '--stdout', `--base=${commits[1]!}`, '-1', 'HEAD');
    const found = await request([], { tree: folder }, '/', `${mails}\n\n${needed}`);
    expect(found.series.patches.map(({ subject }) => subject)).toEqual(['mm: four']);
    expect(found.series.prerequisites).toMatchObject([{ patch: { subject: 'mm: three' } }]);
    expect(found.base).toMatchObject({ commit: commits[1], how: 'trailer' });
    expect(await found.notes).toEqual([]);
  });
});
