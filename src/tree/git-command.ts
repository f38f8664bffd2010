import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { RectoError } from '../errors.js';

/** What a git command left behind. `status` is null when a signal ended it. */
export interface GitResult {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Variables of ours that decide which repository or which objects git reads; a hook that runs recto sets some. */
const redirecting =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|SHALLOW_FILE|GRAFT_FILE|QUARANTINE_PATH|EXTERNAL_DIFF|DIFF_OPTS|LITERAL_PATHSPECS|GLOB_PATHSPECS|NOGLOB_PATHSPECS|ICASE_PATHSPECS|REPLACE_REF_BASE|ATTR_SOURCE|TRACE.*)$/;

/**
 * The environment in which git only reads: no locks, no network, no prompts, English messages, and the
 * repository in `directory` rather than one around it. The user's own config stays, because that is where
 * `safe.directory` is; what could change output is overridden where it matters.
 */
export function gitEnvironment(directory: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!redirecting.test(name)) environment[name] = value;
  }
  return {
    ...environment,
    LC_ALL: 'C',
    LANGUAGE: '',
    GIT_CEILING_DIRECTORIES: dirname(directory),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    // A partial clone must not go to the network for what is missing. Older versions of git know only the second.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
}

/** The arguments that stand before every git command: where, and nothing of the repository's that runs programs. */
export function gitArguments(directory: string, command: readonly string[]): string[] {
  return ['-C', directory, '--no-pager', '-c', 'core.fsmonitor=false', ...command];
}

/** Turns the failure to start git into words. */
export function gitNotStarted(error: NodeJS.ErrnoException): RectoError {
  return new RectoError(
    'no-tree',
    error.code === 'ENOENT'
      ? 'git is not installed, or not in PATH; a git repository cannot be read without it'
      : `git could not be started: ${error.message}`,
  );
}

/**
 * Runs git in `directory` (absolute), on `input` where it reads one, and collects its output.
 * Throws RectoError when git cannot be started or says more than `limit` bytes; a failing command is a value.
 */
export function runGit(
  directory: string,
  command: readonly string[],
  limit = 512 * 1024 * 1024,
  input = '',
): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const git = spawn('git', gitArguments(directory, command), {
      env: gitEnvironment(directory),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    let size = 0;
    let stderr = '';
    git.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        git.kill();
        reject(
          new RectoError(
            'too-large',
            `git ${command[0] ?? ''} gives more than ${String(limit >> 20)} MB`,
            directory,
          ),
        );
        return;
      }
      out.push(chunk);
    });
    git.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < 10_000) stderr += chunk.toString('utf8');
    });
    git.on('error', (error) => {
      reject(gitNotStarted(error));
    });
    git.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(out), stderr });
    });
    // EPIPE when git has ended: 'close' tells.
    git.stdin.on('error', () => undefined);
    git.stdin.end(input);
  });
}

/** Like `runGit`, for a command that has no reason to fail: throws RectoError with git's own words, explained. */
export async function git(directory: string, command: readonly string[], limit?: number): Promise<Buffer> {
  const result = await runGit(directory, command, limit);
  if (result.status !== 0) throw explainGit(directory, result.stderr);
  return result.stdout;
}

/** Makes an error of what git wrote to stderr, with the way out where we know one. */
export function explainGit(directory: string, stderr: string): RectoError {
  const said = stderr
    .split('\n')
    .map((line) => line.replace(/^(fatal|error): /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('warning:') && !line.startsWith('hint:'))
    .slice(0, 3)
    .join('; ');
  const trouble = (message: string) => new RectoError('no-tree', message, directory);
  if (/dubious ownership|unsafe repository/.test(stderr)) {
    return trouble(
      `git refuses to read ${directory} because it belongs to another user. ` +
        `If you trust what is in it: git config --global --add safe.directory '${directory}'`,
    );
  }
  if (/safe\.bareRepository/.test(stderr)) {
    return trouble(
      `git refuses to read the bare repository ${directory}, because safe.bareRepository is "explicit" in your git config`,
    );
  }
  if (/promisor|lazy fetching|transport '.*' not allowed|missing (blob|tree|object)/.test(stderr)) {
    return trouble(missingObjects(directory, said));
  }
  if (/not a git repository/.test(stderr)) {
    return trouble(`${directory} is not a git repository that can be read: ${said}`);
  }
  return trouble(`git cannot read ${directory}: ${said === '' ? 'it gave no reason' : said}`);
}

/** The message for objects that a partial or damaged clone lacks. */
export function missingObjects(directory: string, what: string): string {
  return (
    `objects are missing from ${directory} (${what}). Recto does not fetch. ` +
    `If it is a partial clone: git -C '${directory}' fetch --refetch --no-filter; else see: git -C '${directory}' fsck`
  );
}
