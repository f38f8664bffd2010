import {
  changedFiles,
  commitsAt,
  contentAt,
  inOneAnswer,
  listAt,
  mergeBase,
  resolve,
  revisions,
} from './repository.js';
import { APP, type CheckRunState, type GitHubState, type PullState } from './state.js';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** A file as it is, not JSON. */
  readonly raw?: boolean;
  /** Where the other pages are. */
  readonly link?: string;
}

/** A request that the description allows. */
export interface Call {
  /** As it was asked for, with the query. */
  readonly url: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Route {
  /** What the documentation of the operation says an app needs. */
  readonly needs: readonly [name: string, level: 'read' | 'write'] | 'app';
  readonly answer: (state: GitHubState, call: Call) => Answer;
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });
const missing = ok({ message: 'Not Found' }, 404);
const invalid = (message: string): Answer => ok({ message: 'Validation Failed', errors: [message] }, 422);

/** The operations that a review uses, by the names of GitHub's description. */
export const ROUTES: Readonly<Record<string, Route>> = {
  'pulls/get': {
    needs: ['pull_requests', 'read'],
    answer: (state, { params }) => {
      const pull = find(state, params['pull_number']!);
      return pull ? ok(pullBody(state, pull)) : missing;
    },
  },
  'pulls/list-files': {
    needs: ['pull_requests', 'read'],
    answer: (state, call) => {
      const pull = find(state, call.params['pull_number']!)!;
      const head = state.head(pull);
      const all = changedFiles(state.folder, mergeBase(state.folder, state.baseOf(pull), head), head);
      return paged(all.slice(0, FILES), call, inOneAnswer);
    },
  },
  'pulls/create-review': { needs: ['pull_requests', 'write'], answer: createReview },
  'pulls/create-reply-for-review-comment': {
    needs: ['pull_requests', 'write'],
    answer: (state, { params, body }) => {
      const id = Number(params['comment_id']);
      const thread = state.threads.find(({ comments }) => comments[0]!.id === id);
      if (!thread) return missing;
      const comment = state.comment(APP, String(body['body']));
      thread.comments.push(comment);
      return ok({ id: comment.id, node_id: comment.node, body: comment.body }, 201);
    },
  },
  'issues/create-comment': {
    needs: ['pull_requests', 'write'],
    answer: (state, { params, body }) => {
      const comment = { ...state.comment(APP, String(body['body'])), pull: Number(params['issue_number']) };
      state.conversation.push(comment);
      return ok({ id: comment.id, node_id: comment.node, body: comment.body }, 201);
    },
  },
  'reactions/create-for-issue-comment': { needs: ['pull_requests', 'write'], answer: react },
  'reactions/create-for-pull-request-review-comment': { needs: ['pull_requests', 'write'], answer: react },
  'repos/get-collaborator-permission-level': {
    needs: ['metadata', 'read'],
    answer: (state, { params }) => {
      const permission = state.collaborators.get(params['username']!);
      return permission === undefined ? missing : ok({ permission, role_name: permission });
    },
  },
  'repos/get-content': {
    needs: ['contents', 'read'],
    answer: (state, { params, query, headers }) => {
      const path = decodeURIComponent(params['path']!);
      const commit = resolve(state.folder, query['ref'] ?? 'master');
      if (commit === null) return missing;
      const listed = listAt(state.folder, commit, path);
      if (listed) return ok(listed.map(({ name, type }) => ({ name, type, path: `${path}/${name}` })));
      const content = contentAt(state.folder, commit, path);
      if (!content) return missing;
      if (headers['accept']?.includes('raw'))
        return { status: 200, body: content.toString('utf8'), raw: true };
      return ok({ type: 'file', name: path, content: content.toString('base64'), encoding: 'base64' });
    },
  },
  'repos/compare-commits': {
    needs: ['contents', 'read'],
    answer: (state, call) => {
      const [base = '', head = ''] = call.path.split('/').at(-1)!.split('...');
      if (!resolve(state.folder, base) || !resolve(state.folder, head)) return missing;
      const commits = revisions(state.folder, head, `^${base}`);
      return paged(commits, call, (some) => ({
        merge_base_commit: { sha: mergeBase(state.folder, base, head) },
        total_commits: commits.length,
        commits: commitsAt(state.folder, some),
      }));
    },
  },
  'repos/get-commit': {
    needs: ['contents', 'read'],
    answer: (state, call) => {
      const commit = commitsAt(state.folder, [call.params['ref']!])[0]!;
      const files = changedFiles(state.folder, commit.parents[0]!.sha, commit.sha).slice(0, FILES);
      return paged(files, call, (some) => ({ ...commit, files: inOneAnswer(some) }));
    },
  },
  'checks/create': {
    needs: ['checks', 'write'],
    answer: (state, { body }) => {
      const run: CheckRunState = {
        id: state.next(),
        head_sha: String(body['head_sha']),
        name: String(body['name']),
        external_id: String(body['external_id'] ?? ''),
        status: String(body['status'] ?? 'queued'),
        conclusion: null,
        output: { title: '', summary: '', annotations_count: 0 },
        annotations: [],
      };
      state.checkRuns.push(run);
      return ok(run, 201);
    },
  },
  'checks/update': { needs: ['checks', 'write'], answer: updateCheck },
  'checks/get': {
    needs: ['checks', 'read'],
    answer: (state, { params }) => {
      const run = state.checkRuns.find(({ id }) => id === Number(params['check_run_id']));
      return run ? ok(run) : missing;
    },
  },
  'checks/list-for-ref': {
    needs: ['checks', 'read'],
    answer: (state, call) => {
      const { params, query } = call;
      const runs = state.checkRuns
        .filter(({ head_sha, name }) => head_sha === params['ref'] && name === (query['check_name'] ?? name))
        .toReversed();
      const shown = query['filter'] === 'all' ? runs : runs.slice(0, 1);
      return paged(shown, call, (some) => ({ total_count: shown.length, check_runs: some }));
    },
  },
  'checks/list-for-suite': {
    needs: ['checks', 'read'],
    answer: (state, call) =>
      paged(state.checkRuns, call, (some) => ({ total_count: state.checkRuns.length, check_runs: some })),
  },
  'apps/create-installation-access-token': { needs: 'app', answer: () => missing },
};

