import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../tree/cache.js';
import { openStore, type FactStore } from './store.js';

/**
 * Opens the user's store of facts. Its schema is a fingerprint of the code in this folder, which computes the facts:
 * when any of it changes, older facts are not seen, whether or not somebody remembered to say so.
 */
export function openFactStore(): FactStore {
  return openStore(join(cacheDirectory(), 'facts'), fingerprint(import.meta.dirname));
}

/** The same of several folders: of all the code that computes something. */
export function fingerprint(...folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    for (const path of entries) {
      const content = readFileSync(path);
      hash.update(`${path.slice(folder.length)}\0${String(content.length)}\0`).update(content);
    }
  }
  return hash.digest('hex').slice(0, 16);
}
