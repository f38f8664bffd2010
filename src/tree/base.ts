import type { Patch } from '../patch/patch.js';
import { isInside } from './blob.js';
import { git, runGit } from './git-command.js';
import { ObjectReader } from './objects.js';
import { findRevision, resolveRevision } from './revision.js';

/** What a series applies to, and how that was found out. */
export interface Base {
  /** Commit id. */
  readonly commit: string;
  readonly how: 'asked' | 'trailer' | 'blobs' | 'head';
  /** A sentence: "base is 0123456789ab: the newest commit that has the 3 files as the patches' index lines name them". */
  readonly why: string;
}

/** How far back the search for a commit with the right files goes. */
const commitsSearched = 5000;
/** Commits asked about in one go: most searches end in the first. */
const step = 200;
/** More paths than this say nothing more. */
const pathsCompared = 100;

/** A file that the series changes, and the blob (abbreviated) that it must be before. */
interface Wanted {
  readonly path: string;
  readonly blob: string;
}

/**
 * Finds the commit that a series applies to, in the repository in `directory` (absolute): the one `asked` for,
 * else that of a `base-commit:` trailer, else the newest of the last 5,000 commits on the branches at hand that
 * has every changed file as the `index` lines name it, else HEAD.
 * Throws RectoError when what was asked for, or HEAD, does not exist.
 */
export async function resolveBase(
  directory: string,
  asked: string | null,
  patches: readonly Patch[],
): Promise<Base> {
  if (asked !== null) {
    const commit = await resolveRevision(directory, asked);
    return { commit, how: 'asked', why: `base is ${asked} (${commit.slice(0, 12)}), as asked` };
  }
  const reasons: string[] = [];
  for (const trailer of new Set(patches.map((patch) => patch.baseCommit))) {
    // A trailer is somebody else's text: an object id, or nothing.
    if (trailer === null || !/^[0-9a-f]{7,64}$/.test(trailer)) continue;
    const commit = await findRevision(directory, trailer);
    if (commit !== null) {
      return { commit, how: 'trailer', why: `base is ${commit.slice(0, 12)}, from the base-commit trailer` };
    }
    reasons.push(`base-commit ${trailer.slice(0, 12)} is not in the repository (git fetch may bring it)`);
  }
  const head = await resolveRevision(directory, 'HEAD');
  const wanted = wantedBlobs(patches);
  if (wanted.length === 0) {
    reasons.push('no index line names a blob to look for');
  } else {
    const found = await findByBlobs(directory, wanted);
    if (typeof found !== 'string') {
      const files = wanted.length === 1 ? `${wanted[0]!.path} as its index line names it` : manyFiles(wanted);
      const why = `base is ${found.commit.slice(0, 12)}, the newest commit that has ${files}`;
      return { commit: found.commit, how: 'blobs', why: [why, ...reasons].join('; ') };
    }
    reasons.push(found);
  }
  return { commit: head, how: 'head', why: [`base is HEAD (${head.slice(0, 12)})`, ...reasons].join('; ') };
}

function manyFiles(wanted: readonly Wanted[]): string {
  return `the ${String(wanted.length)} files as the index lines name them`;
}

/** What the files must be before the series: of each, what the first patch that touches it says. */
function wantedBlobs(patches: readonly Patch[]): Wanted[] {
  const wanted: Wanted[] = [];
  const touched = new Set<string>();
  for (const patch of patches) {
    const after: string[] = [];
    for (const { oldPath, newPath, oldBlob } of patch.files) {
      if (newPath !== null) after.push(newPath);
      if (oldPath === null) continue;
      after.push(oldPath);
      const usable = oldBlob !== null && /^[0-9a-f]{7,64}$/.test(oldBlob) && !/^0+$/.test(oldBlob);
      // In a request to git a path ends at the line's end.
      if (touched.has(oldPath) || !usable || !isInside(oldPath) || oldPath.includes('\n')) continue;
      wanted.push({ path: oldPath, blob: oldBlob });
    }
    // A file may appear twice in one patch: only then does the first count, too.
    for (const path of after) touched.add(path);
  }
  return wanted.slice(0, pathsCompared);
}

/** The newest commit that has every blob at its path, or in words why there is none. */
async function findByBlobs(
  directory: string,
  wanted: readonly Wanted[],
): Promise<{ readonly commit: string } | string> {
  const objects = new ObjectReader(directory, false);
  try {
    // A blob that is nowhere in the repository ends the search before it begins.
    const present = await Promise.all(wanted.map(({ blob }) => isPresent(directory, objects, blob)));
    const absent = wanted[present.indexOf(false)];
    if (absent !== undefined) {
      return `${absent.path} at ${absent.blob}, which the patch was made against, is not in the repository (git fetch may bring it)`;
    }
    const commits = await newestCommits(directory);
    for (let at = 0; at < commits.length; at += step) {
      let left = commits.slice(at, at + step);
      for (const { path, blob } of wanted) {
        const found = await Promise.all(left.map((commit) => objects.read(`${commit}:${path}`)));
        left = left.filter((_, index) => found[index]?.id.startsWith(blob) === true);
        if (left.length === 0) break;
      }
      if (left[0] !== undefined) return { commit: left[0] };
    }
    const files = wanted.length === 1 ? wanted[0]!.path : `all ${String(wanted.length)} files`;
    return `none of the last ${String(commits.length)} commits has ${files} as the index lines name ${wanted.length === 1 ? 'it' : 'them'}`;
  } finally {
    await objects.close();
  }
}

async function isPresent(directory: string, objects: ObjectReader, blob: string): Promise<boolean> {
  if ((await objects.read(blob)) !== null) return true;
  // An abbreviation that has become ambiguous is not found by itself, but may well be there.
  const { stdout } = await runGit(directory, ['rev-parse', `--disambiguate=${blob}`]);
  return stdout.length > 0;
}

/** Commit ids, the newest first, over HEAD and all branches, local and remote. */
async function newestCommits(directory: string): Promise<string[]> {
  const out = await git(directory, [
    'rev-list',
    `--max-count=${String(commitsSearched)}`,
    'HEAD',
    '--branches',
    '--remotes',
  ]);
  return out
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
