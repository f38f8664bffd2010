import { decideAnswer } from '../policy/decide.js';
import type { Policy } from '../policy/policy.js';
import { hasOptedOut, isWanted } from '../answering.js';
import type { AnswerRecord, Store } from '../store/store.js';
import type { LookUp } from './archive.js';
import type { Transport } from './transport.js';

const DAY = 24 * 3600 * 1000;
const MINUTE = 60 * 1000;

/** An answer that could not be handed over so often, over about two days, has failed. */
const MAX_ATTEMPTS = 14;

/** What sending came to. */
export interface Sent {
  readonly sent: number;
  readonly failed: number;
  readonly doubt: number;
  /** Answers over the limit of the day. */
  readonly over: number;
}

/**
 * What was being sent when the process ended may have got out. It is looked up where there is a place to look; else it
 * is held. To be called once, before anything is sent.
 */
export function doubtInterrupted(store: Store, now: number): void {
  for (const answer of store.answers.inState('sending')) {
    store.transaction(() => {
      store.answers.setState(answer.id, 'doubt', 'recto ended while the server was taking it', now);
    });
  }
}

/** Looks up what is in doubt. What the archive still lacks after the time that the policy gives it is sent again. */
export async function settleDoubts(
  store: Store,
  policy: Policy,
  lookUp: LookUp | null,
  now: number,
): Promise<void> {
  if (lookUp === null) return;
  for (const answer of store.answers.inState('doubt')) {
    let found: boolean;
    try {
      found = await lookUp(answer.messageId);
    } catch {
      // It stays in doubt until the archive can be asked.
      continue;
    }
    store.transaction(() => {
      if (found) store.answers.setState(answer.id, 'sent', 'found in the archive', now);
      else if (now - answer.changedAt > policy.archive!.wait) {
        store.answers.postpone(
          answer.id,
          now,
          'not in the archive: sent again with the same Message-ID',
          now,
        );
      }
    });
  }
}

/** Sends what is due, one mail after the other, as far as the limit of the day allows. */
export async function sendDue(
  store: Store,
  policy: Policy,
  transport: Transport,
  now: () => number,
  signal: AbortSignal,
): Promise<Sent> {
  const result = { sent: 0, failed: 0, doubt: 0, over: 0 };
  for (const answer of store.answers.due(now())) {
    if (signal.aborted) break;
    const unwanted = whyUnwanted(store, policy, answer);
    if (unwanted !== null) {
      store.transaction(() => {
        store.answers.setState(answer.id, 'dropped', unwanted, now());
      });
      continue;
    }
    if (store.answers.sentSince(now() - DAY) >= policy.perDay) {
      result.over++;
      continue;
    }
    const outgoing = {
      messageId: answer.messageId,
      from: policy.identity.address,
      recipients: recipientsNow(store, policy, answer),
      bytes: answer.mail,
    };
    const delivery = await transport.deliver(outgoing, () => {
      store.transaction(() => {
        store.answers.setState(answer.id, 'sending', null, now());
      });
    });
    store.transaction(() => {
      if (delivery.kind === 'taken') store.answers.setState(answer.id, 'sent', delivery.note, now());
      else if (delivery.kind === 'refused')
        store.answers.setState(answer.id, 'failed', delivery.reason, now());
      else if (delivery.kind === 'doubt') store.answers.setState(answer.id, 'doubt', delivery.reason, now());
      else postpone(store, answer, delivery.reason, now());
    });
    if (delivery.kind === 'taken') result.sent++;
    if (delivery.kind === 'refused') result.failed++;
    if (delivery.kind === 'doubt') result.doubt++;
    // A server that cannot be reached is not asked again for each mail.
    if (delivery.kind === 'later' && delivery.unreachable) break;
  }
  return result;
}

/** 1, 2, 4 ... minutes, at most six hours. */
export function backOff(attempts: number): number {
  return Math.min(2 ** attempts, 360) * MINUTE;
}

function postpone(store: Store, answer: AnswerRecord, reason: string, now: number): void {
  if (answer.attempts + 1 >= MAX_ATTEMPTS) store.answers.setState(answer.id, 'failed', reason, now);
  else store.answers.postpone(answer.id, now + backOff(answer.attempts), reason, now);
}

/** Who asked not to be written to while the answer waited does not get it. Whoever asked for an explanation gets it. */
function recipientsNow(
  store: Store,
  policy: Policy,
  { series, recipients }: AnswerRecord,
): readonly string[] {
  return series === null ? recipients : recipients.filter((address) => !hasOptedOut(store, policy, address));
}

/** The policy, or what people have said, may have changed since the answer was written. */
function whyUnwanted(store: Store, policy: Policy, answer: AnswerRecord): string | null {
  if (answer.series === null) return null;
  if (recipientsNow(store, policy, answer).length === 0) return 'all who would get it have asked not to';
  if (!isWanted(store, policy, decideAnswer(policy, answer.about), answer.about)) {
    return 'the policy has it that nobody is told';
  }
  const dismissed = answer.findings.length > 0 && answer.findings.every((id) => store.wishes.dismissal(id));
  return dismissed ? 'its findings were dismissed' : null;
}
