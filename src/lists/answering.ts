import { readAddresses, readHeader, readIds, type Address } from '../mail/header.js';
import { senderOf } from '../mail/sender.js';
import type { Finding, Level } from '../review/finding.js';
import type { Review } from '../review/review.js';
import { compose, type Composed } from './compose.js';
import { recipientsOf } from './letter.js';
import type { LoadedMail, LoadedSeries } from './load-series.js';
import { decideAnswer, isAmong, type Case } from './policy/decide.js';
import type { AnswerPolicy, Policy } from './policy/policy.js';
import type { FindingRecord, SeriesRecord, Store } from './store/store.js';

/** An answer that the policy wants. */
export interface Answer {
  readonly mail: Composed;
  /** Message-ID of what it answers. */
  readonly answers: string;
  readonly findings: readonly string[];
  readonly about: Case;
  readonly dueAt: number;
}

/** Writes the text of an answer; see `replyBody`. */
export type WriteBody = (review: Review, patchNumber: number) => string | null;

const LEVELS: readonly Level[] = ['low', 'medium', 'high'];

/** Versions back that are looked at for what was told before. */
const MAX_VERSIONS = 20;

/**
 * The answers to a series that the policy wants: one mail for each patch with something to tell that the version before
 * was not told already; and, where it is wanted, one for a series without anything.
 */
export function answersTo(
  store: Store,
  policy: Policy,
  record: SeriesRecord,
  loaded: LoadedSeries,
  review: Review,
  writeBody: WriteBody,
  now: number,
): Answer[] {
  const answers: Answer[] = [];
  const told = toldBefore(store, record);
  const fixed = fixedSince(store, record, review);
  const dismissed = dismissedIn(store, review);
  let something = false;
  for (const [number, mail] of loaded.mails) {
    const found = review.findings.filter((finding) => finding.patch === number);
    something ||= found.length > 0;
    const about = caseOf(policy, record, mail, pathsOf(review, number));
    const decided = decideAnswer(policy, about);
    const worth = found.filter((finding) => isWorth(finding, decided) && !store.wishes.dismissal(finding.id));
    if (!isWanted(store, policy, decided, about) || worth.every(({ id }) => told.has(id))) continue;
    // What another patch of the series does is told under that one.
    const notes = [...review.series.notes, ...fixed, ...dismissed];
    const body = writeBody({ ...review, findings: worth, series: { ...review.series, notes } }, number);
    if (body === null) continue;
    const ids = worth.map(({ id }) => id).sort();
    answers.push(answer(store, policy, decided, mail, about, ids, body, now));
  }
  if (something || answers.length > 0 || review.patches.some(({ status }) => status !== 'applied'))
    return answers;
  const about = caseOf(policy, record, loaded.first, pathsOf(review, null));
  const decided = decideAnswer(policy, about);
  if (!decided.positive || !isWanted(store, policy, decided, about)) return answers;
  return [answer(store, policy, decided, loaded.first, about, [], positiveBody(review, fixed), now)];
}

/** Whether somebody is to be told at all. Muting anywhere wins. */
export function isWanted(store: Store, policy: Policy, decided: AnswerPolicy, about: Case): boolean {
  if (decided.to === 'nobody' || decided.mute) return false;
  if (isAmong(about.author, policy.bots) || about.author === policy.identity.address) return false;
  if (store.wishes.isMuted('mute-author', about.author)) return false;
  return !about.recipients.some((address) => store.wishes.isMuted('mute-list', address));
}

/** What of the findings about the former version is gone, in words for the reader of the new one. */
export function fixedSince(store: Store, record: SeriesRecord, review: Review): string[] {
  const former = formerFindings(store, record);
  if (former === null) return [];
  const open = new Set(review.findings.filter(({ resolvedBy }) => resolvedBy === null).map(({ id }) => id));
  const fixed = former.findings.filter(({ id, resolvedBy }) => resolvedBy === null && !open.has(id));
  if (fixed.length === 0) return [];
  const list = fixed.slice(0, 5).map(({ id, says }) => `${says} (${id.slice(0, 7)})`);
  const more = fixed.length > 5 ? [`${String(fixed.length - 5)} more`] : [];
  return [`what v${String(former.version)} did is gone: ${[...list, ...more].join('; ')}`];
}

/** What is not told because somebody dismissed it, in words. */
function dismissedIn(store: Store, review: Review): string[] {
  return review.findings.flatMap(({ id, in: where }) => {
    const wish = store.wishes.dismissal(id);
    if (wish === null) return [];
    const why = wish.reason === '' ? '' : `: ${wish.reason}`;
    return [`a finding in ${where}() (${id.slice(0, 7)}) is left out, as ${wish.by} asked${why}`];
  });
}

function formerFindings(
  store: Store,
  record: SeriesRecord,
): { version: number; findings: readonly FindingRecord[] } | null {
  for (const former of formerVersions(store, record)) {
    const review = store.series.lastReview(former.id);
    if (review !== null) return { version: former.version, findings: review.findings };
  }
  return null;
}

function* formerVersions(store: Store, record: SeriesRecord): Iterable<SeriesRecord> {
  let series = record;
  for (let back = 0; back < MAX_VERSIONS && series.follows !== null; back++) {
    series = store.series.get(series.follows);
    yield series;
  }
}

