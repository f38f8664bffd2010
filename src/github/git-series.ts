import { RectoError } from '../errors.js';
import { parseDiff } from '../patch/diff.js';
import { MAX_DIFF_BYTES } from '../patch/limits.js';
import type { FileDiff, Patch } from '../patch/patch.js';
import { git, runGit } from '../tree/git-command.js';

/** What a pull request changes. */
export interface PullRequestChanges {
  /** Commit id: what the first patch applies to. */
  readonly mergeBase: string;
  /** Its commits without merges, the oldest first. */
  readonly patches: readonly Patch[];
  /** From the merge base to the head, as GitHub shows it: comments can only be made on its lines. */
  readonly diff: readonly FileDiff[];
  /** What the reader should know. */
  readonly notes: readonly string[];
}

/** Options under which a diff does not depend on anybody's configuration. */
const DIFF = [
  '--patch',
  '-O/dev/null',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--full-index',
  '--unified=3',
  '--inter-hunk-context=0',
  '--find-renames',
  '--submodule=short',
];
const SETTINGS = [
  '-c',
  'core.quotePath=true',
  '-c',
  'diff.suppressBlankEmpty=false',
  '-c',
  'diff.algorithm=default',
];

/** The commit where the branch of a pull request left the one that it goes to. */
export async function mergeBaseOf(directory: string, base: string, head: string): Promise<string> {
  const { status, stdout } = await runGit(directory, ['merge-base', base, head]);
  if (status === 0) return stdout.toString('utf8').trim();
  throw new RectoError(
    'nothing-to-review',
    `${base.slice(0, 12)} and ${head.slice(0, 12)} have no commit in common, so there is nothing to apply the commits to`,
  );
}

/** Reads what a pull request changes from a repository that has its commits. */
export async function readGitChanges(
  directory: string,
  { base, head }: { readonly base: string; readonly head: string },
): Promise<PullRequestChanges> {
  const mergeBase = await mergeBaseOf(directory, base, head);
  const listed = await git(directory, [
    'rev-list',
    '--reverse',
    '--topo-order',
    '--parents',
    head,
    `^${base}`,
  ]);
  const commits = lines(listed).map((line) => line.split(' '));
  const single = commits.filter((line) => line.length <= 2).map(([commit]) => commit!);
  const patches: Patch[] = [];
  for (const [index, commit] of single.entries()) {
    patches.push(await readCommit(directory, commit, index + 1));
  }
  const diff = await git(directory, [...SETTINGS, 'diff', ...DIFF, mergeBase, head], MAX_DIFF_BYTES);
  return {
    mergeBase,
    patches: patches.filter(({ files }) => files.length > 0),
    diff: parseDiff(diff.toString('utf8')).files,
    notes: mergeNotes(commits.length - single.length),
  };
}

/** What to say of merges, which are no patches. */
export function mergeNotes(merges: number): string[] {
  if (merges === 0) return [];
  return [merges === 1 ? 'a merge was left out' : `${String(merges)} merges were left out`];
}

async function readCommit(directory: string, commit: string, number: number): Promise<Patch> {
  const [message, diff] = await Promise.all([
    git(directory, [
      'log',
      '-1',
      '--no-color',
      '--encoding=UTF-8',
      '--format=%an <%ae>%x00%aI%x00%B',
      commit,
    ]),
    git(directory, [...SETTINGS, 'diff-tree', '--root', '--no-commit-id', ...DIFF, commit], MAX_DIFF_BYTES),
  ]);
  const [author = '', date = '', body = ''] = message.toString('utf8').split('\0');
  return patchOf({ author, date, message: body, number, files: parseDiff(diff.toString('utf8')).files });
}

/** A commit as a patch. */
export function patchOf(commit: {
  readonly author: string | null;
  readonly date: string | null;
  readonly message: string;
  readonly number: number;
  readonly files: readonly FileDiff[];
}): Patch {
  const [subject = '', ...rest] = commit.message.split('\n');
  return {
    subject,
    messageId: null,
    author: commit.author,
    date: commit.date,
    message: rest.join('\n').trim(),
    files: commit.files,
    baseCommit: null,
    quoted: false,
    whitespaceDamaged: false,
    number: commit.number,
  };
}

function lines(output: Buffer): string[] {
  return output
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
