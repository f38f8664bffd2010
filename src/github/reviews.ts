import { answerCommand } from './answer.js';
import { numberOf } from './check-run.js';
import { readCommand } from './commands.js';
import { inWords } from './failure.js';
import type { Judge } from './judge.js';
import type { Octokit } from './octokit.js';
import { nameOf, pullRequestName, readPullRequest, type PullRequestName } from './pull-request.js';
import { Queue } from './queue.js';
import { reviewPullRequest } from './review-pull-request.js';
import type { Settings } from './settings.js';

/** What all events tell: the repository, and the installation of the app that may work on it. */
interface Origin {
  readonly repository: { readonly name: string; readonly owner: { readonly login: string } };
  readonly installation?: { readonly id: number } | undefined;
}

/** A comment as an event tells it. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string; readonly type?: string | undefined } | null;
  /** The first comment of the thread that it is in; null in the conversation of a pull request. */
  readonly inThread: number | null;
}

/** Where trouble is told to whoever runs the app. */
export interface Log {
  error(fields: object, message: string): void;
}

/** The reviews that are asked for, in one line per pull request. Events only say that something may have changed. */
export class Reviews {
  readonly #settings: Settings;
  readonly #judge: Judge;
  readonly #queue: Queue;

  constructor(settings: Settings, judge: Judge, log: Log) {
    this.#settings = settings;
    this.#judge = judge;
    this.#queue = new Queue((key, error) => {
      log.error({ pullRequest: key }, inWords(error));
    });
  }

  /** The pull request is new, was pushed to, or goes somewhere else. */
  async changed(octokit: Octokit, origin: Origin, number: number): Promise<void> {
    const name = nameIn(origin, number);
    const working = this.#queue.isWorking(nameOf(name));
    this.#review(octokit, origin, name, 'push', false);
    // An event that comes late must not stop the review of what came after it.
    if (working) this.#queue.outdate(nameOf(name), (await readPullRequest(octokit, name)).head);
  }

  /** The pull request is closed: nobody waits for its review any more. */
  closed(origin: Origin, number: number): void {
    this.#queue.outdate(nameOf(nameIn(origin, number)), null);
  }

  /** Somebody wants checks of ours to be run again. */
  checkAgain(
    octokit: Octokit,
    origin: Origin,
    delivery: string,
    runs: readonly { readonly external_id?: string | null }[],
  ): void {
    const numbers = new Set(runs.map(({ external_id }) => numberOf(external_id)));
    for (const number of numbers) {
      if (number !== null)
        this.#review(octokit, origin, nameIn(origin, number), reasonOf('run', delivery), true);
    }
  }

  /** Somebody wants all checks of a commit to be run again. */
  async suiteAgain(octokit: Octokit, origin: Origin, delivery: string, suite: number): Promise<void> {
    const runs = await octokit.paginate(octokit.rest.checks.listForSuite, {
      owner: origin.repository.owner.login,
      repo: origin.repository.name,
      check_suite_id: suite,
      filter: 'all',
      per_page: 100,
    });
    this.checkAgain(octokit, origin, delivery, runs);
  }

  /** Somebody has written a comment, perhaps to us. */
  commented(octokit: Octokit, origin: Origin, number: number, comment: Comment): void {
    const command = readCommand(comment.body);
    if (command === null || comment.user === null || comment.user.type === 'Bot') return;
    const name = nameIn(origin, number);
    const request = this.#request(octokit, origin, name, reasonOf('comment', String(comment.id)), true);
    void this.#queue.add(nameOf(name), request.reason, (turn) =>
      answerCommand(request, command, comment, turn),
    );
  }

  /** When nothing is under way. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** Ends what is under way; check runs are told. */
  close(): Promise<void> {
    return this.#queue.close();
  }

  #review(octokit: Octokit, origin: Origin, name: PullRequestName, reason: string, asked: boolean): void {
    const request = this.#request(octokit, origin, name, reason, asked);
    void this.#queue.add(nameOf(name), reason, (turn) => reviewPullRequest(request, turn));
  }

  #request(octokit: Octokit, origin: Origin, name: PullRequestName, reason: string, asked: boolean) {
    const installation = origin.installation?.id ?? 0;
    return { octokit, installation, name, reason, asked, settings: this.#settings, judge: this.#judge };
  }
}

function nameIn({ repository }: Origin, number: number): PullRequestName {
  return pullRequestName(repository.owner.login, repository.name, number);
}

/** What a review is known by when the same event comes again. */
function reasonOf(kind: string, id: string): string {
  return `${kind}-${id.replace(/[^\w-]/g, '').slice(0, 60)}`;
}
