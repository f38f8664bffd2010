import { RectoError } from '../errors.js';
import { assertDiffSize } from '../patch/diff.js';
import { readArchivePage } from './archive-page.js';
import { assembleSeries } from './assemble.js';
import { decodeText } from './decode-text.js';
import { readGitLog } from './git-log.js';
import { beforeBlankLine } from './header.js';
import { MAX_INPUT_BYTES, MAX_MAILS } from './limits.js';
import { splitMbox } from './mbox.js';
import { plainText, type Message } from './message.js';
import { readMime } from './mime.js';
import { readPatchMail, type PatchMail } from './patch-mail.js';
import type { Series } from './series.js';

/** One thing to read: a file or standard input. */
export interface MailInput {
  /** For people: the file's name, or "standard input". */
  readonly name: string;
  readonly bytes: Buffer;
}

const EXPECTED =
  'an mbox, a mail (.eml), the output of git format-patch, a unified diff, a reply that quotes a patch, ' +
  'or a saved archive page';

/**
 * Reads patch series from whatever people keep them in: see EXPECTED. Each input may be of another kind; the
 * mails of all inputs are put together to series (see assembleSeries), in the order in which they came.
 *
 * @throws RectoError 'unreadable-input' when an input is empty or no patch is found in any of them, or when a
 * diff names a path that leads out of the tree; 'too-large' beyond what limits.ts (here and in src/patch)
 * says. Damaged mails do not throw: what can be read is, and the notes of the series say the rest.
 */
export async function readSeries(inputs: readonly MailInput[]): Promise<Series[]> {
  assertInputSize(inputs.reduce((sum, input) => sum + input.bytes.length, 0));
  const messages: Message[] = [];
  for (const input of inputs) {
    for (const message of await readMessages(input)) messages.push(message);
    if (messages.length > MAX_MAILS) {
      throw new RectoError(
        'too-large',
        `${input.name}: more than ${MAX_MAILS} mails; give Recto the mails of the series only.`,
        input.name,
      );
    }
  }
  const mails: PatchMail[] = [];
  const lost: string[] = [];
  for (const message of messages) {
    const read = inPlace(message);
    for (const mail of read) mails.push(mail);
    if (read.length === 0) lost.push(...whyNoPatch(message, message === messages.at(-1)));
  }
  const series = assembleSeries(mails);
  if (series.length === 0) throw nothingFound(inputs, messages, lost);
  const last = series.at(-1)!;
  return [...series.slice(0, -1), { ...last, notes: [...last.notes, ...lost] }];
}

/**
 * @throws RectoError 'too-large' when inputs of that many bytes are more than we read. To be asked before
 * they are loaded, where that is possible.
 */
export function assertInputSize(bytes: number): void {
  if (bytes <= MAX_INPUT_BYTES) return;
  const size = (n: number) => `${Math.ceil(n / 1024 / 1024)} MB`;
  throw new RectoError(
    'too-large',
    `the input has ${size(bytes)}; Recto reads ${size(MAX_INPUT_BYTES)} at a time. Give it the mails of one series.`,
  );
}

/**
 * The mails in one input, decoded.
 *
 * @throws RectoError 'unreadable-input' when it is empty, 'too-large' when one mail or diff is.
 */
export async function readMessages(input: MailInput): Promise<Message[]> {
  const { name, bytes } = input;
  if (bytes.every(isBlank)) {
    throw new RectoError('unreadable-input', `${name} is empty; expected ${EXPECTED}.`, name);
  }
  const entries = splitMbox(bytes);
  if (entries) {
    if (entries.length > MAX_MAILS) {
      throw new RectoError(
        'too-large',
        `${name} has ${entries.length} mails; ${MAX_MAILS} are the limit.`,
        name,
      );
    }
    const messages: Message[] = [];
    for (const [i, entry] of entries.entries()) {
      const place = entries.length === 1 ? name : `${name}, message ${i + 1} (line ${entry.line})`;
      assertDiffSize(entry.bytes.length, place);
      messages.push(await readMime(entry.bytes, place));
    }
    return messages;
  }
  assertDiffSize(bytes.length, name);
  if (startsWithMailHeaders(bytes)) return [await readMime(withoutLeadingBlanks(bytes), name)];
  const text = decodeText(bytes).replace(/^\ufeff/, '');
  const commits = readGitLog(text, name);
  if (commits) return commits;
  const page = startsWithDiff(text) ? null : readArchivePage(text, name);
  return [page ?? bareDiff(text, name)];
}

