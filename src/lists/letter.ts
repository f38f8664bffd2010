import { createHash } from 'node:crypto';
import {
  readAddresses,
  readFirstAddress,
  readHeader,
  readIds,
  type Address,
  type MailHeader,
} from '../mail/header.js';
import { readShortlog } from '../mail/shortlog.js';
import { parseSubject, type Subject } from '../mail/subject.js';
import { senderOf, type Sender } from '../mail/sender.js';
import { MAX_LIST_MAIL_BYTES } from '../mail/limits.js';
import { automaticMark } from './automatic.js';
import { base64Parts } from './base64-parts.js';

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
  /** What tells it from another mail with that Message-ID that came before; see `tellTwins`. */
  readonly twin?: string;
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
export function readLetter(bytes: Buffer, header = readHeader(bytes)): Letter {
  const title = (header.get('subject') ?? '').replace(/\s+/g, ' ').trim().slice(0, 1000);
  const references = referencesOf(header);
  const subject = parseSubject(title);
  const from = readFirstAddress(header.raw('from'));
  const reason = whyAside(bytes, header, from);
  const kind = reason === null ? kindOf(bytes, header, subject, references) : 'aside';
  return {
    messageId: readIds(header.raw('message-id'))[0] ?? bareId(header) ?? idFromContent(bytes),
    kind,
    reason,
    title,
    subject,
    sender: senderOf(bytes, header, from),
    date: dateOf(header),
    references,
    automatic: automaticMark(header, from),
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

function whyAside(bytes: Buffer, header: MailHeader, from: Address | null): string | null {
  if (bytes.length > MAX_LIST_MAIL_BYTES) return `it has ${String(bytes.length >> 20)} MB`;
  if (header.tooLong) return 'its header is longer than any mail needs';
  if (from === null && header.raw('from') === null && header.raw('subject') === null)
    return 'it has no mail header';
  if (from === null) return 'it does not say who sent it';
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

/** True when a diff stands in the mail unquoted, or in an encoded part of it. */
function hasOwnDiff(bytes: Buffer, header: MailHeader): boolean {
  if (isDiff(bytes.subarray(header.bodyAt))) return true;
  for (const part of base64Parts(bytes, header)) if (isDiff(part)) return true;
  return false;
}

/** What follows the first line of a diff by git, where it has no hunks: a patch may only rename, or change modes or binary files. */
const NO_HUNKS =
  /^diff --git .*\r?\n(?:index |old mode |similarity index |new file mode |deleted file mode )/;

function isDiff(body: Buffer): boolean {
  for (let at = body.indexOf('@@ -'); at >= 0; at = body.indexOf('@@ -', at + 1)) {
    // Not behind quote marks, nor in the middle of a line.
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    if (/^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/.test(body.toString('latin1', at, at + 80))) return true;
  }
  const git = body.toString('latin1', 0, 11) === 'diff --git ' ? 0 : body.indexOf('\ndiff --git ') + 1;
  return (git > 0 || body[0] === 0x64) && NO_HUNKS.test(body.toString('latin1', git, git + 2000));
}

function referencesOf(header: MailHeader): string[] {
  const answered = readIds(header.raw('in-reply-to'));
  const all = new Set([...readIds(header.raw('references')), ...answered]);
  const [direct] = answered;
  // What it answers comes last, wherever it stands.
  if (direct !== undefined) all.delete(direct);
  const ids = direct === undefined ? [...all] : [...all, direct];
  return ids.length <= MAX_REFERENCES ? ids : [ids[0]!, ...ids.slice(1 - MAX_REFERENCES)];
}

function dateOf(header: MailHeader): number | null {
  const time = Date.parse((header.raw('date') ?? '').replace(/\([^()]*\)/g, '').trim());
  return Number.isNaN(time) ? null : time;
}
