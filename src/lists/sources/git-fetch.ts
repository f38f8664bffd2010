import { spawn } from 'node:child_process';
import { RectoError } from '../../errors.js';
import { gitArguments, gitEnvironment, gitNotStarted } from '../../tree/git-command.js';

/** What a git command that goes to the network left behind. */
interface Fetched {
  readonly status: number | null;
  readonly stderr: string;
}

/** Ways to reach a repository; helper programs (`ext::`) are none of them. */
const PROTOCOLS = 'https:http:git:ssh:file';

/** A server that sends less than this for a minute has gone. */
const PATIENCE = ['-c', 'http.lowSpeedLimit=100', '-c', 'http.lowSpeedTime=60'];

/** Makes `directory` a bare repository that holds what `url` has, or brings it up to date. Whatever interrupts it, it can be called again. */
export async function mirror(url: string, directory: string): Promise<void> {
  await mustGit(directory, ['init', '--quiet', '--bare', '--initial-branch=master'], url);
  const refs = '+HEAD:refs/heads/master';
  const command = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc', url, refs];
  await mustGit(directory, [...PATIENCE, ...command], url);
}

/** Runs `git fetch` in a repository that somebody else set up, as its own configuration says. */
export async function fetchInto(directory: string): Promise<void> {
  await mustGit(directory, [...PATIENCE, 'fetch', '--quiet'], directory);
}

/** True when there is a git repository with something in it at `url`. */
export async function isRepository(url: string, directory: string): Promise<boolean> {
  const { status } = await run(directory, [...PATIENCE, 'ls-remote', '--exit-code', '--quiet', url, 'HEAD']);
  return status === 0;
}

async function mustGit(directory: string, command: readonly string[], place: string): Promise<void> {
  const { status, stderr } = await run(directory, command);
  if (status === 0) return;
  const said =
    stderr.trim().split('\n').slice(-2).join(' ').slice(0, 500) || `git ended with ${String(status)}`;
  throw new RectoError('no-list', `${place} cannot be fetched: ${said}`, place);
}

function run(directory: string, command: readonly string[]): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const git = spawn('git', gitArguments(directory, command), {
      env: { ...gitEnvironment(directory), GIT_ALLOW_PROTOCOL: PROTOCOLS },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    git.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 10_000) stderr += chunk.toString('utf8');
    });
    git.on('error', (error) => {
      reject(gitNotStarted(error));
    });
    git.on('close', (status) => {
      resolve({ status, stderr });
    });
  });
}
