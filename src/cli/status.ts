import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RectoError } from '../errors.js';
import { readPolicy } from '../lists/policy/read.js';
import { statusOf } from '../lists/status.js';
import { openSqliteStore } from '../lists/store/sqlite.js';
import { statusToText } from '../lists/status-text.js';
import { status as exit } from './failure.js';
import { write, type Terminal } from './terminal.js';

/** Options of `recto status`. */
export interface StatusOptions {
  readonly config: string;
  readonly format: 'text' | 'json';
}

/** `recto status`: shows what `recto follow` remembers. */
export async function showStatus(options: StatusOptions, terminal: Terminal): Promise<number> {
  const policy = readPolicy(resolve(terminal.cwd, options.config));
  if (!existsSync(policy.store)) {
    throw new RectoError('no-store', `${policy.store} is not there yet: recto follow makes it`, policy.store);
  }
  const store = openSqliteStore(policy.store);
  try {
    const status = statusOf(store);
    const text = options.format === 'json' ? JSON.stringify(status, null, 2) + '\n' : statusToText(status);
    await write(terminal, text);
    return exit.fine;
  } finally {
    store.close();
  }
}
