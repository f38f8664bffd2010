import { RectoError } from '../errors.js';
import { reviewToJson } from '../report/json.js';
import type { Finding } from '../review/finding.js';
import type { Review } from '../review/review.js';
import { answersTo, caseOf, type WriteBody } from './answering.js';
import { loadSeries, type LoadedSeries } from './load-series.js';
import { decideAnswer, isAmong, matchesAny } from './policy/decide.js';
import type { Policy } from './policy/policy.js';
import type { Reviewer } from './reviewer.js';
import type { Source } from './source.js';
import type { FindingRecord, SeriesRecord, Store } from './store/store.js';

/** What reviewing needs. */
export interface Desk {
  readonly store: Store;
  readonly policy: Policy;
  readonly sources: ReadonlyMap<string, Source>;
  readonly reviewer: Reviewer;
  readonly writeBody: WriteBody;
}

/** What became of a series that was due. */
export type Outcome =
  | { readonly kind: 'reviewed'; readonly findings: number; readonly answers: number }
  | { readonly kind: 'passed' | 'unreviewed'; readonly reason: string }
  /** The tree or the rules are not there: it waits. */
  | { readonly kind: 'later'; readonly reason: string };

/** When the tree cannot be read now, it may be later. */
const AGAIN = 10 * 60 * 1000;

/** Reviews one series that is due, and keeps the review with its answers in one transaction. */
export async function reviewDue(desk: Desk, record: SeriesRecord, now: () => number): Promise<Outcome> {
  const { store, policy } = desk;
  const early = whyPassed(policy, record, now());
  if (early !== null) return conclude(desk, record, 'passed', early);
  let loaded: LoadedSeries | null;
  let review: Review;
  try {
    loaded = await loadSeries(store, desk.sources, record);
    if (loaded === null) return conclude(desk, record, 'passed', 'no patch of it has come');
    const paths = loaded.series.patches.flatMap(({ files }) =>
      files.flatMap(({ oldPath, newPath }) => [oldPath, newPath].filter((path) => path !== null)),
    );
    if (!matchesAny(paths, policy.paths)) {
      return conclude(desk, record, 'passed', 'it changes no file that is watched');
    }
    const { branch } = decideAnswer(policy, caseOf(policy, record, loaded.first, paths));
    const branches = [...loaded.tags, ...(branch === null ? [] : [branch])];
    review = await desk.reviewer.review(loaded.series, branches);
  } catch (error) {
    return failed(desk, record, error, now());
  }
  return keep(desk, record, loaded, review, now());
}

function whyPassed(policy: Policy, record: SeriesRecord, now: number): string | null {
  if (record.lastAt < now - policy.oldest) return 'it was old when it was first seen';
  if (isAmong(record.senderAddress, policy.bots)) return 'a bot sent it';
  return null;
}

function conclude(
  { store }: Desk,
  record: SeriesRecord,
  kind: 'passed' | 'unreviewed',
  reason: string,
): Outcome {
  store.transaction(() => {
    store.series.update(record.id, { state: kind, reason });
  });
  return { kind, reason };
}

function failed(desk: Desk, record: SeriesRecord, error: unknown, now: number): Outcome {
  if (!(error instanceof RectoError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return conclude(desk, record, 'unreviewed', `a bug in recto: ${reason}`);
  }
  const ours = ['no-tree', 'not-a-kernel-tree', 'bad-rules'].includes(error.code);
  if (!ours) return conclude(desk, record, 'unreviewed', error.message);
  desk.store.transaction(() => {
    desk.store.series.update(record.id, { dueAt: now + AGAIN, reason: error.message });
  });
  return { kind: 'later', reason: error.message };
}

function keep(desk: Desk, record: SeriesRecord, loaded: LoadedSeries, review: Review, now: number): Outcome {
  const { store, policy } = desk;
  const answers = answersTo(store, policy, record, loaded, review, desk.writeBody, now);
  let written = 0;
  store.transaction(() => {
    const id = store.series.addReview(
      record.id,
      now,
      JSON.stringify(reviewToJson(review)),
      review.findings.map(recordOf),
    );
    store.series.update(record.id, { state: 'reviewed', reason: null });
    for (const { mail, answers: answered, findings, about, dueAt } of answers) {
      if (mail.recipients.length === 0) continue;
      const { messageId, recipients, bytes } = mail;
      const whole = {
        messageId,
        answers: answered,
        series: record.id,
        review: id,
        findings,
        recipients,
        about,
      };
      if (store.answers.add({ ...whole, mail: bytes, dueAt }, now)) written++;
    }
    if (policy.patchwork !== null) addChecks(desk, loaded, review, now);
  });
  return { kind: 'reviewed', findings: review.findings.length, answers: written };
}

function addChecks({ store }: Desk, loaded: LoadedSeries, review: Review, now: number): void {
  for (const [number, { record }] of loaded.mails) {
    const open = review.findings.filter(
      ({ patch, resolvedBy, id }) => patch === number && resolvedBy === null && !store.wishes.dismissal(id),
    );
    const status = review.patches.find(({ patch }) => patch.number === number)?.status;
    if (status === undefined || status === 'failed') {
      store.checks.add(record.messageId, 'warning', 'the patch does not apply', now);
    } else if (open.length === 0) {
      store.checks.add(record.messageId, 'success', 'no new non-atomic update of visible folios', now);
    } else store.checks.add(record.messageId, 'warning', open.map(says).join('; ').slice(0, 500), now);
  }
}

function recordOf(finding: Finding): FindingRecord {
  const { id, patch, severity, confidence, resolvedBy } = finding;
  return { id, patch, severity, confidence, resolvedBy, says: says(finding) };
}

function says(finding: Finding): string {
  const where = finding.in === finding.updater ? '' : ` in ${finding.updater}()`;
  return `${finding.in}(): ${finding.update}${/^\w+$/.test(finding.update) ? '()' : ''}${where}`;
}
