import { RectoError } from '../errors.js';
import type { Prerequisite, Series } from '../mail/series.js';
import type { Patch } from '../patch/patch.js';
import { patchIdsOf } from '../tree/patch-id.js';
import { bytesOf, readParts, type Sources } from './mail-bytes.js';
import type { MailRecord, SeriesRecord, Store } from './store/store.js';

const DAY = 24 * 3600 * 1000;

/** Patches that came earlier than this before a series are not what it needs. */
const BEFORE = 180 * DAY;

/** What it needs may get here after it. */
const AFTER = DAY;

/** Patches whose ids are computed for one series, and how many at once. */
const MAX_MAILS = 5000;
const AT_ONCE = 200;

/**
 * Looks among the patches that have come for what a series needs beforehand. Their ids are computed when a series asks for
 * the first time, and kept: first those of its sender, then the newest of others.
 */
export async function findPrerequisites(
  store: Store,
  sources: Sources,
  record: SeriesRecord,
  series: Series,
): Promise<Series> {
  const needed = series.prerequisites ?? [];
  if (needed.length === 0) return series;
  const isMissing = () => needed.some(({ id }) => store.patchIds.find(id) === null);
  for (let left = MAX_MAILS; left > 0 && isMissing(); left -= AT_ONCE) {
    const { firstAt, lastAt, senderAddress } = record;
    const mails = store.patchIds.without(firstAt - BEFORE, lastAt + AFTER, senderAddress, AT_ONCE);
    if (mails.length === 0) break;
    await learn(store, sources, mails);
  }
  const prerequisites: Prerequisite[] = [];
  for (const { id } of needed) prerequisites.push({ id, patch: await load(store, sources, record, id) });
  return { ...series, prerequisites };
}

/** Computes the ids of the patches in some mails. */
async function learn(store: Store, sources: Sources, mails: readonly MailRecord[]): Promise<void> {
  const patches: { readonly mail: number; readonly part: number; readonly patch: Patch }[] = [];
  for (const mail of mails) {
    for (const [part, patch] of (await patchesOf(store, sources, mail)).entries()) {
      patches.push({ mail: mail.id, part, patch });
    }
  }
  const ids = await patchIdsOf(patches.map(({ patch }) => patch));
  store.transaction(() => {
    // One that has none is not asked again.
    for (const { id } of mails) store.patchIds.add(id, 0, '');
    patches.forEach(({ mail, part }, at) => {
      for (const id of ids[at]!) store.patchIds.add(mail, part, id);
    });
  });
}

async function load(store: Store, sources: Sources, record: SeriesRecord, id: string): Promise<Patch | null> {
  const found = store.patchIds.find(id);
  if (found === null || found.mail.series === record.id) return null;
  return (await patchesOf(store, sources, found.mail))[found.part] ?? null;
}

/** The patches in a mail; none when it cannot be had, or read, any more. */
async function patchesOf(store: Store, sources: Sources, mail: MailRecord): Promise<Patch[]> {
  try {
    const parts = await readParts(mail, await bytesOf(store, sources, mail));
    return parts.flatMap(({ patch }) => (patch === null || patch.quoted ? [] : [patch]));
  } catch (error) {
    if (error instanceof RectoError) return [];
    throw error;
  }
}
