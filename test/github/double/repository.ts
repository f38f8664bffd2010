import { execFileSync } from 'node:child_process';

/** Answers about commits, which do not change. */
const known = new Map<string, string>();

function git(folder: string, ...command: string[]): string {
  const key = [folder, ...command].join('\0');
  const aboutCommits = /[0-9a-f]{40}/.test(key);
  const answer = (aboutCommits ? known.get(key) : undefined) ?? run(folder, command);
  if (aboutCommits) known.set(key, answer);
  return answer;
}

function run(folder: string, command: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...command], {
    encoding: 'utf8',
    maxBuffer: 1e9,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
  });
}

/** The diff of a file between two commits, as GitHub's API lists it. */
export interface ChangedFile {
  readonly sha: string;
  readonly filename: string;
  readonly previous_filename?: string;
  readonly status: string;
  readonly additions: number;
  readonly deletions: number;
  readonly changes: number;
  readonly patch?: string;
}

/** Changes with more lines than this come without `patch`. (GitHub: 20,000.) */
const PATCH_LINES = 300;

/** What comes after so many lines of an answer looks as if nothing had changed in it. (GitHub: 20,000.) */
const ANSWER_LINES = 1500;

/** The changed files between two commits, as GitHub's API would list them. */
export function changedFiles(folder: string, before: string, after: string): ChangedFile[] {
  const raw = git(folder, 'diff', '--raw', '--no-abbrev', '-M', '-z', before, after).split('\0');
  const diffs = git(folder, 'diff', '-M', before, after)
    .split(/^(?=diff --git )/m)
    .filter((text) => text !== '');
  const files: ChangedFile[] = [];
  for (let at = 0; at < raw.length - 1;) {
    const [, , , id = '', kind = ''] = raw[at++]!.split(' ');
    const renamed = kind.startsWith('R');
    const old = raw[at++]!;
    const name = renamed ? raw[at++]! : old;
    const text = diffs[files.length]!;
    const binary = /^Binary files /m.test(text);
    const hunks = text.indexOf('\n@@');
    const patch = hunks < 0 || binary ? undefined : text.slice(hunks + 1).replace(/\n$/, '');
    const lines = patch?.split('\n') ?? [];
    const additions = lines.filter((line) => line.startsWith('+')).length;
    const deletions = lines.filter((line) => line.startsWith('-')).length;
    const status = { A: 'added', D: 'removed', M: 'modified', R: 'renamed' }[kind[0]!] ?? 'changed';
    files.push({
      sha: id,
      filename: name,
      ...(renamed ? { previous_filename: old } : {}),
      status,
      additions,
      deletions,
      changes: additions + deletions,
      ...(patch !== undefined && additions + deletions <= PATCH_LINES ? { patch } : {}),
    });
  }
  return files;
}

/**
 * Files as one answer tells them: https://github.com/orgs/community/discussions/213491 has what becomes of those that
 * come after many lines.
 */
export function inOneAnswer(files: readonly ChangedFile[]): ChangedFile[] {
  let lines = 0;
  return files.map(({ patch, ...file }) => {
    lines += patch?.split('\n').length ?? 0;
    if (lines > ANSWER_LINES) return { ...file, additions: 0, deletions: 0, changes: 0 };
    return patch === undefined ? file : { ...file, patch };
  });
}

/** The lines of the new side that a diff shows, hunk by hunk. */
export function shownLines(
  folder: string,
  before: string,
  after: string,
  path: string,
): (readonly [number, number])[] {
  const text = git(folder, 'diff', '-M', before, after);
  const file = text.split(/^diff --git /m).find((part) => part.includes(`\n+++ b/${path}\n`)) ?? '';
  return [...file.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)].map(([, start, count]) => [
    Number(start),
    Number(start) + Number(count ?? '1') - 1,
  ]);
}

/** Commit ids from a listing of git. */
export function revisions(folder: string, ...range: string[]): string[] {
  return git(folder, 'rev-list', '--reverse', '--topo-order', ...range)
    .split('\n')
    .filter((line) => line !== '');
}

/** The commit that a name stands for; null when there is none. */
export function resolve(folder: string, name: string): string | null {
  try {
    return git(folder, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`).trim();
  } catch {
    return null;
  }
}

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** The commit where two branches part. */
export function mergeBase(folder: string, a: string, b: string): string {
  try {
    return git(folder, 'merge-base', a, b).trim();
  } catch {
    // There is none: GitHub compares with nothing.
    return EMPTY_TREE;
  }
}

/** What GitHub's API says of commits themselves. */
export function commitsAt(folder: string, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const format = '--format=%H%x00%an%x00%ae%x00%aI%x00%P%x00%B%x01';
  return git(folder, 'log', '--no-walk=unsorted', format, ...ids)
    .split('\x01\n')
    .slice(0, ids.length)
    .map((text) => {
      const [sha = '', name = '', email = '', date = '', parents = '', message = ''] = text.split('\0');
      return {
        sha,
        parents: parents
          .split(' ')
          .filter((parent) => parent !== '')
          .map((parent) => ({ sha: parent })),
        commit: { message: message.trim(), author: { name, email, date } },
      };
    });
}

/** A file's content at a commit; null where there is none. */
export function contentAt(folder: string, commit: string, path: string): Buffer | null {
  try {
    return execFileSync('git', ['-C', folder, 'cat-file', 'blob', `${commit}:${path}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return null;
  }
}

/** Names in a folder at a commit, with what they are; null where there is no such folder. */
export function listAt(
  folder: string,
  commit: string,
  path: string,
): { name: string; type: string }[] | null {
  try {
    return execFileSync('git', ['-C', folder, 'ls-tree', `${commit}:${path}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({
        name: line.slice(line.indexOf('\t') + 1),
        type: line.includes(' tree ') ? 'dir' : 'file',
      }));
  } catch {
    return null;
  }
}
