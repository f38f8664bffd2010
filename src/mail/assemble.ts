import { changeOf } from '../patch/change.js';
import type { Patch } from '../patch/patch.js';
import type { PatchMail } from './patch-mail.js';
import type { Series } from './series.js';

/** A series that is being put together. */
interface Draft {
  readonly version: number;
  readonly total: number | null;
  readonly mails: PatchMail[];
}

/**
 * Puts patch mails together to series, in the order in which their first mails came.
 *
 * Mails with the same "v2" and "/3" belong together when they are of one thread, or, where there are no
 * threads (files of `git format-patch`), of one sender; a number that is taken begins another series. A patch
 * that is there itself is not read again from replies that quote it.
 */
export function assembleSeries(mails: readonly PatchMail[]): Series[] {
  const drafts: Draft[] = [];
  const own = mails.filter((mail) => mail.patch === null || !mail.patch.quoted);
  const quoted = mails.filter((mail) => mail.patch?.quoted);
  const seen = new Set<string>();
  for (const mail of own) {
    const id = mail.message.messageId;
    // Copies of one mail are one; a diff that changes something else was sent with the id of another one.
    const key =
      id === null ? null : `${id} ${mail.subject.number ?? ''} ${changeOf(mail.patch?.files ?? [])}`;
    if (key !== null && seen.has(key)) continue;
    if (key !== null) seen.add(key);
    join(drafts, mail);
  }
  // Of several replies, the one that quotes the most of a patch comes first.
  for (const mail of quoted.toSorted((a, b) => size(b) - size(a))) {
    if (!drafts.some((draft) => draft.mails.some((other) => isSamePatch(mail, other)))) join(drafts, mail);
  }
  const order = (draft: Draft) => Math.min(...draft.mails.map((mail) => mails.indexOf(mail)));
  return drafts
    .filter((draft) => draft.mails.some((mail) => mail.patch !== null))
    .sort((a, b) => order(a) - order(b))
    .map(finished);
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

function join(drafts: Draft[], mail: PatchMail): void {
  const { version, total, number } = mail.subject;
  const draft = drafts.find((other) => fits(other, mail));
  if (draft) draft.mails.push(mail);
  else
    drafts.push({ version, total: number === null || isCounterProposal(mail) ? null : total, mails: [mail] });
}

function fits(draft: Draft, mail: PatchMail): boolean {
  const { version, total, number } = mail.subject;
  if (draft.version !== version || number === null) return false;
  if (draft.mails.some((other) => other.subject.number === number)) return false;
  // Several diffs attached to one mail.
  if (draft.mails.some((other) => other.message === mail.message)) return true;
  if (draft.total === null || draft.total !== total || isCounterProposal(mail)) return false;
  return draft.mails.some((other) => inOneThread(other, mail));
}

/** A reply with a diff of its own proposes something else than the patch it answers. */
function isCounterProposal(mail: PatchMail): boolean {
  return mail.subject.reply && mail.patch !== null && !mail.patch.quoted;
}

function inOneThread(a: PatchMail, b: PatchMail): boolean {
  const ids = ({ message }: PatchMail) =>
    message.messageId === null ? message.references : [...message.references, message.messageId];
  const unthreaded = ({ message }: PatchMail) => message.references.length === 0;
  if (unthreaded(a) && unthreaded(b)) return a.message.from === b.message.from;
  const idsOfA = new Set(ids(a));
  return ids(b).some((id) => idsOfA.has(id));
}

/** True when a quoted patch is the very patch of another mail, or is quoted there too. */
function isSamePatch(quoted: PatchMail, other: PatchMail): boolean {
  if (!other.patch || !quoted.patch) return false;
  const id = quoted.patch.messageId;
  if (id !== null && id === other.patch.messageId) return true;
  return (
    quoted.patch.subject.toLowerCase() === other.patch.subject.toLowerCase() &&
    quoted.subject.version === other.subject.version &&
    quoted.subject.number === other.subject.number
  );
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
