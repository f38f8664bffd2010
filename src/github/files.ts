import type { Octokit } from './octokit.js';
import type { PullRequestName } from './pull-request.js';
import { statusOf } from './write-once.js';

/** A file of the repository at a commit, as text; null where there is none. */
export async function readFile(
  octokit: Octokit,
  { owner, repo }: PullRequestName,
  path: string,
  commit: string,
): Promise<string | null> {
  try {
    const { data } = await octokit.rest.repos.getContent({
      owner,
      repo,
      path,
      ref: commit,
      // The JSON answer leaves out the content of files above 1 MB.
      mediaType: { format: 'raw' },
    });
    const content: unknown = data;
    if (typeof content === 'string') return content;
    return content instanceof ArrayBuffer ? Buffer.from(content).toString('utf8') : null;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}
