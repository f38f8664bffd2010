import type { Letter, LetterKind } from '../letter.js';
import type { Case } from '../policy/decide.js';

/** What is remembered of lists between runs. One process writes at a time. */
export interface Store {
  /** Does everything in `work`, or nothing of it; on disk when this returns. */
  transaction<T>(work: () => T): T;
  readonly sources: SourceRecords;
  readonly mails: MailRecords;
  readonly patchIds: PatchIdRecords;
  readonly series: SeriesRecords;
  readonly answers: AnswerRecords;
  readonly wishes: WishRecords;
  readonly checks: CheckRecords;
  close(): void;
}

/** A source, and where reading it goes on. */
export interface SourceRecord {
  readonly name: string;
  readonly position: string | null;
  /** Milliseconds, when it was read to its end; null: never. */
  readonly readAt: number | null;
  /** Why it could not be read the last time, or null. */
  readonly trouble: string | null;
  /** Mails known from it. */
  readonly mails: number;
}

export interface SourceRecords {
  position(name: string): string | null;
  setPosition(name: string, position: string): void;
  /** Notes that it was read to its end, or why not. */
  setRead(name: string, at: number, trouble: string | null): void;
  all(): readonly SourceRecord[];
}

/** A mail as it is remembered. */
export interface MailRecord {
  readonly id: number;
  readonly messageId: string;
  /** What tells it from the mail that came first with that Message-ID; null for that one. */
  readonly twin: string | null;
  readonly kind: LetterKind;
  readonly reason: string | null;
  readonly title: string;
  readonly senderName: string;
  readonly senderAddress: string;
  /** When it got here, in milliseconds. */
  readonly arrived: number;
  readonly automatic: string | null;
  readonly thread: number;
  /** It answers another mail. */
  readonly threaded: boolean;
  readonly series: number | null;
  /** Its number in the series; 0 for a cover letter. */
  readonly number: number | null;
  /** The title of the patch or cover letter, in lower case. */
  readonly topic: string | null;
  /** Titles of the patches that it announces, in lower case; see `Letter`. */
  readonly announces: readonly string[];
  /** Taken away in every source that had it. */
  readonly gone: boolean;
}

/** Where a mail can be had. */
export interface MailPlace {
  readonly source: string;
  readonly place: string;
}

export interface MailRecords {
  find(messageId: string, twin?: string): MailRecord | null;
  /** Of some ids (`mailKey`), those of mails that are there. */
  known(keys: readonly string[]): ReadonlySet<string>;
  get(id: number): MailRecord;
  /** The mail at a place, when that place is known. */
  at(source: string, place: string): MailRecord | null;
  add(letter: Letter, arrived: number, thread: number): MailRecord;
  /** Notes that mails are at these places of a source. */
  addPlaces(source: string, places: readonly (readonly [place: string, mail: number])[]): void;
  /** Forgets a place; gives the mail when it has no other one. */
  removePlace(source: string, place: string): MailRecord | null;
  /** All places of a source that begin with `prefix` are doubted until they are told again. */
  doubtPlaces(source: string, prefix: string): void;
  /** Takes those that were not told again. */
  doubtedPlaces(source: string, prefix: string): readonly string[];
  places(mail: number): readonly MailPlace[];
  setGone(mail: number, gone: boolean): void;
  /** @param topic the title of the patch, in lower case: by it, other versions of the series are found */
  setSeries(mail: number, series: number, number: number, topic: string): void;
  /** Keeps the bytes of a mail whose source does not; null forgets them. */
  setContent(mail: number, content: Buffer | null): void;
  content(mail: number): Buffer | null;
  /** Forgets the bytes of mails of series that ended before a time. */
  forgetContent(before: number): void;
  ofSeries(series: number): readonly MailRecord[];
  /** Mails kept aside, the newest first. */
  aside(limit: number): readonly MailRecord[];
  /** The thread that all these ids are in; threads that turn out to be one become one. */
  thread(ids: readonly string[]): number;
  /** Looks up at once the ids that `thread` will be asked about. */
  expectThreads(ids: readonly string[]): void;
}

/** Patch ids (`git patch-id --stable`) of patches in mails, as far as somebody has asked for them. */
export interface PatchIdRecords {
  /**
   * @param part which patch of the mail
   * @param id '' notes that the mail was looked at
   */
  add(mail: number, part: number, id: string): void;
  /** The newest mail that has that patch. */
  find(id: string): { readonly mail: MailRecord; readonly part: number } | null;
  /** Patches that came between two times and were not looked at: those of a sender, then the newest. */
  without(since: number, until: number, sender: string, limit: number): readonly MailRecord[];
}

export type SeriesState =
  | 'gathering' // waits for its mails, or for its review
  | 'reviewed'
  | 'unreviewed' // could not be reviewed; `reason`
  | 'superseded' // a later version came first
  | 'passed'; // is not to be reviewed; `reason`

/** A series as it was sent, as far as it has come. */
export interface SeriesRecord {
  readonly id: number;
  readonly version: number;
  /** Null for a patch without a number. */
  readonly total: number | null;
  /** The title of the cover letter, or of the first patch that came. */
  readonly title: string;
  readonly senderName: string;
  readonly senderAddress: string;
  readonly thread: number;
  /** True for a patch sent in reply to something. */
  readonly reply: boolean;
  readonly state: SeriesState;
  readonly reason: string | null;
  /** When it is to be reviewed, in milliseconds. */
  readonly dueAt: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The series that this one is a new version of. */
  readonly follows: number | null;
}

