import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createNodeMiddleware, Probot, type ProbotOctokit } from 'probot';
import { onTestFinished } from 'vitest';
import { rectoApp } from '../../../src/github/app.js';
import { judge, type Judge, type Judgement } from '../../../src/github/judge.js';
import { RectoOctokit } from '../../../src/github/octokit.js';
import { Reviews } from '../../../src/github/reviews.js';
import type { Settings } from '../../../src/github/settings.js';
import { commit, git, temporaryFolder } from '../../tree/repository.js';
import { GitHubDouble, PRIVATE_KEY } from './server.js';
import { GitHubState } from './state.js';
import { delivery, send, WEBHOOK_SECRET, type Delivery } from './webhooks.js';

const tree = fileURLToPath(new URL('../../../examples/tree', import.meta.url));

/** An app that runs, on an own port. */
export interface RunningApp {
  readonly url: string;
  readonly reviews: Reviews;
  /** What it has logged, line by line. */
  readonly log: string[];
  stop(): Promise<void>;
}

/** How an app is set up. */
export interface Options {
  readonly source?: 'mirror' | 'clone' | 'api';
  /** With Probot's throttling, which makes the tests wait. */
  readonly throttle?: boolean;
  readonly ownJudge?: Judge;
  /** The client of the API, where it is not the app's own. */
  readonly client?: typeof ProbotOctokit;
  readonly changes?: Partial<Settings>;
}

/** Judges for real, but the same patches only once: for tests that are about something else. */
export const judgeOnce: Judge = (task) => {
  // A folder of rules has another name each time, and what is in it is not part of the task.
  if (task.ruleFolders.length > 0) return judge(task);
  const key = JSON.stringify([task.changes.patches, task.changes.diff, task.tree.kind]);
  const known = judged.get(key) ?? judge(task);
  judged.set(key, known);
  return known;
};
const judged = new Map<string, Promise<Judgement>>();

