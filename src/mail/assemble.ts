import { changeOf } from '../patch/change.js';
import type { Patch } from '../patch/patch.js';
import { Drafts, type Draft } from './drafts.js';
import { KnownPatches } from './known-patches.js';
import type { PatchMail } from './patch-mail.js';
import type { Series } from './series.js';

/**
 * Puts patch mails together to series, in the order in which their first mails came.
 *
 * Mails with the same "v2" and "/3" belong together when they are of one thread, or, where there are no
 * threads (files of `git format-patch`), of one sender; a number that is taken begins another series. A patch
 * that is there itself is not read again from replies that quote it.
 */
export function assembleSeries(mails: readonly PatchMail[]): Series[] {
  const drafts = new Drafts();
  const patches = new KnownPatches();
  const take = (mail: PatchMail) => {
    drafts.join(mail);
    patches.add(mail);
  };
  for (const mail of withoutCopies(mails.filter((mail) => !mail.patch?.quoted))) take(mail);
  const quoted = mails.filter((mail) => mail.patch?.quoted);
  // Of several replies, the one that quotes the most of a patch comes first.
  for (const mail of quoted.toSorted((a, b) => size(b) - size(a))) if (!patches.has(mail)) take(mail);
  const places = new Map(mails.map((mail, at) => [mail, at]));
  return drafts.all
    .filter((draft) => draft.mails.some((mail) => mail.patch !== null))
    .map((draft) => ({ draft, first: Math.min(...draft.mails.map((mail) => places.get(mail)!)) }))
    .sort((a, b) => a.first - b.first)
    .map(({ draft }) => finished(draft));
}

/**
 * Makes one series of mails that are known to belong together, in any order; of several patches with one number, the
 * first counts. Null when there is no patch in them.
 *
 * @param total how many patches it has, when that is known
 */
export function seriesOf(mails: readonly PatchMail[], version: number, total: number | null): Series | null {
  const taken = new Set<number>();
  const some = mails.filter(({ patch }) => {
    if (patch === null || taken.has(patch.number)) return patch === null;
    taken.add(patch.number);
    return true;
  });
  return taken.size === 0 ? null : finished({ version, total, mails: some });
}

/**
 * Makes one series of several, in the order given, for patches that are to be reviewed one on top of the
 * other although they were not sent as one series. One series comes back as it is.
 */
export function joinSeries(all: readonly Series[]): Series {
  const first = all[0];
  if (!first) throw new Error('joinSeries needs at least one series');
  if (all.length === 1) return first;
  let number = 0;
  return {
    ...first,
    patches: all.flatMap((series) => series.patches.map((patch) => ({ ...patch, number: ++number }))),
    prerequisites: all.flatMap((series) => series.prerequisites ?? []),
    notes: all.flatMap((series) => series.notes),
  };
}

/** Copies of one mail are one; a diff that changes something else was sent with the id of another one. */
function withoutCopies(mails: readonly PatchMail[]): PatchMail[] {
  const known = new Map<string, { readonly first: PatchMail; changes: Set<string> | null }>();
  return mails.filter((mail) => {
    const id = mail.message.messageId;
    if (id === null) return true;
    const key = `${id} ${String(mail.subject.number ?? '')}`;
    const others = known.get(key);
    if (others === undefined) {
      known.set(key, { first: mail, changes: null });
      return true;
    }
    // Nearly no mail has one like it: what mails change is only found out where there are two.
    others.changes ??= new Set([changeIn(others.first)]);
    const change = changeIn(mail);
    return !others.changes.has(change) && others.changes.add(change);
  });
}

function changeIn(mail: PatchMail): string {
  return changeOf(mail.patch?.files ?? []);
}

function finished(draft: Draft): Series {
  const cover = draft.mails.find((mail) => mail.patch === null);
  const baseCommit = draft.mails.find((mail) => mail.baseCommit !== null)?.baseCommit ?? null;
  const alone = draft.mails.length === 1 && draft.total === null;
  const sorted = draft.mails
    .filter((mail) => mail.patch !== null)
    .sort((a, b) => a.patch!.number - b.patch!.number);
  const patches = sorted.map(({ patch }): Patch => {
    return { ...patch!, number: alone ? 1 : patch!.number, baseCommit: patch!.baseCommit ?? baseCommit };
  });
  const prerequisites = [...new Set(draft.mails.flatMap((mail) => mail.prerequisites))];
  return {
    subject: cover?.subject.title || patches[0]!.subject,
    version: draft.version,
    messageId: cover ? cover.message.messageId : patches[0]!.messageId,
    date: (cover ?? sorted[0]!).message.date,
    patches,
    prerequisites: prerequisites.map((id) => ({ id, patch: null })),
    notes: [...new Set(draft.mails.flatMap((mail) => mail.notes)), ...missing(draft.total, patches)],
  };
}

function missing(total: number | null, patches: readonly Patch[]): string[] {
  if (total === null) return [];
  const there = new Set(patches.map((patch) => patch.number));
  const gone: number[] = [];
  for (let number = 1; number <= total; number++) if (!there.has(number)) gone.push(number);
  if (gone.length === 0) return [];
  const list =
    gone.length > 12 ? `${gone.slice(0, 10).join(', ')} and ${gone.length - 10} more` : gone.join(', ');
  return [
    `${gone.length === 1 ? 'patch' : 'patches'} ${list} of ${total} ${gone.length === 1 ? 'is' : 'are'} not in the input`,
  ];
}

function size(mail: PatchMail): number {
  return (mail.patch?.files ?? [])
    .flatMap((file) => file.hunks)
    .reduce((sum, hunk) => sum + hunk.lines.length, 0);
}