/** A review as it was made. */
export interface ReviewRecord {
  readonly id: number;
  readonly series: number;
  readonly at: number;
  /** As `recto review --format json` prints it. */
  readonly json: string;
  readonly findings: readonly FindingRecord[];
}

export interface FindingRecord {
  readonly id: string;
  readonly patch: number;
  readonly severity: string;
  readonly confidence: string;
  /** One line: "do_swap_page(): __folio_set_swapbacked() in folio_add_new_anon_rmap()". */
  readonly says: string;
  /** The patch of the series that takes it back, or null. */
  readonly resolvedBy: number | null;
}

export interface SeriesRecords {
  get(id: number): SeriesRecord;
  add(series: Omit<SeriesRecord, 'id'>): SeriesRecord;
  update(id: number, change: Partial<Omit<SeriesRecord, 'id'>>): void;
  /** Those of a thread, the oldest first. */
  inThread(thread: number): readonly SeriesRecord[];
  /** Those of a thread that have this version and length, lack a patch of that number, and were not sent as a reply. */
  lacking(thread: number, version: number, total: number, number: number): readonly SeriesRecord[];
  /** How many of the patches that it is said to have have come, and are not gone: there are series with a "4/3". */
  patches(id: number): number;
  /** Those of a sender since a time, the oldest first. */
  ofSender(address: string, since: number): readonly SeriesRecord[];
  /** Those of a sender that have a patch or cover letter of that topic, the oldest first. */
  withTopic(address: string, topic: string): readonly SeriesRecord[];
  /** Those that wait for their review and are due, the oldest first. */
  due(now: number): readonly SeriesRecord[];
  /** When the next one is due; null when none waits. */
  nextDue(): number | null;
  count(): Readonly<Record<SeriesState, number>>;
  /** The newest first. */
  inState(state: SeriesState, limit: number): readonly SeriesRecord[];
  addReview(series: number, at: number, json: string, findings: readonly FindingRecord[]): number;
  lastReview(series: number): ReviewRecord | null;
}

export type AnswerState =
  | 'waiting' // to be sent when it is due
  | 'sending' // the server has been asked to take it
  | 'sent'
  | 'doubt' // nobody knows whether the server took it
  | 'failed' // the server will not have it; `reason`
  | 'dropped'; // not to be sent any more; `reason`

/** A mail of ours. */
export interface AnswerRecord {
  readonly id: number;
  readonly messageId: string;
  /** The mail that it answers. */
  readonly answers: string;
  readonly series: number | null;
  readonly review: number | null;
  /** Ids of the findings that it tells of. */
  readonly findings: readonly string[];
  readonly recipients: readonly string[];
  /** What the policy was asked about, to ask it again before sending. */
  readonly about: Case;
  /** Whole, as it is sent. */
  readonly mail: Buffer;
  readonly state: AnswerState;
  readonly reason: string | null;
  readonly dueAt: number;
  readonly attempts: number;
  readonly changedAt: number;
}

export interface AnswerRecords {
  /** Does nothing when an answer with this Message-ID is there already; says whether it was new. */
  add(answer: Omit<AnswerRecord, 'id' | 'state' | 'reason' | 'attempts' | 'changedAt'>, now: number): boolean;
  find(messageId: string): AnswerRecord | null;
  setState(id: number, state: AnswerState, reason: string | null, now: number): void;
  /** Tries again later. */
  postpone(id: number, dueAt: number, reason: string, now: number): void;
  inState(state: AnswerState): readonly AnswerRecord[];
  due(now: number): readonly AnswerRecord[];
  nextDue(): number | null;
  ofSeries(series: number): readonly AnswerRecord[];
  /** Those in answer to one mail. */
  to(messageId: string): readonly AnswerRecord[];
  sentSince(since: number): number;
  count(): Readonly<Record<AnswerState, number>>;
}

/** What people told us in replies. */
export interface Wish {
  readonly what: 'dismiss' | 'explain' | 'mute-list' | 'mute-author';
  /** A finding's id, or an address. */
  readonly about: string;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  /** The mail that said so. */
  readonly messageId: string;
}

export interface WishRecords {
  add(wish: Wish): void;
  /** The dismissal of a finding, by its id or the beginning of it. */
  dismissal(finding: string): Wish | null;
  isMuted(what: 'mute-list' | 'mute-author', about: string): boolean;
  all(): readonly Wish[];
}

/** A verdict for Patchwork. */
export interface CheckRecord {
  readonly id: number;
  /** Of the patch. */
  readonly messageId: string;
  readonly verdict: 'success' | 'warning' | 'fail';
  readonly says: string;
  readonly state: 'waiting' | 'posted' | 'failed';
  readonly reason: string | null;
  readonly attempts: number;
}

export interface CheckRecords {
  add(messageId: string, verdict: CheckRecord['verdict'], says: string, dueAt: number): void;
  due(now: number): readonly CheckRecord[];
  nextDue(): number | null;
  setState(id: number, state: CheckRecord['state'], reason: string | null, dueAt: number): void;
  count(): Readonly<Record<CheckRecord['state'], number>>;
}
