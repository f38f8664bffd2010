import { RectoError } from '../errors.js';
import { readMime } from '../mail/mime.js';
import { readPatchMail, type PatchMail } from '../mail/patch-mail.js';
import type { Source } from './source.js';
import type { MailRecord, Store } from './store/store.js';

/** The sources that mails can be had from again, by name. */
export type Sources = ReadonlyMap<string, Source>;

/**
 * A mail as it came.
 *
 * @throws RectoError 'no-list' when it cannot be had any more
 */
export async function bytesOf(store: Store, sources: Sources, mail: MailRecord): Promise<Buffer> {
  const kept = store.mails.content(mail.id);
  if (kept !== null) return kept;
  for (const { source, place } of store.mails.places(mail.id)) {
    const bytes = (await sources.get(source)?.fetch(place)) ?? null;
    if (bytes !== null) return bytes;
  }
  throw new RectoError('no-list', `the mail <${mail.messageId}> is not in its source any more`);
}

/**
 * The patches in a mail, with the number under which it was put into its series.
 *
 * @throws RectoError when its diff cannot be read
 */
export async function readParts(mail: MailRecord, bytes: Buffer): Promise<PatchMail[]> {
  const parts = readPatchMail(await readMime(bytes, `<${mail.messageId}>`));
  if (mail.number === null || parts.length !== 1) return parts;
  // A reply counts as a patch of its own.
  return parts.map((part) => ({
    ...part,
    patch: part.patch && { ...part.patch, number: mail.number! || 1 },
  }));
}
