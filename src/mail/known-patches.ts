import type { PatchMail } from './patch-mail.js';

/** Patches that are there already: one that is quoted is the same when it has their id, or their title, version and number. */
export class KnownPatches {
  readonly #ids = new Set<string>();
  readonly #titles = new Set<string>();

  add(mail: PatchMail): void {
    if (mail.patch === null) return;
    if (mail.patch.messageId !== null) this.#ids.add(mail.patch.messageId);
    this.#titles.add(titleOf(mail));
  }

  has(mail: PatchMail): boolean {
    if (mail.patch === null) return false;
    const { messageId } = mail.patch;
    return (messageId !== null && this.#ids.has(messageId)) || this.#titles.has(titleOf(mail));
  }
}

function titleOf({ subject: { version, number }, patch }: PatchMail): string {
  return `${String(version)} ${String(number)} ${patch!.subject.toLowerCase()}`;
}
