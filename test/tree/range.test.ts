import { describe, expect, it } from 'vitest';
import { readRange } from '../../src/tree/range.js';
import { commit, git, repository } from './repository.js';

function history() {
  const folder = repository();
  const commits = [0, 1, 2, 3].map((i) =>
    commit(folder, { 'mm/a.c': `a${String(i)}\n` }, `mm: change ${String(i)}`),
  );
  return { folder, commits };
}

const subjects = (mails: Buffer) => mails.toString('utf8').match(/^Subject: .*/gm);

describe('a revision range as patches', () => {
  it('gives the mails in order and what the first applies to', async () => {
    const { folder, commits } = history();
    const range = await readRange(folder, `${commits[1]!}..master`);
    expect(range.base).toBe(commits[1]);
    expect(range.name).toBe(`${commits[1]!}..master (2 patches)`);
    expect(subjects(range.mails)).toEqual([
      'Subject: [PATCH 1/2] mm: change 2',
      'Subject: [PATCH 2/2] mm: change 3',
    ]);
    expect(range.notes).toEqual([]);
    expect((await readRange(folder, `${commits[1]!}..`)).mails.equals(range.mails)).toBe(true);
  });

  it('takes one revision for that commit', async () => {
    const { folder, commits } = history();
    const range = await readRange(folder, 'HEAD~1');
    expect(range.base).toBe(commits[1]);
    expect(subjects(range.mails)).toEqual(['Subject: [PATCH 1/1] mm: change 2']);
  });

  it('begins where the branch began, not where its upstream is now, and leaves merges out', async () => {
    const { folder, commits } = history();
    git(folder, 'checkout', '-q', '-b', 'topic', commits[1]!);
    commit(folder, { 'mm/b.c': 'b\n' }, 'mm: topic');
    git(folder, 'merge', '-q', '--no-edit', 'master~1');
    commit(folder, { 'mm/c.c': 'c\n' }, 'mm: more');
    const range = await readRange(folder, 'master..topic');
    expect(range.base).toBe(commits[1]);
    expect(subjects(range.mails)).toEqual([
      'Subject: [PATCH 1/2] mm: topic',
      'Subject: [PATCH 2/2] mm: more',
    ]);
    expect(range.notes).toEqual(['a merge was left out of master..topic']);
  });

  it('is the same whatever the configuration says', async () => {
    const { folder } = history();
    const { mails } = await readRange(folder, 'HEAD~2..');
    const settings = {
      'format.attach': 'true',
      'format.coverLetter': 'true',
      'format.signature': 'bye',
      'format.signOff': 'true',
      'format.to': 'list@example.org',
      'format.headers': 'X-Odd: yes\n',
      'format.subjectPrefix': 'RFC',
      'format.thread': 'deep',
      'format.from': 'true',
      'format.notes': 'true',
      'format.numbered': 'false',
      'format.pretty': 'oneline',
      'format.outputDirectory': '/nonexistent',
      'format.useAutoBase': 'true',
      'format.noprefix': 'true',
      'diff.noprefix': 'true',
      'diff.mnemonicPrefix': 'true',
      'diff.context': '0',
      'diff.algorithm': 'patience',
      'diff.external': 'false',
      'diff.renames': 'false',
      'color.ui': 'always',
      'core.abbrev': '4',
    };
    for (const [name, value] of Object.entries(settings)) git(folder, 'config', name, value);
    expect((await readRange(folder, 'HEAD~2..')).mails.toString()).toBe(mails.toString());
  });

  it('says what is wrong with a range', async () => {
    const { folder, commits } = history();
    const failure = (range: string) => readRange(folder, range).then(() => '', String);
    expect(await failure('v6.12..HEAD')).toContain('no revision "v6.12"');
    expect(await failure('--output=x..HEAD')).toContain('no revision "--output=x"');
    expect(await failure('HEAD..HEAD~1')).toContain('wrong way round');
    expect(await failure('HEAD~1...HEAD')).toContain('did you mean HEAD~1..HEAD?');
    expect(await failure(commits[0]!)).toContain('root commit');
    expect(await failure('HEAD..HEAD..HEAD')).toContain('no revision "HEAD..HEAD"');
  });
});
