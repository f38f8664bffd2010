import type { Configuration, Conclusion } from './configuration.js';
import { withinLength } from './length.js';
import type { Octokit } from './octokit.js';
import type { PullRequest, PullRequestName } from './pull-request.js';
import { statusOf, writeOnce, type Patience } from './write-once.js';

/** What the check is called; branch protection rules name it. */
export const CHECK = 'Recto';

/** GitHub takes so many annotations in one request. */
const BATCH = 50;

/** What is said at a line, beside the comments. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'failure' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

/** How a check run ends. */
export interface CheckResult {
  readonly conclusion: Conclusion | 'cancelled' | 'timed_out' | 'skipped';
  readonly title: string;
  readonly summary: string;
  readonly annotations?: readonly Annotation[];
  /** False when trying again could come to something else: the next delivery does. */
  readonly final: boolean;
}

/** The check run of one review. */
export interface Check {
  complete(result: CheckResult): Promise<void>;
}

interface ApiCheckRun {
  readonly id: number;
  readonly status: string;
  readonly external_id: string | null;
  readonly output: { readonly annotations_count: number };
}

/** What a check run is about: a pull request, its head, and why it is reviewed ("push", or what asked for it). */
export interface CheckSubject extends PullRequestName {
  readonly head: string;
  readonly baseBranch: string;
  readonly reason: string;
}

/** Written into the check run, so that a delivery that comes again is known. */
function externalId({ number, head, baseBranch, reason }: CheckSubject): string {
  return ['recto', String(number), head.slice(0, 16), reason, baseBranch].join(':');
}

/** The number of the pull request that a check run of ours is about; null for anything else. */
export function numberOf(externalId: string | null | undefined): number | null {
  const found = /^recto:(\d{1,12}):/.exec(externalId ?? '');
  return found ? Number(found[1]) : null;
}

/**
 * Begins the check run of a review, or goes on with one that was begun and not completed.
 *
 * @returns 'done' when this review was completed before; 'forbidden' when the app may not write checks
 */
export async function beginCheck(
  octokit: Octokit,
  pull: PullRequest,
  reason: string,
  patience: Patience,
): Promise<Check | 'done' | 'forbidden'> {
  const { owner, repo, head } = pull;
  const id = externalId({ ...pull, reason });
  const find = async () => {
    const runs: readonly ApiCheckRun[] = await octokit.paginate(octokit.rest.checks.listForRef, {
      owner,
      repo,
      ref: head,
      check_name: CHECK,
      filter: 'all',
      per_page: 100,
    });
    return runs.find((run) => run.external_id === id) ?? null;
  };
  try {
    const known = await find();
    if (known?.status === 'completed') return 'done';
    const run =
      known ??
      (await writeOnce<ApiCheckRun>(
        async () =>
          (
            await octokit.rest.checks.create({
              owner,
              repo,
              name: CHECK,
              head_sha: head,
              external_id: id,
              status: 'in_progress',
              started_at: new Date().toISOString(),
            })
          ).data as ApiCheckRun,
        find,
        patience,
      ));
    return { complete: (result) => complete(octokit, pull, run, id, result, patience) };
  } catch (error) {
    if (isForbidden(error)) return 'forbidden';
    throw error;
  }
}

/** True when the app lacks a permission: not for a limit that will pass, nor for a whole installation that is gone. */
export function isForbidden(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return statusOf(error) === 403 && /resource not accessible by integration/i.test(message);
}

async function complete(
  octokit: Octokit,
  { owner, repo }: PullRequest,
  run: ApiCheckRun,
  externalId: string,
  result: CheckResult,
  patience: Patience,
): Promise<void> {
  const { annotations = [], conclusion, title, final } = result;
  const output = { title, summary: withinLength(result.summary) };
  const look = async () =>
    (await octokit.rest.checks.get({ owner, repo, check_run_id: run.id })).data as ApiCheckRun;
  // A run that was begun before may have some: they are added up, and cannot be taken away.
  let sent = run.output.annotations_count;
  for (let last = false; !last;) {
    const batch = annotations.slice(sent, sent + BATCH);
    last = sent + batch.length >= annotations.length;
    const expected = sent + batch.length;
    await writeOnce<unknown>(
      () =>
        octokit.rest.checks.update({
          owner,
          repo,
          check_run_id: run.id,
          output: batch.length > 0 ? { ...output, annotations: batch as Annotation[] } : output,
          ...(last
            ? {
                status: 'completed' as const,
                conclusion,
                completed_at: new Date().toISOString(),
                ...(final ? {} : { external_id: `${externalId}:unfinished` }),
              }
            : { status: 'in_progress' as const }),
        }),
      async () => {
        const now = await look();
        const done = last ? now.status === 'completed' : now.output.annotations_count >= expected;
        return done || null;
      },
      patience,
    );
    sent = expected;
  }
}

/** The conclusion that a repository has chosen for findings of these severities. */
export function concludeFrom(
  severities: readonly ('high' | 'medium' | 'low')[],
  { conclusion }: Configuration,
): Conclusion {
  const worst = (['high', 'medium', 'low'] as const).find((level) => severities.includes(level));
  return worst === undefined ? 'success' : conclusion[worst];
}
