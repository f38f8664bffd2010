import { commentOf, describe, goneComment, matters, type Matter } from './comment.js';
import type { Judgement } from './judge.js';
import { withinLength } from './length.js';
import { writeMark } from './marks.js';
import type { Octokit } from './octokit.js';
import type { PullRequest } from './pull-request.js';
import { closeRemark, editRemark, readRemarks, type Remark } from './remarks.js';
import { statusOf, writeOnce, type Patience } from './write-once.js';

/** More than these at once are told in the text of the review. */
const INLINE = 30;

/**
 * Brings our comments in line with what is found now: tells what is not told yet, leaves alone what is told, and closes
 * what is gone.
 *
 * @throws what GitHub answers; what was done until then is recognised the next time
 */
export async function publishComments(
  octokit: Octokit,
  pull: PullRequest,
  { findings, patches }: Pick<Judgement, 'findings' | 'patches'>,
  remarks: readonly Remark[],
  patience: Patience,
): Promise<void> {
  const told = toldIds(remarks);
  const dismissed = dismissedIds(remarks);
  const fresh = matters(findings.filter(({ finding: { id } }) => !told.has(id) && !dismissed.has(id)));
  if (fresh.length > 0) await tell(octokit, pull, { fresh, patches }, patience);
  const open = new Set(findings.map(({ finding }) => finding.id));
  for (const remark of remarks) {
    const { mark } = remark;
    if (mark.kind !== 'finding' || mark.ids.length === 0 || mark.ids.some((id) => open.has(id))) continue;
    await closeRemark(octokit, remark);
    await editRemark(octokit, remark, goneComment(remark.body, mark.ids, pull.head));
  }
}

/** Findings that a comment tells already. */
function toldIds(remarks: readonly Remark[]): ReadonlySet<string> {
  return new Set(remarks.flatMap(({ mark }) => (mark.kind === 'finding' ? mark.ids : [])));
}

/** Findings that somebody has dismissed. */
export function dismissedIds(remarks: readonly Remark[]): ReadonlySet<string> {
  return new Set(remarks.flatMap(({ mark }) => (mark.kind === 'dismissed' ? mark.ids : [])));
}

/** What a review tells. */
interface Telling {
  readonly fresh: readonly Matter[];
  readonly patches: Judgement['patches'];
}

async function tell(
  octokit: Octokit,
  pull: PullRequest,
  telling: Telling,
  patience: Patience,
): Promise<void> {
  const inline = telling.fresh.filter(({ place }) => place !== null).slice(0, INLINE);
  try {
    await createReview(octokit, pull, { ...telling, inline }, patience);
  } catch (error) {
    // A line that GitHub does not take for a part of the diff must not cost all comments.
    if (statusOf(error) !== 422 || inline.length === 0) throw error;
    await createReview(octokit, pull, { ...telling, inline: [] }, patience);
  }
}

async function createReview(
  octokit: Octokit,
  pull: PullRequest,
  { fresh, patches, inline }: Telling & { readonly inline: readonly Matter[] },
  patience: Patience,
): Promise<void> {
  const { owner, repo, number } = pull;
  const others = fresh.filter((matter) => !inline.includes(matter));
  const wanted = fresh.flatMap(({ ids }) => ids);
  await writeOnce<unknown>(
    () =>
      octokit.rest.pulls.createReview({
        owner,
        repo,
        pull_number: number,
        commit_id: pull.head,
        event: 'COMMENT',
        body: reviewBody(inline, others, patches),
        comments: inline.map((matter) => ({ ...linesOf(matter), body: commentOf(matter, patches) })),
      }),
    async () => {
      const told = toldIds(await readRemarks(octokit, pull));
      return wanted.every((id) => told.has(id)) || null;
    },
    patience,
  );
}

function linesOf({ place }: Matter): {
  path: string;
  line: number;
  side: string;
  start_line?: number;
  start_side?: string;
} {
  const { path, startLine, line } = place!;
  const end = { path, line, side: 'RIGHT' };
  return startLine === line ? end : { ...end, start_line: startLine, start_side: 'RIGHT' };
}

function reviewBody(
  inline: readonly Matter[],
  others: readonly Matter[],
  patches: Judgement['patches'],
): string {
  const places = inline.length === 1 ? 'At one place' : `At ${String(inline.length)} places`;
  const plain = inline.every(({ about }) => about.flat().every(({ atomic }) => !atomic));
  const what = plain
    ? 'flag updates that are not atomic reach folios that others can see.'
    : "flags of a folio are updated in a way that can undo somebody else's update, or be undone by one.";
  const head =
    inline.length > 0 ? `${places} ${what}` : 'No line of the diff can be marked for what follows.';
  const body = [head, ...others.map((matter) => describe(matter, patches))].join('\n\n---\n\n');
  return withinLength(`${body}\n`, writeMark({ kind: 'finding', ids: others.flatMap(({ ids }) => ids) }));
}
