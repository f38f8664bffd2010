import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** Where Recto keeps what it can compute again: `$XDG_CACHE_HOME/recto`, else `~/.cache/recto`. */
export function cacheDirectory(): string {
  const named = process.env['XDG_CACHE_HOME'];
  // The specification has relative paths ignored.
  const base = named !== undefined && isAbsolute(named) ? named : join(homedir(), '.cache');
  return join(base, 'recto');
}

/**
 * Writes a file in one step, so that a reader sees the old content or the new and never a part.
 * Makes the folder where needed. Throws what the file system says.
 */
export function writeWhole(directory: string, name: string, content: string | Uint8Array): void {
  makeFolder(directory);
  const temporary = join(directory, `.${name}.${String(process.pid)}.${randomBytes(4).toString('hex')}`);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    renameSync(temporary, join(directory, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Of a file system for reading only, Node says that there is no such folder: access() tells the reason.
    let above = dirname(directory);
    while (!existsSync(above)) above = dirname(above);
    accessSync(above, constants.W_OK);
    throw error;
  }
}

/** What the file system said, short: "no space left on device". */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9]+: ([^,]*)/.exec(message)?.[1] ?? message;
}
