import { git } from '../../tree/repository.js';
import { mergeBase, resolve, shownLines } from './repository.js';

/** What an access token of the app may do. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

export interface PullState {
  readonly number: number;
  title: string;
  draft: boolean;
  state: 'open' | 'closed';
  /** Names of branches in the repository on disk. */
  branch: string;
  base: string;
  /** What GitHub says of its size, where that is not what it is. */
  claimed?: { readonly commits?: number; readonly changed_files?: number };
}

export interface CommentState {
  readonly id: number;
  readonly node: string;
  readonly author: string;
  body: string;
  minimized: boolean;
}

export interface ThreadState {
  readonly node: string;
  readonly pull: number;
  readonly path: string;
  readonly startLine: number;
  readonly line: number;
  resolved: boolean;
  readonly comments: CommentState[];
}

export interface ReviewState extends CommentState {
  readonly pull: number;
  readonly commit: string;
}

export interface CheckRunState {
  readonly id: number;
  readonly head_sha: string;
  readonly name: string;
  external_id: string;
  status: string;
  conclusion: string | null;
  output: { title: string; summary: string; annotations_count: number };
  readonly annotations: Record<string, unknown>[];
}

/** Who we are on this GitHub. */
export const APP = 'recto-review[bot]';

/** What a GitHub knows of one repository, which lies on disk. */
export class GitHubState {
  readonly folder: string;
  readonly owner = 'sketch';
  readonly repo = 'linux';
  readonly pulls: PullState[] = [];
  readonly threads: ThreadState[] = [];
  readonly reviews: ReviewState[] = [];
  readonly conversation: (CommentState & { readonly pull: number })[] = [];
  readonly checkRuns: CheckRunState[] = [];
  readonly reactions = new Set<string>();
  readonly collaborators = new Map<string, string>([['maintainer', 'admin']]);
  #last = 100;

  constructor(folder: string) {
    this.folder = folder;
  }

  next(): number {
    return ++this.#last;
  }

  open(number: number, branch: string, base = 'master'): PullState {
    const pull: PullState = {
      number,
      title: `Pull request ${String(number)}`,
      draft: false,
      state: 'open',
      branch,
      base,
    };
    this.pulls.push(pull);
    return pull;
  }

  head(pull: PullState): string {
    return resolve(this.folder, pull.branch)!;
  }

  /** Takes the branch away, as if it were in a fork: what remains is refs/pull/N/head. */
  detach(pull: PullState): void {
    const ref = `refs/pull/${String(pull.number)}/head`;
    git(this.folder, 'update-ref', ref, this.head(pull));
    git(this.folder, 'branch', '-D', pull.branch);
    pull.branch = ref;
  }

  baseOf(pull: PullState): string {
    return resolve(this.folder, pull.base)!;
  }

  comment(author: string, body: string): CommentState {
    const id = this.next();
    return { id, node: `C_${String(id)}`, author, body, minimized: false };
  }

  /** True when the diff of the pull request shows these lines, in one hunk. */
  shows(pull: PullState, path: string, start: number, end: number): boolean {
    const head = this.head(pull);
    const runs = shownLines(this.folder, mergeBase(this.folder, this.baseOf(pull), head), head, path);
    return runs.some(([first, last]) => first <= start && start <= end && end <= last);
  }
}
