import { RectoError } from '../errors.js';
import { PAGE_FLAGS_HEADER } from '../folio/header.js';
import { isSource } from '../tree/blob.js';
import { git } from '../tree/git-command.js';
import { findRevision } from '../tree/revision.js';
import { readApiChanges } from './api-series.js';
import { borrowClone } from './clones.js';
import { readFile } from './files.js';
import { fetchInto, type Remote } from './git-fetch.js';
import { mergeBaseOf, readGitChanges, type PullRequestChanges } from './git-series.js';
import { missingBlobs } from './missing-blobs.js';
import type { Octokit } from './octokit.js';
import type { PullRequest } from './pull-request.js';
import type { Settings } from './settings.js';
import { severalAtOnce } from './several-at-once.js';

/** The kernel tree that a pull request is reviewed against, in a form that can be handed to another thread. */
export type SourceTree =
  | { readonly kind: 'repository'; readonly directory: string; readonly head: string }
  /** Files by path, before the pull request and after it. */
  | {
      readonly kind: 'files';
      readonly before: ReadonlyMap<string, string>;
      readonly after: ReadonlyMap<string, string>;
    };

/** What a review reads, and where it came from. */
export interface Source extends PullRequestChanges {
  readonly tree: SourceTree;
  /** For people: "the server's mirror of owner/name". */
  readonly from: string;
  /** To be called when the tree is not read any more. */
  readonly release: () => void;
}

/** What fetching needs to know. */
export interface SourceRequest {
  readonly octokit: Octokit;
  readonly pull: PullRequest;
  readonly installation: number;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/**
 * Gets the pull request and the tree that it applies to: from the mirror that the settings name, else from a blobless
 * partial clone, else from the API alone.
 */
export async function openSource(request: SourceRequest): Promise<Source> {
  const { pull, settings } = request;
  const name = `${pull.owner}/${pull.repo}`;
  const mirror = settings.mirrors.get(name.toLowerCase());
  if (mirror !== undefined) return fromMirror(request, mirror, name);
  if (settings.cloneLimit === 0) return fromApi(request, 'because the server makes no clones');
  if (pull.repositorySize > settings.cloneLimit) {
    return fromApi(request, `because a clone of ${name} would be larger than the server allows`);
  }
  try {
    return await fromClone(request, name);
  } catch (error) {
    // What the pull request has too much of, it has in the API, too.
    if (request.signal.aborted || !(error instanceof RectoError) || error.code !== 'no-tree') throw error;
    return fromApi(request, `because it could not be cloned (${error.message})`);
  }
}

async function fromMirror(request: SourceRequest, directory: string, name: string): Promise<Source> {
  const { pull } = request;
  await fetchCommits(request, directory, false);
  return {
    ...(await readGitChanges(directory, pull)),
    tree: { kind: 'repository', directory, head: pull.head },
    from: `the server's mirror of ${name}`,
    release: () => undefined,
  };
}

async function fromClone(request: SourceRequest, name: string): Promise<Source> {
  const { pull, settings, signal } = request;
  const clone = await borrowClone(settings.gitHost, pull.owner, pull.repo);
  try {
    const { directory } = clone;
    await clone.alone(async () => {
      await fetchCommits(request, directory, true);
      const objects = await missingBlobs(
        directory,
        await mergeBaseOf(directory, pull.base, pull.head),
        pull.head,
      );
      if (objects.length === 0) return;
      const options = ['--filter=blob:none'];
      await fetchInto(directory, await remoteOf(request, true), { options, objects }, signal);
    });
    if (!clone.isWithin(settings.cloneLimit)) {
      throw new RectoError('no-tree', 'it is larger than the server allows');
    }
    return {
      ...(await readGitChanges(directory, pull)),
      tree: { kind: 'repository', directory, head: pull.head },
      from: `a partial clone of ${name}`,
      release: clone.release,
    };
  } catch (error) {
    clone.release();
    throw error;
  }
}

/** Brings the two commits into a repository that may have them already. */
async function fetchCommits(request: SourceRequest, directory: string, isClone: boolean): Promise<void> {
  const { base, head, number } = request.pull;
  if (await hasCommits(directory, isClone, [base, head])) return;
  // References of our own keep the commits from being thrown away; nobody else's are touched.
  const ours = `refs/recto/${request.pull.owner}/${request.pull.repo}/${String(number)}`;
  await fetchInto(
    directory,
    await remoteOf(request, isClone),
    {
      options: isClone ? ['--filter=blob:none'] : [],
      refspecs: [`+${base}:${ours}/base`, `+${head}:${ours}/head`],
    },
    request.signal,
  );
}

async function hasCommits(directory: string, isClone: boolean, commits: readonly string[]): Promise<boolean> {
  if (isClone) {
    // Asked for an object that it does not have, a partial clone would go and fetch it.
    const listed = (await git(directory, ['for-each-ref', '--format=%(objectname)']))
      .toString('utf8')
      .split('\n');
    return commits.every((commit) => listed.includes(commit));
  }
  const found = await Promise.all(commits.map((commit) => findRevision(directory, commit)));
  return !found.includes(null);
}

/** With a token that can read this repository, and nothing else. */
async function remoteOf(
  { octokit, pull, installation, settings }: SourceRequest,
  isOrigin: boolean,
): Promise<Remote> {
  const { data } = await octokit.rest.apps.createInstallationAccessToken({
    installation_id: installation,
    repositories: [pull.repo],
    permissions: { contents: 'read' },
    // One token more does no harm.
    request: { retries: 3 },
  });
  return { url: `${settings.gitHost}/${pull.owner}/${pull.repo}.git`, token: data.token, isOrigin };
}

/** Files with C source that are read by requests, two for each: GitHub allows an app 5,000 requests in an hour. */
const API_SOURCES = 1000;

async function fromApi({ octokit, pull, signal }: SourceRequest, why: string): Promise<Source> {
  const changes = await readApiChanges(octokit, pull, signal);
  const files = [...changes.patches.flatMap((patch) => patch.files), ...changes.diff];
  const sources = (paths: readonly (string | null)[]) =>
    new Set(paths.filter((path) => path !== null && isSource(path)) as string[]);
  const before = sources(files.map(({ oldPath }) => oldPath));
  const after = sources(files.map(({ newPath }) => newPath));
  if (Math.max(before.size, after.size) > API_SOURCES) {
    throw new RectoError(
      'too-large',
      `the pull request changes more than ${String(API_SOURCES)} files with C source, too many to ask GitHub's API ` +
        `for, and that is all there is, ${why}; a mirror on the server (RECTO_SETTINGS) has no such limit`,
    );
  }
  const read = async (paths: Iterable<string>, commit: string) => {
    const texts = await severalAtOnce([...paths], signal, async (path) => {
      const text = await readFile(octokit, pull, path, commit);
      return text === null ? [] : [[path, text] as const];
    });
    return new Map(texts.flat());
  };
  return {
    ...changes,
    tree: {
      kind: 'files',
      before: await read(before.add(PAGE_FLAGS_HEADER).add('Makefile'), changes.mergeBase),
      after: await read(after, pull.head),
    },
    from: `GitHub's API alone, ${why}`,
    release: () => undefined,
  };
}
