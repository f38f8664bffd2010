import { RectoError } from '../errors.js';
import { git } from './git-command.js';
import { resolveRevision } from './revision.js';

/** The patches of a revision range, as mails, and what the first one applies to. */
export interface PatchRange {
  /** An mbox, as `git format-patch --stdout` writes it. */
  readonly mails: Buffer;
  /** Commit id: the parent of the first patch. */
  readonly base: string;
  /** For people: "v6.12..topic (3 patches)". */
  readonly name: string;
  /** What the reader should know: merges that were left out. */
  readonly notes: readonly string[];
}

/** More commits than this are no series. */
const commitLimit = 1000;
const mailLimit = 256 * 1024 * 1024;

/**
 * The commits of a range, each as a patch: `A..B`, `A..`, `..B`, or one revision for that commit alone.
 * Throws RectoError for an unknown revision, an empty or overlong range, and a range that begins with the root.
 */
export async function readRange(directory: string, range: string): Promise<PatchRange> {
  const { from, to } = parseRange(range);
  const end = await resolveRevision(directory, to);
  const start = from === null ? null : await resolveRevision(directory, from);
  const listed = start === null ? ['--max-count=1', end] : ['--reverse', '--topo-order', end, `^${start}`];
  const commits = (await git(directory, ['rev-list', '--parents', ...listed]))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
  const merges = commits.filter((line) => line.length > 2).length;
  const patches = commits.filter((line) => line.length <= 2);
  const first = patches[0];
  if (first === undefined) {
    const why =
      merges > 0
        ? `there are only merges in ${range}: name the range that was merged, for example ${to}^1..${to}^2`
        : `there is no commit in ${range}: is it the wrong way round?`;
    throw new RectoError('nothing-to-review', why, range);
  }
  if (patches.length > commitLimit) {
    const why = `${range} has ${String(patches.length)} commits; at most ${String(commitLimit)} are reviewed as one series`;
    throw new RectoError('too-large', why, range);
  }
  const base = first[1];
  if (base === undefined) {
    throw new RectoError(
      'nothing-to-review',
      `${range} begins with a root commit, before which there is nothing`,
      range,
    );
  }
  const count = patches.length === 1 ? '1 patch' : `${String(patches.length)} patches`;
  const left = merges === 1 ? 'a merge was' : `${String(merges)} merges were`;
  return {
    mails: await formatPatches(directory, start === null ? ['--max-count=1', end] : [`${start}..${end}`]),
    base,
    name: `${range} (${count})`,
    notes: merges > 0 ? [`${left} left out of ${range}`] : [],
  };
}

function parseRange(range: string): { from: string | null; to: string } {
  if (range.includes('...')) {
    const asked = range.replace('...', '..');
    throw new RectoError(
      'usage',
      `${range}: a range with three dots names two series; did you mean ${asked}?`,
      range,
    );
  }
  const dots = range.indexOf('..');
  if (dots < 0) return { from: null, to: range };
  const name = (part: string) => (part === '' ? 'HEAD' : part);
  return { from: name(range.slice(0, dots)), to: name(range.slice(dots + 2)) };
}

/** `git format-patch`, whatever the user's and the repository's configuration say. */
function formatPatches(directory: string, commits: readonly string[]): Promise<Buffer> {
  const settings = [
    'format.signOff=false',
    'format.useAutoBase=false',
    'format.encodeEmailHeaders=true',
    'format.forceInBodyFrom=false',
    'format.mboxrd=false',
    'format.noprefix=false',
    'format.pretty=medium',
    'diff.noprefix=false',
    'diff.mnemonicPrefix=false',
    'diff.suppressBlankEmpty=false',
    'diff.algorithm=default',
    'diff.submodule=short',
    'diff.ignoreSubmodules=none',
    'diff.interHunkContext=0',
    'diff.relative=false',
    'core.quotePath=true',
    'i18n.logOutputEncoding=UTF-8',
  ];
  const options = [
    '--stdout',
    '-O/dev/null',
    '--no-signature',
    '--no-cover-letter',
    '--no-attach',
    '--no-thread',
    '--no-to',
    '--no-cc',
    '--no-add-header',
    '--no-from',
    '--no-base',
    '--no-notes',
    '--no-ext-diff',
    '--no-textconv',
    '--no-color',
    '--numbered',
    '--subject-prefix=PATCH',
    '--src-prefix=a/',
    '--dst-prefix=b/',
    '--full-index',
    '--unified=3',
    '--find-renames',
    '--no-binary',
  ];
  const configured = settings.flatMap((setting) => ['-c', setting]);
  return git(directory, [...configured, 'format-patch', ...options, ...commits], mailLimit);
}
