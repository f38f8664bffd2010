import { prose } from '../report/markup.js';
import type { Command } from './commands.js';
import { readConfiguration } from './configuration.js';
import { explain } from './explanation.js';
import { judgePullRequest } from './judge-pull-request.js';
import { withinLength } from './length.js';
import { writeMark, type Mark } from './marks.js';
import type { Octokit } from './octokit.js';
import { readPullRequest, type PullRequestName } from './pull-request.js';
import type { Turn } from './queue.js';
import { closeRemark, readRemarks, type Remark } from './remarks.js';
import { reviewPullRequest, type ReviewRequest } from './review-pull-request.js';
import type { Comment } from './reviews.js';
import { statusOf, writeOnce } from './write-once.js';

/** Does what a comment asks for, when its author may write to the repository, and answers where it was asked. */
export async function answerCommand(
  request: ReviewRequest,
  command: Command,
  comment: Comment,
  turn: Turn,
): Promise<void> {
  const { octokit, name } = request;
  if (!(await mayWrite(octokit, name, comment.user!.login))) return react(octokit, name, comment, '-1');
  switch (command.kind) {
    case 'review':
      await react(octokit, name, comment, 'eyes');
      return reviewPullRequest(request, turn);
    case 'explain':
      return reply(request, comment, 'answer', [], () => explanation(request, command.id, turn));
    case 'dismiss':
      return dismiss(request, command, comment, turn);
    case 'unknown':
      return reply(request, comment, 'answer', [], () => Promise.resolve(command.says));
  }
}

async function mayWrite(
  octokit: Octokit,
  { owner, repo }: PullRequestName,
  username: string,
): Promise<boolean> {
  try {
    const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ owner, repo, username });
    return data.permission === 'admin' || data.permission === 'write';
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** GitHub keeps one reaction of each kind, however often it is asked for. */
async function react(
  octokit: Octokit,
  { owner, repo }: PullRequestName,
  { id, inThread }: Comment,
  content: '-1' | 'eyes',
): Promise<void> {
  const reaction = { owner, repo, comment_id: id, content, request: { retries: 3 } };
  if (inThread === null) await octokit.rest.reactions.createForIssueComment(reaction);
  else await octokit.rest.reactions.createForPullRequestReviewComment(reaction);
}

async function explanation(request: ReviewRequest, id: string, { signal }: Turn): Promise<string> {
  const { octokit, name } = request;
  const pull = await readPullRequest(octokit, name);
  const configuration = await readConfiguration(octokit, pull);
  const { judgement, from } = await judgePullRequest(request, pull, configuration, signal);
  const all = [
    ...judgement.findings.map(({ finding }) => finding),
    ...judgement.takenBack,
    ...judgement.resolved,
  ];
  const finding = all.find((known) => known.id === id);
  if (!finding)
    return `There is no ${id} at ${pull.head.slice(0, 12)}: it is gone, or the id is another one.`;
  return `${explain(finding)}\n\nAt ${pull.head.slice(0, 12)}, from ${prose(from)}.`;
}

async function dismiss(
  request: ReviewRequest,
  { id, reason }: Command & { readonly kind: 'dismiss' },
  comment: Comment,
  turn: Turn,
): Promise<void> {
  const { octokit, name } = request;
  const remarks = await readRemarks(octokit, name);
  const told = remarks.find(({ mark }) => mark.kind === 'finding' && mark.ids.includes(id));
  if (!told) {
    return reply(request, comment, 'answer', [], () =>
      Promise.resolve(`No comment of mine here tells ${id}.`),
    );
  }
  const says = `${id} is dismissed by ${prose(comment.user!.login)}: ${prose(reason)}`;
  await reply(request, comment, 'dismissed', [id], () => Promise.resolve(says), told);
  const others = told.mark.kind === 'finding' ? told.mark.ids.filter((other) => other !== id) : [];
  const dismissed = remarks.flatMap(({ mark }) => (mark.kind === 'dismissed' ? mark.ids : []));
  if (others.every((other) => dismissed.includes(other))) await closeRemark(octokit, told);
  await reviewPullRequest(request, turn);
}

/** Answers in the thread of the comment, or of what it is about, once. */
async function reply(
  { octokit, name, settings }: ReviewRequest,
  comment: Comment,
  kind: 'answer' | 'dismissed',
  ids: readonly string[],
  text: () => Promise<string>,
  about: Remark | null = null,
): Promise<void> {
  const { owner, repo, number } = name;
  const answers = `${comment.inThread === null ? 'c' : 't'}${String(comment.id)}`;
  const find = async () => {
    const marks = (await readRemarks(octokit, name)).map(({ mark }) => mark);
    return marks.some((mark) => 'answers' in mark && mark.answers === answers) || null;
  };
  if (await find()) return;
  const mark: Mark = kind === 'answer' ? { kind, answers } : { kind, ids, answers };
  const body = withinLength(`${await text()}\n`, writeMark(mark));
  const thread = comment.inThread ?? (about?.thread ? Number(about.thread.comment) : null);
  await writeOnce<unknown>(
    () =>
      thread === null
        ? octokit.rest.issues.createComment({ owner, repo, issue_number: number, body })
        : octokit.rest.pulls.createReplyForReviewComment({
            owner,
            repo,
            pull_number: number,
            comment_id: thread,
            body,
          }),
    find,
    settings.patience,
  );
}
