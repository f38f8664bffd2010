import { isSource } from '../tree/blob.js';
import { git } from '../tree/git-command.js';

/**
 * The file contents that a review reads and that a blobless clone does not have yet: all sources of the tree that the
 * pull request applies to, and both sides of what its commits change.
 */
export async function missingBlobs(directory: string, mergeBase: string, head: string): Promise<string[]> {
  const raw = ['--raw', '--no-abbrev', '--no-renames'];
  const [sources, commits, whole, inBase, inCommits] = await Promise.all([
    git(directory, ['ls-tree', '-r', '-z', '--full-tree', mergeBase]),
    git(directory, ['log', '--format=', ...raw, head, `^${mergeBase}`]),
    git(directory, ['diff-tree', '-r', ...raw, mergeBase, head]),
    git(directory, ['rev-list', '--objects', '--missing=print', '--no-object-names', `${mergeBase}^{tree}`]),
    git(directory, ['rev-list', '--objects', '--missing=print', '--no-object-names', head, `^${mergeBase}`]),
  ]);
  const missing = new Set(
    [inBase, inCommits].flatMap((out) =>
      [...out.toString('utf8').matchAll(/^\?([0-9a-f]+)$/gm)].map(([, id]) => id!),
    ),
  );
  const wanted = new Set<string>();
  for (const entry of sources.toString('utf8').split('\0')) {
    const [, id, path] = /^100\d+ blob ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
    if (path !== undefined && (isSource(path) || path === 'Makefile')) wanted.add(id!);
  }
  for (const out of [commits, whole]) {
    for (const [, before, after] of out.toString('utf8').matchAll(/^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) /gm)) {
      wanted.add(before!).add(after!);
    }
  }
  return [...wanted].filter((id) => missing.has(id));
}
