import { structuredPatch } from 'diff';
import { RectoError } from '../errors.js';
import { parseDiff } from '../patch/diff.js';
import { MAX_FILES } from '../patch/limits.js';
import type { FileDiff, Patch } from '../patch/patch.js';
import { quotePath } from '../patch/write.js';
import { isSource } from '../tree/blob.js';
import { readFile } from './files.js';
import { mergeNotes, patchOf, type PullRequestChanges } from './git-series.js';
import type { Octokit } from './octokit.js';
import { commitId, type PullRequest, type PullRequestName } from './pull-request.js';
import { severalAtOnce } from './several-at-once.js';

/** A changed file as GitHub's API tells it. */
interface ApiFile {
  readonly filename: string;
  readonly previous_filename?: string | undefined;
  readonly status: string;
  /**
   * Not there for binary files, for those that only changed their name, for large ones, and for all that come after
   * some 20,000 lines of an answer, which look as if no line of them had changed
   * (https://github.com/orgs/community/discussions/213491).
   */
  readonly patch?: string | undefined;
}

/** GitHub lists so many files of a commit: https://docs.github.com/en/rest/commits/commits#get-a-commit */
const API_FILES = 3000;
const PAGE = 100;

/**
 * Reads what a pull request changes from the API alone. Of files that are no C source and that come without their
 * changes, only the names are told.
 *
 * @throws RectoError 'too-large' when GitHub does not list all of it; what `signal` says when it is aborted
 */
export async function readApiChanges(
  octokit: Octokit,
  pull: PullRequest,
  signal: AbortSignal,
): Promise<PullRequestChanges> {
  const { mergeBase, commits } = await listCommits(octokit, pull);
  const single = commits.filter(({ parents }) => parents.length === 1);
  const patches: Patch[] = [];
  for (const [index, { sha, parents, commit }] of single.entries()) {
    signal.throwIfAborted();
    const files = await listCommitFiles(octokit, pull, sha);
    patches.push(
      patchOf({
        author: commit.author ? `${commit.author.name ?? ''} <${commit.author.email ?? ''}>` : null,
        date: commit.author?.date ?? null,
        message: commit.message,
        number: index + 1,
        files: await diffsOf({ octokit, pull, before: parents[0]!, after: sha, signal }, files),
      }),
    );
  }
  const changed = await octokit.paginate(octokit.rest.pulls.listFiles, {
    owner: pull.owner,
    repo: pull.repo,
    pull_number: pull.number,
    per_page: PAGE,
  });
  return {
    mergeBase,
    patches: patches.filter(({ files }) => files.length > 0),
    diff: await diffsOf({ octokit, pull, before: mergeBase, after: pull.head, signal }, changed),
    notes: mergeNotes(commits.length - single.length),
  };
}

interface ApiCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly commit: {
    readonly message: string;
    readonly author: { readonly name?: string; readonly email?: string; readonly date?: string } | null;
  };
}

/** By comparison: the list of a pull request's commits ends at 250. */
async function listCommits(
  octokit: Octokit,
  { owner, repo, base, head }: PullRequest,
): Promise<{ mergeBase: string; commits: ApiCommit[] }> {
  const commits: ApiCommit[] = [];
  for (let page = 1; ; page++) {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      owner,
      repo,
      basehead: `${base}...${head}`,
      per_page: PAGE,
      page,
    });
    for (const { sha, parents, commit } of data.commits) {
      commits.push({ sha: commitId(sha), parents: parents.map((parent) => commitId(parent.sha)), commit });
    }
    if (data.commits.length === 0 || commits.length >= data.total_commits) {
      return { mergeBase: commitId(data.merge_base_commit.sha), commits };
    }
  }
}

async function listCommitFiles(
  octokit: Octokit,
  { owner, repo }: PullRequest,
  ref: string,
): Promise<ApiFile[]> {
  const files: ApiFile[] = [];
  for (let page = 1; files.length < API_FILES; page++) {
    const { data } = await octokit.rest.repos.getCommit({ owner, repo, ref, per_page: PAGE, page });
    files.push(...(data.files ?? []));
    if ((data.files ?? []).length < PAGE) return files;
  }
  const limit = String(API_FILES);
  throw new RectoError(
    'too-large',
    `commit ${ref.slice(0, 12)} changes ${limit} files or more, of which GitHub's API lists no more than ${limit}; ` +
      'a mirror or a clone on the server (RECTO_SETTINGS) has no such limit',
  );
}