/** A GitHub, the app, and what goes between them. */
export class World {
  readonly state: GitHubState;
  readonly github: GitHubDouble;
  app!: RunningApp;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    const folder = join(temporaryFolder(), 'linux');
    cpSync(tree, folder, { recursive: true });
    git(folder, 'init', '-q', '-b', 'master');
    commit(folder, {}, 'The sketch pad');
    this.state = new GitHubState(folder);
    this.github = new GitHubDouble(this.state);
  }

  /** Starts an app of its own, as a server that was started again would be. */
  async startApp(): Promise<RunningApp> {
    const log: string[] = [];
    const {
      source = 'clone',
      throttle = false,
      ownJudge = judge,
      client = RectoOctokit,
      changes = {},
    } = this.#options;
    const { owner, repo, folder } = this.state;
    const settings: Settings = {
      mirrors: new Map(source === 'mirror' ? [[`${owner}/${repo}`, folder]] : []),
      cloneLimit: source === 'clone' ? 1e9 : 0,
      gitHost: this.github.url,
      reviewTimeoutMs: 60_000,
      patience: { lookAfterMs: [1, 1, 1] },
      ...changes,
    };
    const probot = new Probot({
      appId: 1,
      privateKey: PRIVATE_KEY,
      secret: WEBHOOK_SECRET,
      baseUrl: this.github.url,
      log: pino({ level: 'trace' }, { write: (line: string) => log.push(line) }),
      Octokit: client.defaults((given: object) => ({
        ...given,
        retry: { retryAfterBaseValue: 1 },
        throttle: {
          ...(given as { throttle?: object }).throttle,
          ...(throttle ? QUICK : { enabled: false }),
        },
        request: { ...(given as { request?: object }).request, timeout: 1500 },
      })) as typeof ProbotOctokit,
    });
    await probot.ready();
    const reviews = new Reviews(settings, ownJudge, probot.log);
    const middleware = await createNodeMiddleware((app) => rectoApp(app, reviews), { probot });
    const server = createServer((request, response) => {
      void middleware(request, response, () => response.writeHead(404).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const stop = async () => {
      await reviews.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return { url, reviews, log, stop };
  }

  /** Commits files on a branch; a new one begins at master. */
  push(branch: string, files: Readonly<Record<string, string | Uint8Array>>, subject = 'Change'): string {
    const { folder } = this.state;
    const known = git(folder, 'branch', '--list', branch) !== '';
    git(folder, 'checkout', '-q', ...(known ? [branch] : ['-b', branch, 'master']));
    const id = commit(folder, files, subject);
    git(folder, 'checkout', '-q', 'master');
    return id;
  }

  /** Puts many commits on a new branch that begins at master, in one go. */
  pushSeries(branch: string, commits: readonly Readonly<Record<string, string>>[]): void {
    const data = (text: string) => `data ${String(Buffer.byteLength(text))}\n${text}\n`;
    const stream = commits.map((files, index) =>
      [
        `commit refs/heads/${branch}\n`,
        `committer A U Thor <author@example.org> ${String(1_700_000_000 + index)} +0000\n`,
        data(`Change ${String(index + 1)}`),
        index === 0 ? 'from refs/heads/master\n' : '',
        ...Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
      ].join(''),
    );
    const { folder } = this.state;
    execFileSync('git', ['-C', folder, 'fast-import', '--quiet'], { input: stream.join('') });
  }

  /** A branch that has nothing in common with any other. */
  orphan(branch: string, files: Readonly<Record<string, string>>): void {
    const { folder } = this.state;
    git(folder, 'checkout', '-q', '--orphan', branch);
    commit(folder, files);
    git(folder, 'checkout', '-q', 'master');
  }

  /** Sets a branch back to where another one is, as a forced push does. */
  reset(branch: string, to = 'master'): void {
    git(this.state.folder, 'branch', '-f', branch, to);
  }

  pullRequest(action: string, number: number, more: Readonly<Record<string, unknown>> = {}): Delivery {
    return delivery('pull_request', action, {
      ...this.#repository(),
      number,
      pull_request: { number },
      ...more,
    });
  }

  /** A comment in the conversation of a pull request. */
  comment(number: number, author: string, body: string): Delivery {
    const { id } = this.#said(number, author, body);
    return delivery('issue_comment', 'created', {
      ...this.#repository(),
      issue: { number, pull_request: { url: 'https://api.github.com/pulls' } },
      comment: { id, body, user: { login: author, type: 'User' } },
    });
  }

  /** An answer in the thread of a comment. */
  answer(number: number, thread: number, author: string, body: string): Delivery {
    const comment = this.state.comment(author, body);
    this.state.threads[thread]!.comments.push(comment);
    return delivery('pull_request_review_comment', 'created', {
      ...this.#repository(),
      pull_request: { number },
      comment: {
        id: comment.id,
        body,
        user: { login: author, type: 'User' },
        in_reply_to_id: this.state.threads[thread]!.comments[0]!.id,
      },
    });
  }

  event(name: string, action: string, fields: Readonly<Record<string, unknown>>): Delivery {
    return delivery(name, action, { ...this.#repository(), ...fields });
  }

  /** Sends webhooks to the app and waits until all that they ask for is done. */
  async deliver(...deliveries: readonly Delivery[]): Promise<void> {
    await Promise.all(deliveries.map((one) => send(this.app.url, one)));
    await this.app.reviews.idle();
  }

  #said(number: number, author: string, body: string): { readonly id: number } {
    const comment = { ...this.state.comment(author, body), pull: number };
    this.state.conversation.push(comment);
    return comment;
  }

  #repository(): Readonly<Record<string, unknown>> {
    const { owner, repo } = this.state;
    return { repository: { name: repo, full_name: `${owner}/${repo}`, owner: { login: owner } } };
  }
}

/** Probot's own throttling, with less waiting. */
const QUICK = { enabled: true, retryAfterBaseValue: 10, fallbackSecondaryRateRetryAfter: 1 };

/** Starts a GitHub and the app for one test. */
export async function startWorld(options: Options = {}): Promise<World> {
  const world = new World(options);
  await world.github.start();
  world.app = await world.startApp();
  onTestFinished(async () => {
    await world.app.stop();
    await world.github.stop();
  });
  return world;
}
