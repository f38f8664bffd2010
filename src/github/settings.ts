import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { RectoError } from '../errors.js';
import { parseRuleFile } from '../folio/yaml.js';
import { reasonOf } from '../tree/cache.js';
import { PATIENCE, type Patience } from './write-once.js';

/** What whoever runs the app decides; `.github/recto.yml` is what a repository decides. */
export interface Settings {
  /** Repositories at hand: directory by "owner/name". */
  readonly mirrors: ReadonlyMap<string, string>;
  /** What all clones under the cache may take together, in bytes; 0: none are made. */
  readonly cloneLimit: number;
  /** Where repositories are fetched from: "https://github.com". */
  readonly gitHost: string;
  /** A review that takes longer is given up. */
  readonly reviewTimeoutMs: number;
  readonly patience: Patience;
}

const form = z.strictObject({
  mirrors: z.record(z.string().regex(/^[\w-]+\/[\w.-]+$/, 'expected owner/name'), z.string()).default({}),
  clones: z.strictObject({ gigabytes: z.coerce.number().nonnegative() }).default({ gigabytes: 20 }),
  timeout: z.strictObject({ minutes: z.coerce.number().positive() }).default({ minutes: 60 }),
});

/**
 * Reads the settings from the YAML file that RECTO_SETTINGS names; without one there are no mirrors, and 20 GB for
 * clones. GHE_HOST is the host of a GitHub Enterprise Server, as Probot has it.
 *
 * @throws RectoError 'bad-rules' or 'usage' that names the file and the field
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const file = environment['RECTO_SETTINGS'];
  const { data } = parseRuleFile(file === undefined || file === '' ? '' : readText(file), file ?? '', form);
  const { mirrors, clones, timeout } = data;
  for (const [name, directory] of Object.entries(mirrors)) {
    if (isAbsolute(directory)) continue;
    throw new RectoError('usage', `${file ?? ''}: mirrors.${name}: expected an absolute path`, file ?? null);
  }
  const host = environment['GHE_HOST'];
  return {
    mirrors: new Map(Object.entries(mirrors).map(([name, directory]) => [name.toLowerCase(), directory])),
    cloneLimit: clones.gigabytes * 1e9,
    gitHost: `${environment['GHE_PROTOCOL'] ?? 'https'}://${host === undefined || host === '' ? 'github.com' : host}`,
    reviewTimeoutMs: timeout.minutes * 60_000,
    patience: PATIENCE,
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new RectoError('usage', `RECTO_SETTINGS: cannot read ${file}: ${reasonOf(error)}`, file);
  }
}
