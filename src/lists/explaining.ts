import { printable, wrap } from '../report/lines.js';
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

/** Columns of a mail. */
const COLUMNS = 72;

function text(finding: ToldFinding): string {
  const { message, origins, races, advice, id } = finding;
  const ways = origins.map(({ path }, i) => [
    i === 0 ? 'How the folio gets there:' : 'Or:',
    '',
    ...path.flatMap((step) => [
      `  ${printable(`${step.file}:${String(step.line)} in ${step.function}()`)}`,
      ...paragraph(step.says, '    '),
    ]),
  ]);
  const lost = races.map(({ update, by, why }) => {
    const call = /^\w+$/.test(update) ? `${update}()` : update;
    const where = by.slice(0, 3).map((name) => `${name}()`);
    return paragraph(
      `- ${[call, ...(where.length === 0 ? [] : ['in', where.join(', ')])].join(' ')}: ${why}`,
      '',
      '  ',
    );
  });
  const parts = [
    paragraph(message),
    ...ways,
    ...(lost.length > 0 ? [['What may happen at the same time, and be lost:', '', ...lost.flat()]] : []),
    ...(advice.length > 0
      ? [['What helps:', '', ...advice.flatMap((one) => paragraph(`- ${one}`, '', '  '))]]
      : []),
    [id.slice(0, 7)],
  ];
  const filled = parts.filter((lines) => lines.some((line) => line !== ''));
  return filled.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function paragraph(words: string, first = '', indent = first): string[] {
  return wrap(words, first, indent, COLUMNS);
}