/** Ids of the findings that people have been told about, in this version or an earlier one. */
function toldBefore(store: Store, record: SeriesRecord): ReadonlySet<string> {
  const told = new Set<string>();
  for (const series of [record, ...formerVersions(store, record)]) {
    for (const { state, findings } of store.answers.ofSeries(series.id)) {
      if (state === 'dropped' || state === 'failed') continue;
      for (const id of findings) told.add(id);
    }
  }
  return told;
}

function isWorth(finding: Finding, decided: AnswerPolicy): boolean {
  const atLeast = (level: Level, least: Level) => LEVELS.indexOf(level) >= LEVELS.indexOf(least);
  return atLeast(finding.severity, decided.severity) && atLeast(finding.confidence, decided.confidence);
}

/** The files that a patch changes; with null, those of all. */
function pathsOf(review: Review, number: number | null): string[] {
  const patches = review.patches.filter(({ patch }) => number === null || patch.number === number);
  return [...new Set(patches.flatMap(({ files }) => files.map(({ path }) => path)))];
}

/** What the policy is asked about an answer to a mail. */
export function caseOf(
  policy: Policy,
  record: SeriesRecord,
  mail: LoadedMail,
  paths: readonly string[],
): Case {
  const recipients = new Set(recipientsOf(mail.bytes));
  for (const { list } of policy.sources) if (list !== null && isFrom(list, mail)) recipients.add(list);
  return { author: record.senderAddress, recipients: [...recipients], paths };
}

/** Lists that rewrite or leave out the addresses still name themselves in List-Id or List-Post. */
function isFrom(list: string, { bytes }: LoadedMail): boolean {
  const header = readHeader(bytes);
  const id = header.raw('list-id')?.toLowerCase() ?? '';
  const post = header.raw('list-post')?.toLowerCase() ?? '';
  return post.includes(`mailto:${list}`) || id.includes(`<${list.replace('@', '.')}>`);
}

function answer(
  store: Store,
  policy: Policy,
  decided: AnswerPolicy,
  { record, bytes }: LoadedMail,
  about: Case,
  findings: readonly string[],
  body: string,
  now: number,
): Answer {
  const { to, cc } = recipients(store, policy, decided, bytes);
  const header = readHeader(bytes);
  const mail = compose({
    from: policy.identity,
    to,
    cc,
    answers: {
      messageId: record.messageId,
      references: [...readIds(header.raw('references')), ...readIds(header.raw('in-reply-to'))],
      title: record.title,
    },
    says: findings,
    body: decided.prefix === null ? body : `${decided.prefix.trimEnd()}\n\n${body}`,
    date: now,
  });
  return { mail, answers: record.messageId, findings, about, dueAt: now + decided.embargo };
}

/** Who gets an answer: never ourselves, never who is left out or has asked not to be written to, nobody twice. */
export function recipients(
  store: Store,
  policy: Policy,
  decided: AnswerPolicy,
  answered: Buffer,
): { to: Address[]; cc: Address[] } {
  const header = readHeader(answered);
  const sender = senderOf(answered, header);
  const all = [header.raw('to'), header.raw('cc')].flatMap(readAddresses);
  const taken = new Set([policy.identity.address, ...decided.except]);
  const some = (addresses: readonly Address[]) =>
    addresses.filter(({ address }) => {
      if (!isAddress(address) || taken.has(address)) return false;
      if (hasOptedOut(store, policy, address)) return false;
      taken.add(address);
      return true;
    });
  const plain = (address: string) => ({ name: '', address });
  if (decided.to === 'reviewer') {
    const to = some(decided.reviewer === null ? [] : [plain(decided.reviewer)]);
    return { to, cc: some(decided.also.map(plain)) };
  }
  const to = some([{ name: sender.name, address: sender.address }]);
  const others = decided.to === 'list' ? all.map(({ address }) => plain(address)) : [];
  const cc = some([...others, ...decided.also.map(plain)]);
  return to.length > 0 ? { to, cc } : { to: cc, cc: [] };
}

/** Whether somebody is not to be written to, as the policy or they themselves say. */
export function hasOptedOut(store: Store, policy: Policy, address: string): boolean {
  return isAmong(address, policy.mute.authors) || store.wishes.isMuted('mute-author', address);
}

/** An address that can go into a header and a command: what others write there may be anything. */
function isAddress(address: string): boolean {
  return /^[^\s<>",;:()[\]\\@\p{Cc}]{1,64}@[a-z0-9.-]{1,255}$/u.test(address);
}

function positiveBody(review: Review, fixed: readonly string[]): string {
  const base = review.base?.commit.slice(0, 12) ?? review.tree;
  const sentences = [
    `Read against ${base}: no folio flag is newly updated non-atomically where others can see the folio.`,
    ...[...review.series.notes, ...fixed].map((note) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`),
  ];
  return `${wrapped(sentences.join(' '))}\n`;
}

function wrapped(text: string): string {
  return text.replace(/(?![^\n]{1,72}$)([^\n]{1,72}) /g, '$1\n');
}
