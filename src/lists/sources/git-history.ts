import { spawn } from 'node:child_process';
import { explainGit, gitArguments, gitEnvironment, gitNotStarted } from '../../tree/git-command.js';

/** One mail that a commit of an archive brings or takes away. */
export interface HistoryEntry {
  readonly commit: string;
  /** Of the commit, in seconds: when the mail got into the archive. */
  readonly time: number;
  readonly blob: string;
  readonly deletes: boolean;
}

/** v1: the SHA-1 of the message-id. */
const VERSION_1 = /^[0-9a-f]{2}\/[0-9a-f]{38}$/;

/**
 * What the commits after `from` (null: all) up to `head` brought, the oldest first. `since` (seconds) leaves older
 * commits out.
 */
export async function* readHistory(
  directory: string,
  from: string | null,
  head: string,
  since: number | null,
): AsyncIterable<HistoryEntry> {
  const command = [
    '-c',
    'log.showRoot=true',
    '-c',
    'log.showSignature=false',
    'log',
    '--reverse',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-color',
    '--no-notes',
    '--no-mailmap',
    '--format=commit %H %ct',
    ...(since === null ? [] : [`--since=@${String(since)}`]),
    from === null ? head : `${from}..${head}`,
    '--',
  ];
  const git = spawn('git', gitArguments(directory, command), {
    env: gitEnvironment(directory),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  git.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < 10_000) stderr += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    git.on('error', (error) => {
      reject(gitNotStarted(error));
    });
    git.on('close', resolve);
  });
  ended.catch(() => undefined);
  try {
    let commit = '';
    let time = 0;
    let rest = '';
    // One character per byte: a path of ours is ASCII, and what is none is passed over.
    for await (const chunk of git.stdout.setEncoding('latin1') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith('commit ')) {
          const parts = line.split(' ');
          commit = parts[1]!;
          time = Number(parts[2]);
          continue;
        }
        const tab = line.indexOf('\t');
        if (tab < 0 || !line.startsWith(':')) continue;
        // ":<mode> <mode> <blob before> <blob after> <status>\t<path>"
        const [, , before, after, status] = line.slice(0, tab).split(' ');
        const path = line.slice(tab + 1);
        const gone = status === 'D';
        if (path === 'm' && !gone) yield { commit, time, blob: after!, deletes: false };
        else if (path === 'd' && !gone) yield { commit, time, blob: after!, deletes: true };
        else if (VERSION_1.test(path)) yield { commit, time, blob: gone ? before! : after!, deletes: gone };
      }
    }
    if ((await ended) !== 0) throw explainGit(directory, stderr);
  } finally {
    git.kill();
  }
}
