import { readMark, type Mark } from './marks.js';
import type { Octokit } from './octokit.js';
import type { PullRequestName } from './pull-request.js';
import { statusOf } from './write-once.js';

/** Something that we have written at a pull request. */
export interface Remark {
  /** Id of the comment or review, for GraphQL. */
  readonly id: string;
  readonly body: string;
  readonly mark: Mark;
  readonly where: 'thread' | 'review' | 'conversation';
  /** For `thread`: the thread's id, and the number of its first comment, which replies name. */
  readonly thread: { readonly id: string; readonly comment: string; readonly resolved: boolean } | null;
  readonly minimized: boolean;
}

interface Node {
  readonly id: string;
  readonly body: string;
  readonly viewerDidAuthor: boolean;
  readonly isMinimized: boolean;
}

interface Connection<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface Thread {
  readonly id: string;
  readonly isResolved: boolean;
  readonly comments: { readonly nodes: readonly (Node & { readonly fullDatabaseId: string })[] };
}

interface Answer {
  readonly repository: {
    readonly pullRequest: {
      readonly reviewThreads: Connection<Thread>;
      readonly reviews: Connection<Node>;
      readonly comments: Connection<Node>;
    };
  };
}

const READ = `
  query ($owner: String!, $repo: String!, $number: Int!, $threads: String, $reviews: String, $comments: String) {
    repository(owner: $owner, name: $repo) {
      pullRequest(number: $number) {
        reviewThreads(first: 50, after: $threads) {
          pageInfo { hasNextPage endCursor }
          nodes {
            id
            isResolved
            comments(first: 100) { nodes { id fullDatabaseId body viewerDidAuthor isMinimized } }
          }
        }
        reviews(first: 100, after: $reviews) {
          pageInfo { hasNextPage endCursor }
          nodes { id body viewerDidAuthor isMinimized }
        }
        comments(first: 100, after: $comments) {
          pageInfo { hasNextPage endCursor }
          nodes { id body viewerDidAuthor isMinimized }
        }
      }
    }
  }`;

/** All that this app has written at a pull request and still knows the meaning of. What others wrote is not looked at. */
export async function readRemarks(octokit: Octokit, name: PullRequestName): Promise<Remark[]> {
  const remarks: Remark[] = [];
  const after: Record<'threads' | 'reviews' | 'comments', string | null> = {
    threads: null,
    reviews: null,
    comments: null,
  };
  for (;;) {
    const { repository } = await octokit.graphql<Answer>(READ, {
      owner: name.owner,
      repo: name.repo,
      number: name.number,
      ...after,
      request: { retries: 3 },
    });
    const { reviewThreads, reviews, comments } = repository.pullRequest;
    for (const thread of reviewThreads.nodes) remarks.push(...inThread(thread));
    for (const node of reviews.nodes) remarks.push(...remarkOf(node, 'review'));
    for (const node of comments.nodes) remarks.push(...remarkOf(node, 'conversation'));
    after.threads = reviewThreads.pageInfo.endCursor ?? after.threads;
    after.reviews = reviews.pageInfo.endCursor ?? after.reviews;
    after.comments = comments.pageInfo.endCursor ?? after.comments;
    if (![reviewThreads, reviews, comments].some(({ pageInfo }) => pageInfo.hasNextPage)) return remarks;
  }
}

function inThread({ id, isResolved, comments }: Thread): Remark[] {
  const first = comments.nodes[0];
  if (!first) return [];
  const thread = { id, comment: first.fullDatabaseId, resolved: isResolved };
  return comments.nodes.flatMap((node) => remarkOf(node, 'thread', thread));
}

function remarkOf(node: Node, where: Remark['where'], thread: Remark['thread'] = null): Remark[] {
  const mark = node.viewerDidAuthor ? readMark(node.body) : null;
  return mark ? [{ id: node.id, body: node.body, mark, where, thread, minimized: node.isMinimized }] : [];
}

const RESOLVE = `
  mutation ($thread: ID!) { resolveReviewThread(input: { threadId: $thread }) { thread { isResolved } } }`;
const MINIMIZE = `
  mutation ($id: ID!) {
    minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized } }
  }`;
const EDIT_COMMENT = `
  mutation ($id: ID!, $body: String!) {
    updatePullRequestReviewComment(input: { pullRequestReviewCommentId: $id, body: $body }) {
      pullRequestReviewComment { id }
    }
  }`;
const EDIT_REVIEW = `
  mutation ($id: ID!, $body: String!) {
    updatePullRequestReview(input: { pullRequestReviewId: $id, body: $body }) { pullRequestReview { id } }
  }`;

/**
 * Closes what a remark has opened: resolves its thread, or, where the app may not (GitHub wants write access to the
 * code for that) or there is no thread, folds it up as outdated. All of it may be done again without harm.
 */
export async function closeRemark(octokit: Octokit, remark: Remark): Promise<void> {
  if (remark.minimized || remark.thread?.resolved === true) return;
  if (remark.thread) {
    try {
      await octokit.graphql(RESOLVE, { thread: remark.thread.id, request: AGAIN });
      return;
    } catch (error) {
      if (statusOf(error) !== 403) throw error;
    }
  }
  await octokit.graphql(MINIMIZE, { id: remark.id, request: AGAIN });
}

/** Replaces the text of a remark. */
export async function editRemark(octokit: Octokit, { id, where }: Remark, body: string): Promise<void> {
  await octokit.graphql(where === 'review' ? EDIT_REVIEW : EDIT_COMMENT, { id, body, request: AGAIN });
}

/** Doing it twice comes to the same as doing it once. */
const AGAIN = { retries: 3 };
