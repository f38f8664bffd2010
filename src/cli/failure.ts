import { CommanderError } from 'commander';
import type { ErrorCode } from '../errors.js';
import { RectoError } from '../errors.js';
import type { Terminal } from './terminal.js';

/** Exit status: what whoever called us can rely on. */
export const status = {
  /** Nothing at or above `--fail-on`. */
  fine: 0,
  findings: 1,
  /** Bad usage or unreadable input. */
  badInput: 2,
  /** Nothing could be reviewed. */
  notReviewed: 3,
} as const;

const statusOf: Readonly<Record<ErrorCode, number>> = {
  usage: status.badInput,
  'unreadable-input': status.badInput,
  'too-large': status.badInput,
  'bad-rules': status.badInput,
  'bad-policy': status.badInput,
  'no-list': status.notReviewed,
  'no-store': status.notReviewed,
  'no-tree': status.notReviewed,
  'not-a-kernel-tree': status.notReviewed,
  'nothing-to-review': status.notReviewed,
};

/**
 * Tells people what went wrong and gives the exit status for it. The one place that does: everything else throws.
 * A stack trace is shown only when RECTO_DEBUG is set.
 */
export function tellFailure(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    // commander has said it already; --help and --version come this way, too.
    return error.exitCode === 0 ? status.fine : status.badInput;
  }
  const debug = process.env['RECTO_DEBUG'] !== undefined && error instanceof Error;
  if (error instanceof RectoError) {
    const { message, place } = error;
    const where = place === null || message.includes(place) ? '' : `${place}: `;
    terminal.stderr.write(`recto: ${where}${message}\n`);
    if (debug) terminal.stderr.write(`${error.stack ?? ''}\n`);
    return statusOf[error.code];
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.stderr.write(
    `recto: this is a bug in recto: ${message}\n` +
      (debug
        ? `${error.stack ?? ''}\n`
        : 'recto: please report it with the input that shows it; RECTO_DEBUG=1 says where it happened\n'),
  );
  return status.notReviewed;
}
