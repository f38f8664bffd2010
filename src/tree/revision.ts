import { RectoError } from '../errors.js';
import { git } from './git-command.js';
import { askOnce } from './readers.js';

/** A commit. */
export interface Commit {
  readonly id: string;
  /** Id of its tree. */
  readonly tree: string;
}

/**
 * The commit that a revision names, in the repository in `directory`.
 * Throws RectoError that says what was asked, what is missing and what to try.
 */
export async function resolveCommit(directory: string, revision: string): Promise<Commit> {
  const commit = await findCommit(directory, revision);
  if (commit !== null) return commit;
  throw new RectoError('no-tree', await sayMissing(directory, revision), directory);
}

/** The id alone of what `resolveCommit` gives. */
export async function resolveRevision(directory: string, revision: string): Promise<string> {
  return (await resolveCommit(directory, revision)).id;
}

/** Like `resolveRevision`, but null when there is no such commit here. */
export async function findRevision(directory: string, revision: string): Promise<string | null> {
  return (await findCommit(directory, revision))?.id ?? null;
}

async function findCommit(directory: string, revision: string): Promise<Commit | null> {
  // No ref and no revision begins with '-': it would only be read as an option.
  if (revision === '' || revision.startsWith('-') || revision.length > 1000 || hasControl(revision))
    return null;
  const commit = await askOnce(directory, (objects) => objects.read(`${revision}^{commit}`));
  const tree = commit && /^tree ([0-9a-f]{40,64})\n/.exec(commit.content.toString('latin1', 0, 80))?.[1];
  return commit && tree !== undefined && tree !== null ? { id: commit.id, tree } : null;
}

/** True when the repository's history is cut off. */
export async function isShallow(directory: string): Promise<boolean> {
  const said = await git(directory, ['rev-parse', '--is-shallow-repository']);
  return said.toString('utf8').trim() === 'true';
}

async function sayMissing(directory: string, revision: string): Promise<string> {
  const asked = JSON.stringify(revision.length > 100 ? revision.slice(0, 100) + '…' : revision);
  if (revision === 'HEAD') {
    return `${directory} has no commit yet: commit something, or name a revision with --base`;
  }
  const listed = await git(directory, ['for-each-ref', '--format=%(refname:short)', '--sort=-creatordate']);
  const near = nearest(
    revision,
    listed
      .toString('utf8')
      .split('\n')
      .filter((name) => name !== ''),
  );
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  const fetch = (await isShallow(directory))
    ? `the clone is shallow: git -C '${directory}' fetch --unshallow may bring it`
    : `git -C '${directory}' fetch --all --tags may bring it`;
  return `no revision ${asked} in ${directory}.${hint} If it exists elsewhere, ${fetch}.`;
}

/** The up to three names that differ least from what was asked. */
function nearest(asked: string, names: readonly string[]): string[] {
  const wanted = asked.toLowerCase();
  return names
    .slice(0, 5000)
    .map((name) => {
      const short = name.toLowerCase().replace(/^origin\//, '');
      return { name, distance: short.startsWith(wanted) ? 1 : editDistance(short, wanted) };
    })
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(wanted.length / 4)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return 4;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function hasControl(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /[\0-\x1f\x7f]/.test(text);
}