/** Two commits of which the files are compared. */
interface Comparison {
  readonly octokit: Octokit;
  readonly pull: PullRequestName;
  readonly before: string;
  readonly after: string;
  readonly signal: AbortSignal;
}

async function diffsOf(comparison: Comparison, files: readonly ApiFile[]): Promise<FileDiff[]> {
  if (files.length > MAX_FILES)
    throw new RectoError('too-large', `more than ${String(MAX_FILES)} files change`);
  const diffs = await severalAtOnce(files, comparison.signal, (file) => diffOf(comparison, file));
  return diffs.flat();
}

async function diffOf(comparison: Comparison, file: ApiFile): Promise<readonly FileDiff[]> {
  const { filename, previous_filename = filename, status, patch } = file;
  const oldPath = status === 'added' ? null : previous_filename;
  const newPath = status === 'removed' ? null : filename;
  const hunks = patch ?? (isSource(filename) ? await compareContents(comparison, oldPath, newPath) : null);
  const body =
    hunks === null ? binaryLine(oldPath, newPath) : hunks && `${fileLines(oldPath, newPath)}${hunks}\n`;
  return parseDiff(`${headOf(status, oldPath, newPath)}${body}`).files;
}

/** The hunks between two versions of a file, empty when they are the same; null when one of them is no text. */
async function compareContents(
  { octokit, pull, before, after }: Comparison,
  oldPath: string | null,
  newPath: string | null,
): Promise<string | null> {
  const read = async (path: string | null, commit: string) =>
    path === null ? '' : ((await readFile(octokit, pull, path, commit)) ?? '');
  const from = await read(oldPath, before);
  const to = await read(newPath, after);
  return from.includes('\0') || to.includes('\0') ? null : hunksOf(from, to);
}

/** What git would write above the hunks, whatever they are. */
function headOf(status: string, oldPath: string | null, newPath: string | null): string {
  const from = oldPath ?? newPath!;
  const to = newPath ?? oldPath!;
  const lines = [`diff --git ${quotePath(`a/${from}`)} ${quotePath(`b/${to}`)}`];
  if (oldPath === null) lines.push('new file mode 100644');
  if (newPath === null) lines.push('deleted file mode 100644');
  if (from !== to) {
    const verb = status === 'copied' ? 'copy' : 'rename';
    lines.push(`${verb} from ${quotePath(from)}`, `${verb} to ${quotePath(to)}`);
  }
  return lines.join('\n') + '\n';
}

function fileLines(oldPath: string | null, newPath: string | null): string {
  const [from, to] = namesOf(oldPath, newPath);
  return `--- ${from}\n+++ ${to}\n`;
}

function binaryLine(oldPath: string | null, newPath: string | null): string {
  // A rename tells itself; whether more than the name has changed, nobody knows who has not read the file.
  if (oldPath !== null && newPath !== null && oldPath !== newPath) return '';
  const [from, to] = namesOf(oldPath, newPath);
  return `Binary files ${from} and ${to} differ\n`;
}

function namesOf(oldPath: string | null, newPath: string | null): readonly [from: string, to: string] {
  return [
    oldPath === null ? '/dev/null' : quotePath(`a/${oldPath}`),
    newPath === null ? '/dev/null' : quotePath(`b/${newPath}`),
  ];
}

/** As GitHub would write the changes of a file into `patch`. */
function hunksOf(before: string, after: string): string {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 3 });
  return hunks
    .map(({ oldStart, oldLines, newStart, newLines, lines }) => {
      // A range without lines is named by the line before it.
      const from = oldLines === 0 ? oldStart - 1 : oldStart;
      const to = newLines === 0 ? newStart - 1 : newStart;
      return [`@@ -${String(from)},${String(oldLines)} +${String(to)},${String(newLines)} @@`, ...lines].join(
        '\n',
      );
    })
    .join('\n');
}