function find(state: GitHubState, number: string): PullState | undefined {
  return state.pulls.find((pull) => pull.number === Number(number));
}

function pullBody(state: GitHubState, pull: PullState): object {
  const head = state.head(pull);
  const base = state.baseOf(pull);
  const commits = revisions(state.folder, head, `^${base}`).length;
  const files = changedFiles(state.folder, mergeBase(state.folder, base, head), head).length;
  return {
    number: pull.number,
    title: pull.title,
    state: pull.state,
    draft: pull.draft,
    head: { ref: pull.branch, sha: head },
    base: { ref: pull.base, sha: base, repo: { name: state.repo, size: 12 } },
    commits,
    changed_files: files,
    ...pull.claimed,
  };
}

/** The files of a pull request or a commit that are listed at most. */
const FILES = 3000;
const LARGEST_PAGE = 100;

/** One page, and where the others are: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function paged<T>(all: readonly T[], { url, query }: Call, body: (some: T[]) => unknown): Answer {
  const size = Number(query['per_page'] ?? 30);
  if (size > LARGEST_PAGE) return invalid(`per_page is ${String(size)}: no more than 100 come`);
  const number = Number(query['page'] ?? 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (page: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set('page', String(page));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev'), link(1, 'first')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
  ];
  const answer = ok(body(all.slice((number - 1) * size, number * size)));
  return links.length === 0 ? answer : { ...answer, link: links.join(', ') };
}

function react(state: GitHubState, { params, body }: Call): Answer {
  const reaction = `${params['comment_id']!} ${String(body['content'])}`;
  const known = state.reactions.has(reaction);
  state.reactions.add(reaction);
  return ok({ id: 1, content: body['content'] }, known ? 200 : 201);
}

interface ReviewComment {
  readonly path: string;
  readonly body: string;
  readonly line?: number;
  readonly start_line?: number;
  readonly side?: string;
  readonly start_side?: string;
}

/** All comments of a review are made, or none. */
function createReview(state: GitHubState, { params, body }: Call): Answer {
  const pull = find(state, params['pull_number']!);
  if (!pull) return missing;
  const comments = (body['comments'] ?? []) as readonly ReviewComment[];
  if (body['event'] !== 'COMMENT') return invalid('a bot neither approves nor requests changes');
  if (String(body['body'] ?? '') === '') return invalid('Body can not be blank');
  for (const { path, line, start_line, side, start_side, body: text } of comments) {
    if (line === undefined || side !== 'RIGHT') return invalid('Line could not be resolved');
    if (start_line !== undefined && (start_line >= line || start_side !== 'RIGHT'))
      return invalid('start_line');
    if (!state.shows(pull, path, start_line ?? line, line)) return invalid('Line could not be resolved');
    if (text.length > 65_536) return invalid('Body is too long');
  }
  const commit = String(body['commit_id']);
  const review = { ...state.comment(APP, String(body['body'])), pull: pull.number, commit };
  state.reviews.push(review);
  for (const { path, line, start_line, body: text } of comments) {
    const comment = state.comment(APP, text);
    state.threads.push({
      node: `T_${String(comment.id)}`,
      pull: pull.number,
      path,
      startLine: start_line ?? line!,
      line: line!,
      resolved: false,
      comments: [comment],
    });
  }
  return ok({ id: review.id, node_id: review.node, body: review.body }, 200);
}

function updateCheck(state: GitHubState, { params, body }: Call): Answer {
  const run = state.checkRuns.find(({ id }) => id === Number(params['check_run_id']));
  if (!run) return missing;
  const { output, status, conclusion, external_id } = body as {
    readonly output?: {
      readonly title?: string;
      readonly summary: string;
      readonly annotations?: Record<string, unknown>[];
    };
    readonly status?: string;
    readonly conclusion?: string;
    readonly external_id?: string;
  };
  const annotations = output?.annotations ?? [];
  if (annotations.length > 50) return invalid('annotations exceed 50');
  run.annotations.push(...annotations);
  if (output) {
    run.output = {
      title: output.title ?? '',
      summary: output.summary,
      annotations_count: run.annotations.length,
    };
  }
  run.status = conclusion === undefined ? (status ?? run.status) : 'completed';
  run.conclusion = conclusion ?? run.conclusion;
  run.external_id = external_id ?? run.external_id;
  return ok(run);
}
