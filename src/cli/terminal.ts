import { RectoError } from '../errors.js';
import { reasonOf } from '../tree/cache.js';

/** The outside of the command: its streams and where it runs. Tests put others in their place. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly cwd: string;
}

/**
 * Prints a result. A reader that has gone (`| head`) is no error; any other failure is a RectoError, because
 * half a report must not look like a whole one.
 */
export function write(terminal: Terminal, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    terminal.stdout.write(text, (error?: NodeJS.ErrnoException | null) => {
      if (error === undefined || error === null || error.code === 'EPIPE') resolve();
      else reject(new RectoError('usage', `the output could not be written: ${reasonOf(error)}`));
    });
  });
}

/** Tells people something beside the result. */
export function note(terminal: Terminal, text: string): void {
  terminal.stderr.write(`recto: ${text}\n`);
}
