import { createHash } from 'node:crypto';
import { readAddresses, readFirstAddress, readHeader, readIds, type MailHeader } from '../mail/header.js';
import { readShortlog } from '../mail/shortlog.js';
import { parseSubject, type Subject } from '../mail/subject.js';
import { senderOf, type Sender } from '../mail/sender.js';
import { MAX_LIST_MAIL_BYTES } from '../mail/limits.js';
import { automaticMark } from './automatic.js';

/** What a mail is to somebody who follows a list. */
export type LetterKind =
  | 'patch' // has a diff of its own
  | 'cover'
  | 'reply' // answers something, and has no diff of its own
  | 'other'
  | 'aside'; // cannot be read; `reason` says why

/** What is remembered of a mail. Nothing of its body is decoded for this. */
export interface Letter {
  /** Without angle brackets; made from the content where the mail has none. */
  readonly messageId: string;
  readonly kind: LetterKind;
  /** Why it is kept aside; null otherwise. */
  readonly reason: string | null;
  /** As it stands in the mail, decoded, on one line. */
  readonly title: string;
  readonly subject: Subject;
  readonly sender: Sender;
  /** Milliseconds; null when the mail does not say, or not clearly. */
  readonly date: number | null;
  /** Ids of what it answers, oldest first. */
  readonly references: readonly string[];
  /** Why it counts as sent by a program; null when a person seems to have sent it. */
  readonly automatic: string | null;
  /** Titles of the patches that a cover letter announces, in lower case; none where it does not say. */
  readonly announces: readonly string[];
}

/** Bytes of a cover letter in which its list of patches is looked for. */
const COVER = 64 * 1024;

/** More than so many references say nothing more about the thread. */
const MAX_REFERENCES = 60;

/**
 * Reads what a follower of a list needs of a mail from its bytes: header fields, and whether a diff of its own is in it.
 * Throws nothing: what cannot be read is of kind `aside`, with the reason.
 */
export function readLetter(bytes: Buffer): Letter {
  const header = readHeader(bytes);
  const title = (header.get('subject') ?? '').replace(/\s+/g, ' ').trim().slice(0, 1000);
  const references = referencesOf(header);
  const subject = parseSubject(title);
  const reason = whyAside(bytes, header);
  const kind = reason === null ? kindOf(bytes, header, subject, references) : 'aside';
  return {
    messageId: readIds(header.raw('message-id'))[0] ?? bareId(header) ?? idFromContent(bytes),
    kind,
    reason,
    title,
    subject,
    sender: senderOf(header),
    date: dateOf(header),
    references,
    automatic: automaticMark(header),
    announces:
      kind === 'cover' ? readShortlog(bytes.toString('utf8', header.bodyAt, header.bodyAt + COVER)) : [],
  };
}

/** Addresses in To and Cc, each once, in lower case. */
export function recipientsOf(bytes: Buffer): string[] {
  const header = readHeader(bytes);
  const all = [header.raw('to'), header.raw('cc')].flatMap(readAddresses).map(({ address }) => address);
  return [...new Set(all.filter((address) => address.includes('@')))];
}

/** An id that is there, but not in the form `<left@right>`. */
function bareId(header: MailHeader): string | null {
  const id = header.raw('message-id')?.replace(/^<|>$/g, '').trim() ?? '';
  return /^[\x21-\x7e]{1,900}$/.test(id) ? id : null;
}

function idFromContent(bytes: Buffer): string {
  return `${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}@no-message-id.invalid`;
}

function whyAside(bytes: Buffer, header: MailHeader): string | null {
  if (bytes.length > MAX_LIST_MAIL_BYTES) return `it has ${String(bytes.length >> 20)} MB`;
  if (header.tooLong) return 'its header is longer than any mail needs';
  if (header.raw('from') === null && header.raw('subject') === null) return 'it has no mail header';
  if (readFirstAddress(header.raw('from')) === null) return 'it does not say who sent it';
  return null;
}

function kindOf(
  bytes: Buffer,
  header: MailHeader,
  subject: Subject,
  references: readonly string[],
): LetterKind {
  // "0/3" is a cover letter whatever is in it; a diff in one is an interdiff.
  if (subject.number === 0 && !subject.reply) return 'cover';
  if (subject.patch && !subject.reply && subject.tags.includes('pull')) return 'other';
  if (hasOwnDiff(bytes, header)) return 'patch';
  return references.length > 0 ? 'reply' : 'other';
}

/** True when a diff stands in the mail unquoted, or may be in an encoded part of it: then only decoding will tell. */
function hasOwnDiff(bytes: Buffer, header: MailHeader): boolean {
  const body = bytes.subarray(header.bodyAt);
  if (/^base64$/i.test(header.raw('content-transfer-encoding') ?? '')) return isDiff(decodedStart(body));
  if (isDiff(body)) return true;
  if (!/^multipart\//i.test(header.raw('content-type') ?? '')) return false;
  for (const part of base64Parts(body)) if (isDiff(part)) return true;
  return false;
}

/** Behind a commit message, the diff begins; what is longer than this has none. */
const DECODED = 256 * 1024;

function decodedStart(body: Buffer): Buffer {
  return Buffer.from(body.toString('latin1', 0, DECODED), 'base64');
}

/** The beginnings of the parts of a body that are encoded in base64, decoded; the first few of them. */
function* base64Parts(body: Buffer): Iterable<Buffer> {
  const text = body.toString('latin1', 0, MAX_LIST_MAIL_BYTES);
  const mark = /^content-transfer-encoding:[ \t]*base64/gim;
  for (let found = mark.exec(text), parts = 0; found && parts < 20; found = mark.exec(text), parts++) {
    const blank = /\r?\n\r?\n/g;
    blank.lastIndex = found.index;
    const start = blank.exec(text);
    if (!start) return;
    const from = start.index + start[0].length;
    const end = text.indexOf('\n--', from);
    yield decodedStart(body.subarray(from, end < 0 ? body.length : end));
  }
}

function isDiff(body: Buffer): boolean {
  for (let at = body.indexOf('@@ -'); at >= 0; at = body.indexOf('@@ -', at + 1)) {
    // Not behind quote marks, nor in the middle of a line.
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    if (/^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/.test(body.toString('latin1', at, at + 80))) return true;
  }
  // A patch may only rename, or change modes or binary files.
  const git = body.indexOf('diff --git ');
  return git >= 0 && (git === 0 || body[git - 1] === 0x0a) && body.includes('\nindex ', git - 1);
}

function referencesOf(header: MailHeader): string[] {
  const direct = readIds(header.raw('in-reply-to'))[0];
  const all = [...new Set([...readIds(header.raw('references')), ...readIds(header.raw('in-reply-to'))])];
  const ids = direct === undefined ? all : [...all.filter((id) => id !== direct), direct];
  return ids.length <= MAX_REFERENCES ? ids : [ids[0]!, ...ids.slice(1 - MAX_REFERENCES)];
}

function dateOf(header: MailHeader): number | null {
  const time = Date.parse((header.raw('date') ?? '').replace(/\([^()]*\)/g, '').trim());
  return Number.isNaN(time) ? null : time;
}
