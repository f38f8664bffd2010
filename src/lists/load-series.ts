import { seriesOf } from '../mail/assemble.js';
import type { PatchMail } from '../mail/patch-mail.js';
import type { Series } from '../mail/series.js';
import { missingOf } from './gather.js';
import { bytesOf, readParts, type Sources } from './mail-bytes.js';
import { findPrerequisites } from './prerequisites.js';
import type { MailRecord, SeriesRecord, Store } from './store/store.js';

/** A series, read from its mails. */
export interface LoadedSeries {
  readonly series: Series;
  /** The mail of each patch, by its number. */
  readonly mails: ReadonlyMap<number, LoadedMail>;
  /** The cover letter, else the first patch: what an answer to the whole is an answer to. */
  readonly first: LoadedMail;
  /** Words of the subjects that may name a branch: "mm-unstable", "net-next". */
  readonly tags: readonly string[];
}

export interface LoadedMail {
  readonly record: MailRecord;
  readonly bytes: Buffer;
}

/** How many versions back the missing patches of a partial reroll are looked for. */
const MAX_VERSIONS = 5;

/**
 * Reads a series from the mails that have come. What a partial reroll leaves out is taken from the version before it.
 * The notes say what is missing, and what came from where. Null when no mail of it has a patch.
 *
 * @throws RectoError when a mail cannot be had any more, or its diff cannot be read
 */
export async function loadSeries(
  store: Store,
  sources: Sources,
  record: SeriesRecord,
): Promise<LoadedSeries | null> {
  const own = store.mails.ofSeries(record.id).filter(({ gone }) => !gone);
  const { taken, notes } = fromFormer(store, record, own);
  const read: PatchMail[] = [];
  const mails = new Map<number, LoadedMail>();
  const tags = new Set<string>();
  let first: LoadedMail | null = null;
  for (const mail of [...own, ...taken]) {
    const bytes = await bytesOf(store, sources, mail);
    const loaded = { record: mail, bytes };
    if (mail.number === 0) first = loaded;
    for (const part of await readParts(mail, bytes)) {
      if (part.patch) mails.set(part.patch.number, loaded);
      if (!taken.includes(mail)) for (const tag of part.subject.tags) tags.add(tag);
      read.push(part);
    }
  }
  const series = seriesOf(read, record.version, record.total);
  if (series === null) return null;
  const whole = await findPrerequisites(store, sources, record, series);
  return {
    series: { ...whole, notes: [...inTime(series.notes), ...notes] },
    mails,
    first: first ?? mails.get(series.patches[0]!.number)!,
    tags: [...tags],
  };
}

/** Where the input is a list, what is missing may still come. */
function inTime(notes: readonly string[]): string[] {
  return notes.map((note) => note.replace(/ (?:is|are) not in the input$/, ' had not arrived'));
}

/** The mails of the former version that a partial reroll does not send again. */
function fromFormer(
  store: Store,
  record: SeriesRecord,
  own: readonly MailRecord[],
): { taken: readonly MailRecord[]; notes: string[] } {
  const cover = own.some(({ number }) => number === 0);
  let missing = missingOf(store, record);
  const taken: MailRecord[] = [];
  const notes: string[] = [];
  let former = record;
  // With a cover letter of its own it is a whole series, of which something has not arrived.
  for (let back = 0; back < MAX_VERSIONS && missing.length > 0 && !cover; back++) {
    if (former.follows === null) break;
    former = store.series.get(former.follows);
    if (former.thread !== record.thread || former.total !== record.total) break;
    const found = store.mails
      .ofSeries(former.id)
      .filter(({ number, gone, kind }) => !gone && kind === 'patch' && missing.includes(number!));
    if (found.length === 0) continue;
    taken.push(...found);
    missing = missing.filter((number) => !found.some((mail) => mail.number === number));
    const numbers = found.map(({ number }) => String(number)).join(', ');
    notes.push(`patch ${numbers} of ${String(record.total)} is that of v${String(former.version)}`);
  }
  return { taken, notes };
}
