import { RectoError } from '../../errors.js';
import type { Store } from '../store/store.js';

/**
 * Settles what only a person can know of an answer in doubt, or one that failed: `<message-id>=sent` (it got out),
 * `=send` (it did not: send it), `=drop`. Gives a sentence that says what was done.
 *
 * @throws RectoError 'usage' when there is no such answer, or it is not in doubt and has not failed
 */
export function settleByHand(store: Store, word: string, now: number): string {
  const found = /^<?([^<>]+?)>?=(sent|send|drop)$/.exec(word);
  if (!found) {
    throw new RectoError('usage', `--settle ${word}: what is expected is MESSAGE-ID=sent, =send or =drop`);
  }
  const [, messageId, what] = found;
  const answer = store.answers.find(messageId!);
  if (answer === null)
    throw new RectoError('usage', `--settle: there is no answer <${messageId!}>; see recto status`);
  if (answer.state !== 'doubt' && answer.state !== 'failed') {
    throw new RectoError(
      'usage',
      `--settle: <${messageId!}> is ${answer.state}, not in doubt, and has not failed`,
    );
  }
  store.transaction(() => {
    if (what === 'send') store.answers.postpone(answer.id, now, 'sent again, as asked', now);
    else store.answers.setState(answer.id, what === 'sent' ? 'sent' : 'dropped', 'as asked', now);
  });
  return `<${messageId!}> ${what === 'send' ? 'will be sent again' : what === 'sent' ? 'counts as sent' : 'is dropped'}`;
}
