import { RectoError } from '../errors.js';
import { isSource } from '../tree/blob.js';
import type { Configuration } from './configuration.js';
import type { Judge, Judgement } from './judge.js';
import type { Octokit } from './octokit.js';
import type { PullRequest } from './pull-request.js';
import { fetchRules } from './rule-files.js';
import type { Settings } from './settings.js';
import { openSource, type Source } from './source.js';

/** Commits and files of one pull request. */
const COMMITS = 300;
const FILES = 3000;

/** What is needed to judge a pull request. */
export interface JudgeRequest {
  readonly octokit: Octokit;
  readonly installation: number;
  readonly settings: Settings;
  readonly judge: Judge;
}

/**
 * Fetches a pull request with its tree and judges it. Writes nothing to GitHub.
 *
 * @throws RectoError for what cannot be reviewed, in words for its author; what `signal` says when it is aborted
 */
export async function judgePullRequest(
  request: JudgeRequest,
  pull: PullRequest,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<{ readonly judgement: Judgement; readonly from: string }> {
  assertReviewable(pull);
  const source = await openSource({ ...request, pull, signal });
  try {
    return { judgement: await judgeSource(request, pull, configuration, source, signal), from: source.from };
  } finally {
    source.release();
  }
}

/** @throws RectoError 'too-large' for what nobody reviews in one piece */
function assertReviewable({ commits, changedFiles }: PullRequest): void {
  const tooMany = (count: number, what: string, limit: number) =>
    new RectoError(
      'too-large',
      `the pull request has ${String(count)} ${what}; no more than ${String(limit)} are reviewed at once. Split it.`,
    );
  if (commits > COMMITS) throw tooMany(commits, 'commits', COMMITS);
  if (changedFiles > FILES) throw tooMany(changedFiles, 'changed files', FILES);
}

async function judgeSource(
  { octokit, judge }: JudgeRequest,
  pull: PullRequest,
  configuration: Configuration,
  { mergeBase, patches, diff, notes, tree }: Source,
  signal: AbortSignal,
): Promise<Judgement> {
  const paths = [...patches.flatMap(({ files }) => files), ...diff].flatMap(({ oldPath, newPath }) => [
    oldPath,
    newPath,
  ]);
  if (!paths.some((path) => path !== null && isSource(path) && configuration.covers(path))) return NOTHING;
  const rules = configuration.rules === null ? null : await fetchRules(octokit, pull, configuration.rules);
  try {
    const task = {
      title: pull.title,
      changes: { mergeBase, patches, diff, notes },
      tree,
      ruleFolders: rules ? [rules.folder] : [],
    };
    return await judge(task, signal);
  } finally {
    rules?.remove();
  }
}

const NOTHING: Judgement = {
  tree: 'nothing',
  findings: [],
  takenBack: [],
  resolved: [],
  patches: [],
  notes: ['the pull request changes no C source that is a matter of this check'],
};
