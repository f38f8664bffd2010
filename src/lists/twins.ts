import { createHash } from 'node:crypto';
import { RectoError } from '../errors.js';
import { readMime } from '../mail/mime.js';
import { readPatchMail } from '../mail/patch-mail.js';
import { parseSubject, type Subject } from '../mail/subject.js';
import { changeOf } from '../patch/change.js';
import { bytesOf, type Sources } from './mail-bytes.js';
import type { Batch, FoundMail, Source } from './source.js';
import type { MailRecord, Store } from './store/store.js';

/** A patch or cover letter that has come already, as far as it is compared. */
interface Former {
  readonly subject: Subject;
  readonly isPatch: boolean;
  bytes(): Promise<Buffer | null>;
}

/**
 * Tells patches and cover letters apart that were sent with one Message-ID, as public-inbox does: another number, version or
 * title, or a diff that changes something else, makes another mail. A copy that came over another list is none: what lists
 * put around a mail does not count.
 */
export async function tellTwins(
  store: Store,
  sources: Sources,
  source: Source,
  batch: Batch,
): Promise<Batch> {
  const parts = batch.events.filter((event) => event.kind === 'mail').filter(isPart);
  const known = store.mails.known(parts.map(({ letter }) => letter.messageId));
  const before = new Map<string, FoundMail>();
  const twins = new Map<FoundMail, string>();
  for (const found of parts) {
    const { messageId } = found.letter;
    const first = before.get(messageId);
    if (first === undefined) before.set(messageId, found);
    if (first === undefined && !known.has(messageId)) continue;
    const former = known.has(messageId)
      ? formerOf(store, sources, source, found)
      : {
          subject: first!.letter.subject,
          isPatch: first!.letter.kind === 'patch',
          bytes: () => bytesIn(source, first!),
        };
    const twin = former === null ? null : await twinOf(former, found, source);
    if (twin !== null) twins.set(found, twin);
  }
  if (twins.size === 0) return batch;
  const events = batch.events.map((event) => {
    const twin = event.kind === 'mail' ? twins.get(event) : undefined;
    return event.kind === 'mail' && twin !== undefined
      ? { ...event, letter: { ...event.letter, twin } }
      : event;
  });
  return { ...batch, events };
}

function isPart({ letter }: FoundMail): boolean {
  return letter.kind === 'patch' || letter.kind === 'cover';
}

/** The mail that has this one's Message-ID; null when it cannot be another one. */
function formerOf(store: Store, sources: Sources, source: Source, found: FoundMail): Former | null {
  const mail = store.mails.find(found.letter.messageId)!;
  if (mail.kind !== 'patch' && mail.kind !== 'cover') return null;
  const isHere = store.mails
    .places(mail.id)
    .some((one) => one.source === source.name && one.place === found.place);
  // It is read again.
  if (isHere) return null;
  return {
    subject: parseSubject(mail.title),
    isPatch: mail.kind === 'patch',
    bytes: () => bytesOrNull(store, sources, mail),
  };
}

async function twinOf(former: Former, found: FoundMail, source: Source): Promise<string | null> {
  const { subject, kind } = found.letter;
  const isSame = nameOf(former.subject) === nameOf(subject);
  if (isSame && !(former.isPatch && kind === 'patch')) return null;
  const bytes = kind === 'patch' ? await bytesIn(source, found) : null;
  if (isSame && (bytes === null || !(await changesOther(bytes, former)))) return null;
  const change = bytes === null ? null : await changeIn(bytes);
  return createHash('sha256')
    .update(`${nameOf(subject)}\n${change ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}

/** Whether a patch changes something else than the one that came first; false where that cannot be told. */
async function changesOther(bytes: Buffer, former: Former): Promise<boolean> {
  const first = await former.bytes();
  // Most copies differ in what is around the diff only, and need not be decoded.
  if (first === null || diffIn(first).equals(diffIn(bytes))) return false;
  const [one, other] = [await changeIn(first), await changeIn(bytes)];
  return one !== null && other !== null && one !== other;
}

/** From where the diff begins to the signature, or the end, as it stands in the mail; all of it where there is no such place. */
function diffIn(bytes: Buffer): Buffer {
  const start = bytes.indexOf('\ndiff --git ');
  const end = bytes.indexOf('\n-- \n', Math.max(start, 0));
  return start < 0 ? bytes : bytes.subarray(start, end < 0 ? bytes.length : end);
}

function nameOf({ version, number, title }: Subject): string {
  return `${String(version)} ${String(number)} ${title.toLowerCase()}`;
}

async function bytesOrNull(store: Store, sources: Sources, mail: MailRecord): Promise<Buffer | null> {
  try {
    return await bytesOf(store, sources, mail);
  } catch (error) {
    if (error instanceof RectoError) return null;
    throw error;
  }
}

async function bytesIn(source: Source, { bytes, place }: FoundMail): Promise<Buffer | null> {
  return bytes ?? source.fetch(place);
}

/** What the diffs in a mail change; null when it cannot be read. */
async function changeIn(bytes: Buffer): Promise<string | null> {
  try {
    const parts = readPatchMail(await readMime(bytes, 'a mail'));
    return changeOf(parts.flatMap(({ patch }) => patch?.files ?? []));
  } catch (error) {
    if (error instanceof RectoError) return null;
    throw error;
  }
}
