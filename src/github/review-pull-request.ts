import { isMemoryFailure } from '../report/interleaving.js';
import type { Level } from '../review/finding.js';
import { beginCheck, isForbidden, type CheckResult } from './check-run.js';
import { readConfiguration, type Configuration } from './configuration.js';
import { failureOf, OUTDATED } from './failure.js';
import type { Judge, Judgement, PlacedFinding } from './judge.js';
import { judgePullRequest } from './judge-pull-request.js';
import type { Octokit } from './octokit.js';
import { dismissedIds, publishComments } from './publish.js';
import { readPullRequest, type PullRequest, type PullRequestName } from './pull-request.js';
import type { Turn } from './queue.js';
import { readRemarks, type Remark } from './remarks.js';
import type { Settings } from './settings.js';
import { resultOf } from './summary.js';

/** What a review of a pull request is asked for with. */
export interface ReviewRequest {
  readonly octokit: Octokit;
  readonly installation: number;
  readonly name: PullRequestName;
  /** Why: the same review is not made twice for the same reason. "push" for whatever changes the pull request. */
  readonly reason: string;
  /** True when somebody asked for it: then a draft is reviewed as well. */
  readonly asked: boolean;
  readonly settings: Settings;
  readonly judge: Judge;
}

/** Reviews a pull request as it is now, and tells the result in a check run and in comments. */
export async function reviewPullRequest(request: ReviewRequest, turn: Turn): Promise<void> {
  const { octokit, settings, reason } = request;
  const pull = await readPullRequest(octokit, request.name);
  if (!pull.open || (pull.draft && !request.asked)) return;
  turn.workingOn(pull.head);
  const check = await beginCheck(octokit, pull, reason, settings.patience);
  if (check === 'done') return;
  const signal = AbortSignal.any([turn.signal, AbortSignal.timeout(settings.reviewTimeoutMs)]);
  let result: CheckResult;
  let trouble: unknown = null;
  try {
    result = await review(request, pull, signal);
  } catch (error) {
    result = await failureOf(error, signal, () => isOutdated(octokit, pull));
    if (!result.final) trouble = error;
  }
  if (check !== 'forbidden') await check.complete(result);
  if (trouble !== null) throw trouble;
}

async function review(request: ReviewRequest, pull: PullRequest, signal: AbortSignal): Promise<CheckResult> {
  const { octokit } = request;
  const configuration = await readConfiguration(octokit, pull);
  const { judgement, from } = await judgePullRequest(request, pull, configuration, signal);
  const findings = judgement.findings.filter((placed) => isWanted(placed, configuration));
  signal.throwIfAborted();
  if (await isOutdated(octokit, pull)) return OUTDATED;
  const { remarks, notes } = await publish(request, pull, { ...judgement, findings });
  const dismissed = dismissedIds(remarks);
  return resultOf({ judgement, findings, dismissed, from, notes }, configuration);
}

const LEVELS: readonly Level[] = ['low', 'medium', 'high'];

function isWanted({ finding, place }: PlacedFinding, configuration: Configuration): boolean {
  const { file } = place ? { file: place.path } : (finding.origins[0] ?? finding);
  return (
    configuration.covers(file) &&
    // A memory failure can race with anything; that alone is no reason to speak up.
    finding.races.some(({ update }) => !isMemoryFailure(update)) &&
    !configuration.checksOff.has(finding.rule) &&
    LEVELS.indexOf(finding.severity) >= LEVELS.indexOf(configuration.leastSeverity)
  );
}

async function isOutdated(octokit: Octokit, pull: PullRequest): Promise<boolean> {
  const now = await readPullRequest(octokit, pull);
  return now.head !== pull.head || now.baseBranch !== pull.baseBranch;
}

async function publish(
  { octokit, settings }: ReviewRequest,
  pull: PullRequest,
  judgement: Judgement,
): Promise<{ remarks: readonly Remark[]; notes: readonly string[] }> {
  let remarks: readonly Remark[] = [];
  try {
    remarks = await readRemarks(octokit, pull);
    await publishComments(octokit, pull, judgement, remarks, settings.patience);
    return { remarks, notes: [] };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { remarks, notes: ['the app may not comment here: it has no write access to pull requests'] };
  }
}
