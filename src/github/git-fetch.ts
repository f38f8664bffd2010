import { spawn } from 'node:child_process';
import { RectoError } from '../errors.js';
import { gitArguments, gitEnvironment, gitNotStarted } from '../tree/git-command.js';

/** A repository on a server. */
export interface Remote {
  /** "https://github.com/owner/name.git" */
  readonly url: string;
  /** An installation token, which must not be seen in arguments, logs or files. */
  readonly token: string;
  /** True where the repository knows this one as `origin`, as a partial clone has to. */
  readonly isOrigin: boolean;
}

/** What our own secrets are called; git has no use for them. */
const SECRETS = /^(PRIVATE_KEY|PRIVATE_KEY_PATH|WEBHOOK_SECRET|GITHUB_TOKEN)$/;

/**
 * Runs `git fetch` in `directory`. The token goes by the environment, which only this user can read, to no other
 * host than the one asked, and is not kept.
 *
 * @param wants what to fetch: refspecs as arguments, or object ids on standard input
 * @throws RectoError 'no-tree' with git's words, without the token; what `signal` says when it is aborted
 */
export function fetchInto(
  directory: string,
  { url, token, isOrigin }: Remote,
  wants: {
    readonly options?: readonly string[];
    readonly refspecs?: readonly string[];
    readonly objects?: readonly string[];
  },
  signal: AbortSignal,
): Promise<void> {
  const { options = [], refspecs = [], objects = [] } = wants;
  const login = Buffer.from(`x-access-token:${token}`).toString('base64');
  const configured: readonly (readonly [string, string])[] = [
    ['http.extraHeader', `Authorization: Basic ${login}`],
    ['http.followRedirects', 'false'],
    ['credential.helper', ''],
    ['core.hooksPath', '/dev/null'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['fetch.recurseSubmodules', 'false'],
    ['fetch.writeCommitGraph', 'false'],
    ...(isOrigin ? [['remote.origin.url', url] as const] : []),
  ];
  const settings = configured.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${String(index)}`, key],
    [`GIT_CONFIG_VALUE_${String(index)}`, value],
  ]);
  const inherited = Object.entries(gitEnvironment(directory)).filter(([name]) => !SECRETS.test(name));
  const command = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', ...options];
  return new Promise((resolve, reject) => {
    const git = spawn(
      'git',
      gitArguments(directory, [
        ...command,
        ...(objects.length > 0 ? ['--stdin'] : []),
        isOrigin ? 'origin' : url,
        ...refspecs,
      ]),
      {
        env: {
          ...Object.fromEntries(inherited),
          ...Object.fromEntries(settings),
          GIT_CONFIG_COUNT: String(configured.length),
          GIT_ALLOW_PROTOCOL: new URL(url).protocol.slice(0, -1),
        },
        stdio: ['pipe', 'ignore', 'pipe'],
        signal,
      },
    );
    let stderr = '';
    git.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 10_000) stderr += chunk.toString('utf8');
    });
    // EPIPE when git has ended: 'close' tells why.
    git.stdin.on('error', () => undefined);
    git.stdin.end(objects.map((id) => `${id}\n`).join(''));
    git.on('error', (error) => {
      reject(signal.aborted ? (signal.reason as Error) : gitNotStarted(error));
    });
    git.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new RectoError('no-tree', `git could not fetch ${url}: ${said(stderr, [token, login])}`));
    });
  });
}

function said(stderr: string, secrets: readonly string[]): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(fatal|error|remote): /, '').trim())
    .filter((line) => line !== '');
  const text = lines.slice(0, 3).join('; ') || 'it gave no reason';
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '[token]'), text);
}
