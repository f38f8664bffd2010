import { ProbotOctokit } from 'probot';

/** A client of GitHub's API, as one installation of the app. */
export type Octokit = InstanceType<typeof ProbotOctokit>;

/** A request that has no answer by then is taken for lost. */
const ANSWER_MS = 30_000;
/** How often a request that GitHub refused because of its limits is sent again. */
const LIMIT_RETRIES = 3;

type Constructor = typeof ProbotOctokit;
type Options = NonNullable<ConstructorParameters<Constructor>[0]>;
interface LimitedRequest {
  readonly method: string;
  readonly url: string;
}

/**
 * Probot's client, but that a write which failed is never sent again by itself: it may have taken effect, and a
 * second comment would be there for good. Reads are repeated. A request that was refused because of a rate limit or
 * a secondary limit did nothing, and is sent again when GitHub says so.
 */
export const RectoOctokit: Constructor = ProbotOctokit.plugin((octokit) => {
  octokit.hook.before('request', (options) => {
    const reads = options.method === 'GET' || options.method === 'HEAD';
    if (!reads && options.request?.['retries'] === undefined) {
      options.request = { ...options.request, retries: 0 };
    }
  });
  return {};
}).defaults((given: Options) => ({
  ...given,
  request: {
    ...given.request,
    fetch: withTimeout(given.request?.fetch, given.request?.['timeout'] ?? ANSWER_MS),
  },
  throttle: {
    ...given.throttle,
    onRateLimit: (after: number, request: LimitedRequest, octokit: Octokit, count: number) =>
      sendAgain('rate limit', after, request, octokit, count),
    onSecondaryRateLimit: (after: number, request: LimitedRequest, octokit: Octokit, count: number) =>
      sendAgain('secondary rate limit', after, request, octokit, count),
  },
})) as Constructor;

function sendAgain(
  limit: string,
  after: number,
  { method, url }: LimitedRequest,
  octokit: Octokit,
  count: number,
): boolean {
  octokit.log.warn(`${limit} at ${method} ${url}; waiting ${String(after)} s`);
  return count < LIMIT_RETRIES;
}

function withTimeout(given: typeof fetch | undefined, milliseconds: number): typeof fetch {
  return (input, init) => {
    const limit = AbortSignal.timeout(milliseconds);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    return (given ?? fetch)(input, { ...init, signal });
  };
}
