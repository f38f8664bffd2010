import { z } from 'zod';
import { parseRuleFile } from '../folio/yaml.js';
import type { Level } from '../review/finding.js';
import { isInside } from '../tree/blob.js';
import { pathPattern } from './glob.js';
import { readFile } from './files.js';
import type { Octokit } from './octokit.js';
import type { PullRequest } from './pull-request.js';

/** Where a repository says what it wants. */
export const CONFIGURATION = '.github/recto.yml';

const CONCLUSIONS = ['failure', 'neutral', 'success', 'action_required'] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

/** What a repository wants. */
export interface Configuration {
  /** Is this file a matter of ours? */
  readonly covers: (path: string) => boolean;
  /** Lesser findings are not told. */
  readonly leastSeverity: Level;
  /** What the worst finding of a severity makes of the check run. */
  readonly conclusion: Readonly<Record<Level, Conclusion>>;
  readonly checksOff: ReadonlySet<string>;
  /** Folder of the base branch with contracts and checks of the repository's own, laid out as `rules/` is. */
  readonly rules: string | null;
}

const FOLDER = 'expected the path of a folder, from the top of the repository';

const level = z.enum(['high', 'medium', 'low']);
const conclusion = z.enum(CONCLUSIONS);
const form = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .default(['**'])
    .describe('Files whose findings are told: patterns, or folders.'),
  'least-severity': level.default('low').describe('Findings below are not told.'),
  conclusion: z
    .strictObject({ high: conclusion, medium: conclusion, low: conclusion })
    .partial()
    .default({})
    .describe('What the worst finding of a severity makes of the check.'),
  'checks-off': z
    .array(z.string().regex(/^[a-z0-9-]+$/, 'expected the id of a check'))
    .default([])
    .describe('Checks that are off, by id.'),
  rules: z
    .string()
    .regex(/^[\w./-]+$/, FOLDER)
    .refine(isInside, FOLDER)
    .optional()
    .describe('A folder with contracts, races and checks of your own, laid out as the rules/ of Recto.'),
});

/** The JSON Schema of the file, as editors check it. */
export function configurationSchema(): object {
  return z.toJSONSchema(form, { io: 'input' });
}

/**
 * Reads `.github/recto.yml` from the branch that the pull request goes to, never from the pull request itself.
 *
 * @throws RectoError 'bad-rules' that says what is wrong with it, where, and what is expected
 */
export async function readConfiguration(octokit: Octokit, pull: PullRequest): Promise<Configuration> {
  return parseConfiguration((await readFile(octokit, pull, CONFIGURATION, pull.base)) ?? '');
}

/** @throws RectoError 'bad-rules', as readConfiguration */
export function parseConfiguration(text: string): Configuration {
  const { data } = parseRuleFile(text, CONFIGURATION, form);
  const patterns = data.paths.map(pathPattern);
  return {
    covers: (path) => patterns.some((matches) => matches(path)),
    leastSeverity: data['least-severity'],
    conclusion: {
      high: data.conclusion.high ?? 'failure',
      medium: data.conclusion.medium ?? 'neutral',
      low: data.conclusion.low ?? 'neutral',
    },
    checksOff: new Set(data['checks-off']),
    rules: data.rules ?? null,
  };
}
