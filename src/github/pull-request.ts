import { RectoError } from '../errors.js';
import type { Octokit } from './octokit.js';

/** A pull request, by name. Owner and repository are such as GitHub allows, and safe in a path. */
export interface PullRequestName {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
}

/** A pull request as it is now. */
export interface PullRequest extends PullRequestName {
  readonly title: string;
  readonly open: boolean;
  readonly draft: boolean;
  /** Commit ids. */
  readonly head: string;
  readonly base: string;
  /** Name of the branch that it goes to. */
  readonly baseBranch: string;
  readonly commits: number;
  readonly changedFiles: number;
  /** Of the repository it goes to, in bytes, as GitHub counts. */
  readonly repositorySize: number;
}

/** @throws RectoError 'unreadable-input' for names that GitHub would not give */
export function pullRequestName(owner: string, repo: string, number: number): PullRequestName {
  const fine =
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(owner) &&
    /^[A-Za-z0-9._-]{1,100}$/.test(repo) &&
    !/^\.{1,2}$/.test(repo) &&
    Number.isSafeInteger(number);
  if (!fine) {
    throw new RectoError('unreadable-input', `not a pull request: ${JSON.stringify([owner, repo, number])}`);
  }
  return { owner, repo, number };
}

/** "owner/repo#7" */
export function nameOf({ owner, repo, number }: PullRequestName): string {
  return `${owner}/${repo}#${String(number)}`;
}

/** Asks GitHub how the pull request is now, whatever a webhook has said. */
export async function readPullRequest(octokit: Octokit, name: PullRequestName): Promise<PullRequest> {
  const { data } = await octokit.rest.pulls.get({
    owner: name.owner,
    repo: name.repo,
    pull_number: name.number,
  });
  return {
    ...name,
    title: data.title,
    open: data.state === 'open',
    draft: data.draft === true,
    head: commitId(data.head.sha),
    base: commitId(data.base.sha),
    baseBranch: data.base.ref,
    commits: data.commits,
    changedFiles: data.changed_files,
    repositorySize: data.base.repo.size * 1024,
  };
}

/** What is used in a command of git has to be an object id and nothing else. */
export function commitId(text: string): string {
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text)) return text;
  throw new RectoError('unreadable-input', `not a commit id: ${JSON.stringify(text.slice(0, 80))}`);
}
