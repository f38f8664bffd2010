import type { Message } from './message.js';
import type { PatchMail } from './patch-mail.js';

/** A series that is being put together. */
export interface Draft {
  readonly version: number;
  readonly total: number | null;
  readonly mails: PatchMail[];
}

/**
 * Series that are being put together, in the order in which they began. A mail goes to the first that it fits; those that it
 * might fit are looked up by what it would have in common with one of their mails.
 */
export class Drafts {
  readonly all: Draft[] = [];
  /** Places in `all` of the drafts with a mail that has this in common with others. */
  readonly #having = new Map<string | Message, Set<number>>();

  join(mail: PatchMail): void {
    const { version, total, number } = mail.subject;
    const common = number === null ? [mail.message] : [mail.message, ...commonOf(mail)];
    const at = this.#placeFor(mail, common) ?? this.all.length;
    const alone = number === null || isCounterProposal(mail);
    const draft = (this.all[at] ??= { version, total: alone ? null : total, mails: [] });
    draft.mails.push(mail);
    for (const one of common) {
      const places = this.#having.get(one);
      if (places === undefined) this.#having.set(one, new Set([at]));
      else places.add(at);
    }
  }

  #placeFor(mail: PatchMail, common: readonly (string | Message)[]): number | null {
    let first: number | null = null;
    for (const one of common) {
      for (const at of this.#having.get(one) ?? []) {
        if ((first === null || at < first) && fits(this.all[at]!, mail)) first = at;
      }
    }
    return first;
  }
}

/** What is the same in two mails that may be of one series, though of two messages: the length, and an id of the thread or the sender. */
function commonOf(mail: PatchMail): string[] {
  const { version, total } = mail.subject;
  const kind = `${String(version)}/${String(total)}`;
  const ids = idsOf(mail).map((id) => `${kind} <${id}`);
  return isUnthreaded(mail) ? [...ids, `${kind} ${mail.message.from ?? ''}`] : ids;
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
  if (isUnthreaded(a) && isUnthreaded(b)) return a.message.from === b.message.from;
  const idsOfA = new Set(idsOf(a));
  return idsOf(b).some((id) => idsOfA.has(id));
}

function isUnthreaded({ message }: PatchMail): boolean {
  return message.references.length === 0;
}

function idsOf({ message }: PatchMail): readonly string[] {
  return message.messageId === null ? message.references : [...message.references, message.messageId];
}
