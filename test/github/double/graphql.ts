import { buildClientSchema, graphql, type IntrospectionQuery } from 'graphql';
import { schema, validate } from '@octokit/graphql-schema';
import { APP, type CommentState, type GitHubState, type Permissions } from './state.js';

const built = buildClientSchema(schema.json as unknown as IntrospectionQuery);

/** A request of GraphQL. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

class Refused extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** Carries out a request as GitHub's schema has it; what the schema does not know is thrown as an error. */
export async function answerGraphql(
  state: GitHubState,
  permissions: Permissions,
  { query, variables }: GraphqlRequest,
): Promise<object> {
  const mistakes = validate(query);
  if (mistakes.length > 0) throw new Error(`GraphQL: ${mistakes.map(({ message }) => message).join('; ')}`);
  const result = await graphql({
    schema: built,
    source: query,
    rootValue: rootOf(state, permissions),
    variableValues: variables ?? {},
  });
  const refused = result.errors?.filter(({ originalError }) => originalError instanceof Refused) ?? [];
  const bugs = result.errors?.filter((error) => !refused.includes(error)) ?? [];
  if (bugs.length > 0) throw new Error(`GraphQL: ${bugs.map(({ message }) => message).join('; ')}`);
  const errors = refused.map(({ message, path, originalError }) => ({
    type: (originalError as Refused).type,
    message,
    path,
  }));
  return errors.length > 0 ? { data: result.data, errors } : { data: result.data };
}

interface Slice {
  readonly first?: number;
  readonly after?: string;
}

interface Input {
  readonly input: Readonly<Record<string, string>>;
}

function rootOf(state: GitHubState, permissions: Permissions): object {
  const needs = (name: string, level: 'read' | 'write') => {
    const has = permissions[name];
    if (has !== 'write' && has !== level)
      throw new Refused('FORBIDDEN', 'Resource not accessible by integration');
  };
  const comments = (): CommentState[] => [
    ...state.threads.flatMap((thread) => thread.comments),
    ...state.reviews,
    ...state.conversation,
  ];
  const edit = (id: string, body: string) => {
    needs('pull_requests', 'write');
    const comment = comments().find(({ node }) => node === id);
    if (!comment) throw new Refused('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
    comment.body = body;
    return { id };
  };
  return {
    repository: () => ({
      pullRequest: ({ number }: { readonly number: number }) => {
        needs('pull_requests', 'read');
        return {
          reviewThreads: (slice: Slice) =>
            connection(
              state.threads.filter(({ pull }) => pull === number),
              slice,
              (thread) => ({
                id: thread.node,
                isResolved: thread.resolved,
                comments: (inner: Slice) => connection(thread.comments, inner, commentNode),
              }),
            ),
          reviews: (slice: Slice) =>
            connection(
              state.reviews.filter(({ pull }) => pull === number),
              slice,
              commentNode,
            ),
          comments: (slice: Slice) =>
            connection(
              state.conversation.filter(({ pull }) => pull === number),
              slice,
              commentNode,
            ),
        };
      },
    }),
    resolveReviewThread: ({ input }: Input) => {
      // https://github.com/orgs/community/discussions/44650
      needs('contents', 'write');
      const thread = state.threads.find(({ node }) => node === input['threadId'])!;
      thread.resolved = true;
      return { thread: { isResolved: true } };
    },
    minimizeComment: ({ input }: Input) => {
      needs('pull_requests', 'write');
      const comment = comments().find(({ node }) => node === input['subjectId'])!;
      comment.minimized = true;
      return { minimizedComment: { __typename: 'PullRequestReviewComment', isMinimized: true } };
    },
    updatePullRequestReviewComment: ({ input }: Input) => ({
      pullRequestReviewComment: edit(input['pullRequestReviewCommentId']!, input['body']!),
    }),
    updatePullRequestReview: ({ input }: Input) => ({
      pullRequestReview: edit(input['pullRequestReviewId']!, input['body']!),
    }),
  };
}

function commentNode({ id, node, author, body, minimized }: CommentState): object {
  return {
    id: node,
    fullDatabaseId: String(id),
    body,
    viewerDidAuthor: author === APP,
    isMinimized: minimized,
  };
}

function connection<T>(all: readonly T[], { first = 100, after }: Slice, node: (item: T) => object): object {
  const at = after === undefined || after === null ? 0 : Number(after);
  const end = Math.min(all.length, at + first);
  return {
    nodes: all.slice(at, end).map(node),
    pageInfo: { hasNextPage: end < all.length, endCursor: end > at ? String(end) : null },
  };
}
