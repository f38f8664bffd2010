import { readHeader } from '../mail/header.js';
import { MAX_LIST_MAIL_BYTES } from '../mail/limits.js';

/** One line of a reply that is meant for us. */
export type Command =
  | { readonly what: 'dismiss'; readonly finding: string; readonly reason: string }
  | { readonly what: 'explain'; readonly finding: string }
  | { readonly what: 'mute'; readonly whom: string };

const LINE =
  /^recto: *(?:(dismiss) +([0-9a-f]{6,64})\b *(.{0,300})|(explain) +([0-9a-f]{6,64})|(mute) +([^\s<>]{1,320})) *\r?$/gim;

/** More than so many in one mail are not looked at. */
const MAX_COMMANDS = 20;

/** Of "recto:" and "Recto:", what is the same. */
const MARK = 'ecto:';

/** The commands in the body of a mail, one per line, unquoted: `recto: dismiss <id> <reason>` and so on. */
export function readCommands(mail: Buffer): Command[] {
  if (!mail.includes(MARK)) return [];
  const body = mail.subarray(readHeader(mail).bodyAt);
  const text = body.toString('utf8', 0, Math.min(body.length, MAX_LIST_MAIL_BYTES));
  const commands: Command[] = [];
  for (const [, dismiss, dismissed, reason, explain, explained, , muted] of text.matchAll(LINE)) {
    if (dismiss) commands.push({ what: 'dismiss', finding: dismissed!, reason: (reason ?? '').trim() });
    else if (explain) commands.push({ what: 'explain', finding: explained! });
    else commands.push({ what: 'mute', whom: muted!.toLowerCase() });
    if (commands.length === MAX_COMMANDS) break;
  }
  return commands;
}
