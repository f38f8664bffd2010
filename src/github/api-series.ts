import { structuredPatch } from 'diff';
import { RectoError } from '../errors.js';
import { parseDiff } from '../patch/diff.js';
import { MAX_FILES } from '../patch/limits.js';
import type { FileDiff, Patch } from '../patch/patch.js';
import { quotePath } from '../patch/write.js';
import { readFile } from './files.js';
import { mergeNotes, patchOf, type PullRequestChanges } from './git-series.js';
import type { Octokit } from './octokit.js';
import { commitId, type PullRequest, type PullRequestName } from './pull-request.js';

/** A changed file as GitHub's API tells it. */
interface ApiFile {
  readonly filename: string;
  readonly previous_filename?: string | undefined;
  readonly status: string;
  /** Not there for binary files, for large ones, and for those that only changed their name. */
  readonly patch?: string | undefined;
  readonly changes: number;
}

/** What GitHub lists of one commit or one pull request at most. */
export const API_FILES = 3000;
const PAGE = 100;

/** Reads what a pull request changes from the API alone. */
export async function readApiChanges(octokit: Octokit, pull: PullRequest): Promise<PullRequestChanges> {
  const { mergeBase, commits } = await listCommits(octokit, pull);
  const single = commits.filter(({ parents }) => parents.length === 1);
  const patches: Patch[] = [];
  for (const [index, { sha, parents, commit }] of single.entries()) {
    const files = await listCommitFiles(octokit, pull, sha);
    patches.push(
      patchOf({
        author: commit.author ? `${commit.author.name ?? ''} <${commit.author.email ?? ''}>` : null,
        date: commit.author?.date ?? null,
        message: commit.message,
        number: index + 1,
        files: await diffsOf(octokit, pull, files, { before: parents[0]!, after: sha }),
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
    diff: await diffsOf(octokit, pull, changed, { before: mergeBase, after: pull.head }),
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

/** Requests that may be under way at once. */
const AT_ONCE = 8;

async function diffsOf(
  octokit: Octokit,
  name: PullRequestName,
  files: readonly ApiFile[],
  commits: { readonly before: string; readonly after: string },
): Promise<FileDiff[]> {
  if (files.length > MAX_FILES)
    throw new RectoError('too-large', `more than ${String(MAX_FILES)} files change`);
  const diffs: FileDiff[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE).map((file) => diffOf(octokit, name, file, commits));
    diffs.push(...(await Promise.all(some)).flat());
  }
  return diffs;
}

async function diffOf(
  octokit: Octokit,
  name: PullRequestName,
  file: ApiFile,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<readonly FileDiff[]> {
  const oldPath = file.status === 'added' ? null : (file.previous_filename ?? file.filename);
  const newPath = file.status === 'removed' ? null : file.filename;
  const whole = file.patch !== undefined || file.changes === 0;
  const hunks = whole
    ? (file.patch ?? '')
    : hunksOf(
        oldPath === null ? '' : ((await readFile(octokit, name, oldPath, before)) ?? ''),
        newPath === null ? '' : ((await readFile(octokit, name, newPath, after)) ?? ''),
      );
  return parseDiff(`${headOf(file, oldPath, newPath)}${hunks}\n`).files;
}

/** What git would write above the hunks. */
function headOf(file: ApiFile, oldPath: string | null, newPath: string | null): string {
  const from = oldPath ?? newPath!;
  const to = newPath ?? oldPath!;
  const lines = [`diff --git ${quotePath(`a/${from}`)} ${quotePath(`b/${to}`)}`];
  if (oldPath === null) lines.push('new file mode 100644');
  if (newPath === null) lines.push('deleted file mode 100644');
  if (from !== to) {
    const verb = file.status === 'copied' ? 'copy' : 'rename';
    lines.push(`${verb} from ${quotePath(from)}`, `${verb} to ${quotePath(to)}`);
  }
  // GitHub gives no patch for a file that is binary on either side, and counts no lines in it.
  if (file.changes === 0 && from === to) {
    lines.push(`Binary files ${quotePath(`a/${from}`)} and ${quotePath(`b/${to}`)} differ`);
  } else if (file.changes > 0) {
    lines.push(`--- ${oldPath === null ? '/dev/null' : quotePath(`a/${oldPath}`)}`);
    lines.push(`+++ ${newPath === null ? '/dev/null' : quotePath(`b/${newPath}`)}`);
  }
  return lines.join('\n') + '\n';
}

/** For a file whose patch GitHub leaves out because it is long. */
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
