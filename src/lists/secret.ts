import { readFileSync } from 'node:fs';
import { RectoError } from '../errors.js';
import { reasonOf } from '../tree/cache.js';

/**
 * The first line of a file with a password or token.
 *
 * @throws RectoError 'bad-policy' when it cannot be read
 */
export function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0]!.trim();
  } catch (error) {
    throw new RectoError(
      'bad-policy',
      `${file}, which the policy names, cannot be read: ${reasonOf(error)}`,
      file,
    );
  }
}

/** Certificates to trust beside the system's, as Node wants them. */
export function readAuthority(file: string | null): { ca?: Buffer } {
  if (file === null) return {};
  try {
    return { ca: readFileSync(file) };
  } catch (error) {
    throw new RectoError(
      'bad-policy',
      `${file}, which the policy names, cannot be read: ${reasonOf(error)}`,
      file,
    );
  }
}
