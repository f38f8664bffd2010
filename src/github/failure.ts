import { RectoError, type ErrorCode } from '../errors.js';
import { prose } from '../report/markup.js';
import type { CheckResult } from './check-run.js';
import { statusOf } from './write-once.js';

/** Trouble that lies in the pull request or in the repository: trying again comes to the same. */
const THEIRS: ReadonlySet<ErrorCode> = new Set([
  'too-large',
  'nothing-to-review',
  'not-a-kernel-tree',
  'unreadable-input',
  'bad-rules',
]);

/** The end of a review whose commits are not those of the pull request any more. */
export const OUTDATED: CheckResult = {
  conclusion: 'cancelled',
  title: 'Out of date',
  summary: 'The pull request was pushed to during the review. The new commits have a review of their own.',
  final: true,
};

/** Turns what stopped a review into what its check run says. The one place that does. */
export async function failureOf(
  error: unknown,
  signal: AbortSignal,
  isOutdated: () => Promise<boolean>,
): Promise<CheckResult> {
  const outdated = await isOutdated().catch(() => false);
  if (outdated) return OUTDATED;
  if (signal.aborted && (signal.reason as { name?: string }).name === 'TimeoutError') {
    return {
      conclusion: 'timed_out',
      title: 'The review took too long',
      summary: 'It was given up. Whoever runs the app can allow more time (`timeout` in RECTO_SETTINGS).',
      final: true,
    };
  }
  if (signal.aborted) {
    return {
      conclusion: 'cancelled',
      title: 'Stopped',
      summary: 'The app was stopped during the review. Ask for it again with `/recto review`.',
      final: false,
    };
  }
  if (error instanceof RectoError) {
    const place = error.place === null || error.message.includes(error.place) ? '' : `${error.place}: `;
    const mistake = error.code === 'bad-rules' || error.code === 'usage';
    return {
      conclusion: mistake ? 'action_required' : 'neutral',
      title: mistake ? 'The configuration has a mistake' : 'Not reviewed',
      summary: prose(withoutTokens(`${place}${error.message}`)),
      final: THEIRS.has(error.code),
    };
  }
  return {
    conclusion: 'neutral',
    title: 'Not reviewed',
    summary: `${prose(inWords(error))} Ask for the review again with \`/recto review\`, or by running this check again.`,
    final: false,
  };
}

/** What went wrong, for people and logs: never a stack trace, never a token. */
export function inWords(error: unknown): string {
  const status = statusOf(error);
  const message = withoutTokens(error instanceof Error ? error.message : String(error));
  if (error instanceof RectoError) return message;
  return status === null
    ? `This is a bug in Recto: ${message}.`
    : `GitHub answered ${String(status)}: ${message}.`;
}

function withoutTokens(text: string): string {
  return text.replace(/\b(?:gh[a-z]|github_pat)_\w+|\b[Bb]asic [\w+/=]{20,}/g, '[token]');
}
