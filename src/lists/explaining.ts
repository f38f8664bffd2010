import { compose } from './compose.js';
import { answerId } from './answer-id.js';
import type { Policy } from './policy/policy.js';
import type { Case } from './policy/decide.js';
import type { ReviewRecord, Store, Wish } from './store/store.js';

/** The parts of a finding in the JSON of a review (docs/review.schema.json) that an explanation tells. */
interface ToldFinding {
  readonly id: string;
  readonly message: string;
  readonly origins: readonly {
    readonly path: readonly {
      readonly function: string;
      readonly file: string;
      readonly line: number;
      readonly says: string;
    }[];
  }[];
  readonly races: readonly {
    readonly update: string;
    readonly by: readonly string[];
    readonly why: string;
  }[];
  readonly advice: readonly string[];
}

/** Answers those who asked for an explanation of a finding, them alone; each request once. */
export function answerRequests(store: Store, policy: Policy, now: number): void {
  for (const wish of store.wishes.all()) {
    if (wish.what === 'explain') explain(store, policy, wish, now);
  }
}

function explain(store: Store, policy: Policy, wish: Wish, now: number): void {
  const says = ['explain', wish.about];
  if (store.answers.find(answerId(wish.messageId, says, policy.identity.address)) !== null) return;
  const mail = store.mails.find(wish.messageId);
  if (mail === null || mail.gone) return;
  const found = findFinding(store, mail.thread, wish.about);
  const composed = compose({
    from: policy.identity,
    to: [{ name: mail.senderName, address: mail.senderAddress }],
    cc: [],
    answers: { messageId: mail.messageId, references: [], title: mail.title },
    says,
    body:
      found === null ? `No finding of that id was made in this thread: ${wish.about}\n` : text(found.finding),
    date: now,
  });
  const about: Case = { author: mail.senderAddress, recipients: [mail.senderAddress], paths: [] };
  store.transaction(() => {
    store.answers.add(
      {
        messageId: composed.messageId,
        answers: mail.messageId,
        series: null,
        review: found?.review.id ?? null,
        findings: [],
        recipients: composed.recipients,
        about,
        mail: composed.bytes,
        dueAt: now,
      },
      now,
    );
  });
}

function findFinding(
  store: Store,
  thread: number,
  id: string,
): { review: ReviewRecord; finding: ToldFinding } | null {
  for (const series of store.series.inThread(thread).toReversed()) {
    const review = store.series.lastReview(series.id);
    if (review === null || !review.findings.some((finding) => finding.id.startsWith(id))) continue;
    const { findings } = JSON.parse(review.json) as { findings: readonly ToldFinding[] };
    const finding = findings.find((one) => one.id.startsWith(id));
    if (finding) return { review, finding };
  }
  return null;
}

function text(finding: ToldFinding): string {
  const ways = finding.origins.flatMap(({ path }, i) => [
    `${i === 0 ? 'The folio' : 'Another one'}, step by step:`,
    '',
    ...path.map((step) => `  ${step.file}:${String(step.line)} ${step.function}(): ${step.says}`),
    '',
  ]);
  const races = finding.races.map(({ update, by, why }) => {
    const who = by.length === 0 ? '' : ` in ${by.slice(0, 3).join('(), ')}()`;
    return `  ${update}${who}: ${why}`;
  });
  return [
    `${finding.message}`,
    '',
    ...ways,
    ...(races.length > 0
      ? ['What can be lost, because it may happen at the same time:', '', ...races, '']
      : []),
    ...finding.advice.map((advice) => `- ${advice}`),
    '',
    finding.id.slice(0, 7),
    '',
  ].join('\n');
}
