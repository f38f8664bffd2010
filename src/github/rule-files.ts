import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RectoError } from '../errors.js';
import { writeWhole } from '../tree/cache.js';
import { CONFIGURATION } from './configuration.js';
import { readFile } from './files.js';
import type { Octokit } from './octokit.js';
import type { PullRequest } from './pull-request.js';
import { statusOf } from './write-once.js';

/** The folders that a folder of rules has, as `rules/` has them. */
const FOLDERS = ['', 'contracts', 'checks'];
const FILES = 200;

/** Rules that lie in a folder of ours until they are removed. */
export interface RuleFiles {
  readonly folder: string;
  remove(): void;
}

/**
 * Fetches a repository's own rules from the branch that the pull request goes to.
 *
 * @throws RectoError 'bad-rules' when there is no such folder, or no rules in it
 */
export async function fetchRules(octokit: Octokit, pull: PullRequest, path: string): Promise<RuleFiles> {
  const names = await Promise.all(FOLDERS.map((folder) => listFiles(octokit, pull, joined(path, folder))));
  const files = FOLDERS.flatMap((folder, index) => names[index]!.map((name) => ({ folder, name })));
  if (files.length === 0) {
    const where = `${pull.baseBranch} has no .yml files in ${path}, which ${CONFIGURATION} names as "rules"`;
    throw new RectoError('bad-rules', where, CONFIGURATION);
  }
  if (files.length > FILES) {
    throw new RectoError('bad-rules', `${path} has more than ${String(FILES)} files with rules`, path);
  }
  const top = mkdtempSync(join(tmpdir(), 'recto-rules-'));
  const rules = {
    // Mistakes are told with the last part of this path.
    folder: join(top, path.slice(path.lastIndexOf('/') + 1)),
    remove: () => {
      rmSync(top, { recursive: true, force: true });
    },
  };
  try {
    for (const { folder, name } of files) {
      const text = await readFile(octokit, pull, joined(joined(path, folder), name), pull.base);
      if (text !== null) writeWhole(join(rules.folder, folder), name, text);
    }
    return rules;
  } catch (error) {
    rules.remove();
    throw error;
  }
}

function joined(folder: string, name: string): string {
  return name === '' ? folder : `${folder}/${name}`;
}

async function listFiles(octokit: Octokit, pull: PullRequest, path: string): Promise<string[]> {
  const { owner, repo, base } = pull;
  try {
    const { data } = await octokit.rest.repos.getContent({ owner, repo, path, ref: base });
    if (!Array.isArray(data)) return [];
    // A name that is written to disk is a plain one.
    return data
      .filter(({ type, name }) => type === 'file' && /^\w[\w-]*\.yml$/.test(name))
      .map(({ name }) => name);
  } catch (error) {
    if (statusOf(error) === 404) return [];
    throw error;
  }
}