const FIELD_NAME = /^([A-Za-z][\w.-]{0,200}):/;

/** Fields that only a mail has. */
const MAIL_FIELD = /^(?:subject|message-id|received|mime-version|content-type|return-path|delivered-to)$/;

/** True when the bytes begin with a block of header lines, one of which only a mail has. */
function startsWithMailHeaders(bytes: Buffer): boolean {
  let known = 0;
  let address = false;
  for (const line of firstBlock(bytes).split('\n')) {
    if (line.trim() === '') break;
    if (line[0] === ' ' || line[0] === '\t') continue;
    const name = FIELD_NAME.exec(line)?.[1]?.toLowerCase();
    if (name === undefined) return false;
    if (known < 2 && MAIL_FIELD.test(name)) known++;
    if (!address && (name === 'from' || name === 'to')) address = /\S@\S/.test(line);
  }
  return known > 0 && (address || known > 1);
}

/** The first lines that are not empty, decoded, as far as headers go: nothing else of a mail need be decoded to know it. */
function firstBlock(bytes: Buffer): string {
  const start = withoutLeadingBlanks(withoutLeadingBlanks(bytes)).subarray(0, 1_000_000);
  const end = beforeBlankLine(start);
  return decodeText(end < 0 ? start : start.subarray(0, end)).trimStart();
}

function startsWithDiff(text: string): boolean {
  return /^\s*(?:diff --git |--- \S+|Index: )/.test(text.slice(0, 2000));
}

function bareDiff(text: string, place: string): Message {
  const body = plainText(text);
  return {
    place,
    subject: '',
    from: null,
    date: null,
    messageId: null,
    references: [],
    body,
    attachedDiffs: [],
    attached: [],
    notes: [],
  };
}

/** Lets an error say which mail it is about. */
function inPlace(message: Message): PatchMail[] {
  try {
    return readPatchMail(message);
  } catch (error) {
    if (!(error instanceof RectoError) || error.place !== null) throw error;
    throw new RectoError(error.code, `${message.place}: ${error.message}`, message.place);
  }
}

/** What should be said of a mail that gave no patch, when it looks as if it should have given one. */
function whyNoPatch(message: Message, isLast: boolean): string[] {
  if (message.body.text.trim() === '' && isLast && message.attachedDiffs.length === 0) {
    return [`${message.place} has no text: the input may be cut off there`];
  }
  const cutOff = /^(?:diff --git |@@ -\d)/m.test(message.body.text);
  return cutOff
    ? [`${message.place} (${quoted(message.subject)}) has the beginning of a diff, but no whole hunk`]
    : [];
}

function nothingFound(
  inputs: readonly MailInput[],
  messages: readonly Message[],
  lost: string[],
): RectoError {
  const names = inputs.map((input) => input.name).join(', ');
  const subjects = messages.map((message) => message.subject).filter((subject) => subject !== '');
  const found =
    subjects.length === 0
      ? inputs.some((input) => input.bytes.includes(0))
        ? 'binary data'
        : 'text'
      : `${messages.length === 1 ? 'one mail' : `${messages.length} mails`} (${quoted(subjects[0]!)}${subjects.length > 1 ? ' ...' : ''})`;
  const notes = [...new Set([...lost, ...messages.flatMap((message) => message.notes)])].slice(0, 5);
  const more = notes.length > 0 ? ` ${notes.join('; ')}.` : '';
  return new RectoError(
    'unreadable-input',
    `no patch in ${names}: found ${found}, without a diff.${more} Expected ${EXPECTED}.`,
    inputs[0]?.name ?? null,
  );
}

function quoted(subject: string): string {
  return JSON.stringify(subject.length > 80 ? `${subject.slice(0, 77)}...` : subject);
}

function withoutLeadingBlanks(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length && isBlank(bytes[at]!)) at++;
  if (bytes.subarray(at, at + 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) at += 3;
  return bytes.subarray(at);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
