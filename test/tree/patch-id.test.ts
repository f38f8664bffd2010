import { expect, it } from 'vitest';
import { readSeries } from '../../src/mail/read.js';
import { patchIdsOf } from '../../src/tree/patch-id.js';
import { commit, git, repository } from './repository.js';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `int line_${String(from + i)};\n`).join('');

it('is what git computes, of the mail and for what a series needs', async () => {
  const folder = repository();
  commit(folder, { 'mm/a.c': lines(1, 40), 'mm/b.c': lines(1, 20) }, 'base');
  commit(folder, { 'mm/a.c': lines(1, 10) + '\tint more;\n' + lines(11, 39) }, 'mm: change');
  commit(folder, { 'mm/new file.c': lines(1, 3) }, 'mm: add');
  git(folder, 'mv', 'mm/b.c', 'mm/c.c');
  commit(folder, { 'mm/c.c': lines(1, 19) }, 'mm: move');
  git(folder, 'rm', '-q', 'mm/new file.c');
  git(folder, 'commit', '-q', '-m', 'mm: remove');
  commit(folder, { 'mm/a.c': lines(1, 5) }, 'mm: what needs them');

  const mails = git(folder, 'format-patch', '--stdout', 'HEAD~5..HEAD~1');
  const [series] = await readSeries([{ name: 'mails', bytes: Buffer.from(mails) }]);
  const ids = await patchIdsOf(series!.patches);
  expect(series!.patches.map(({ subject }) => subject)).toEqual([
    'mm: change',
    'mm: add',
    'mm: move',
    'mm: remove',
  ]);
  const needing = git(folder, 'format-patch', '--stdout', '--base=HEAD~5', 'HEAD~1..HEAD');
  const [last] = await readSeries([{ name: 'last', bytes: Buffer.from(needing) }]);
  expect(last!.prerequisites).toHaveLength(4);
  last!.prerequisites!.forEach(({ id, patch }, at) => {
    expect(patch).toBeNull();
    expect(ids[at]).toContain(id);
  });
});

it('is none where nothing changes', async () => {
  expect(await patchIdsOf([])).toEqual([]);
  const empty = { oldPath: 'a.c', newPath: 'a.c', oldBlob: null, newBlob: null, binary: false, hunks: [] };
  const [series] = await readSeries([
    { name: 'x', bytes: Buffer.from('--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b\n') },
  ]);
  const [patch] = series!.patches;
  const ids = await patchIdsOf([{ ...patch!, files: [empty] }, patch!]);
  expect(ids[1]).toHaveLength(1);
  expect(ids[0]).not.toEqual(ids[1]);
});
