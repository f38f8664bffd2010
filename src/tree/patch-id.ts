import { tmpdir } from 'node:os';
import { RectoError } from '../errors.js';
import type { FileDiff, Patch } from '../patch/patch.js';
import { formatHunkHeader } from '../patch/hunk.js';
import { quotePath, writeDiff } from '../patch/write.js';
import { runGit } from './git-command.js';

/** More patches are not given to git at once. */
const AT_ONCE = 500;

/**
 * The patch ids of each patch, as git computes them (`git patch-id --stable`): that of the diff in its mail and, where it is
 * another one, that which `git format-patch --base` has for it, which knows nothing of renames.
 *
 * @throws RectoError when git cannot be started, or fails
 */
export async function patchIdsOf(patches: readonly Patch[]): Promise<string[][]> {
  const ids = patches.map((): string[] => []);
  const diffs = patches.flatMap(({ files }, at) => {
    const mailed = files.map(writeDiff).join('');
    const based = files.map(withoutRename).join('');
    return (mailed === based ? [mailed] : [mailed, based]).map((diff) => ({ at, diff }));
  });
  for (let from = 0; from < diffs.length; from += AT_ONCE) {
    const some = diffs.slice(from, from + AT_ONCE);
    for (const [id, which] of await runPatchId(some.map(({ diff }) => diff))) {
      ids[some[which]!.at]!.push(id);
    }
  }
  return ids;
}

function withoutRename(file: FileDiff): string {
  if (file.oldPath === null || file.newPath === null || file.oldPath === file.newPath) return writeDiff(file);
  const [old, now] = [quotePath(`a/${file.oldPath}`), quotePath(`b/${file.newPath}`)];
  const hunks = file.hunks.flatMap((hunk) => [formatHunkHeader(hunk), ...hunk.lines]);
  return [`diff --git ${old} ${now}`, `--- ${old}`, `+++ ${now}`, ...hunks, ''].join('\n');
}

/** What git says of each diff: its id, and which one it is. A diff in which nothing changes has none. */
async function runPatchId(diffs: readonly string[]): Promise<[id: string, which: number][]> {
  // git tells one patch from the next, and names it in its answer, by the commit that it is said to be of.
  const input = diffs.map(
    (diff, i) => `From ${i.toString(16).padStart(40, '0')} Mon Sep 17 00:00:00 2001\n${diff}`,
  );
  const { status, stdout } = await runGit(tmpdir(), ['patch-id', '--stable'], undefined, input.join('\n'));
  if (status !== 0) throw new RectoError('no-tree', `git patch-id ended with ${String(status)}`);
  return stdout
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id, which] = line.split(' ');
      return [id!, parseInt(which!, 16)];
    });
}
