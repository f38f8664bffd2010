import type { MailHeader } from '../mail/header.js';
import { MAX_LIST_MAIL_BYTES } from '../mail/limits.js';
import { base64Parts } from './base64-parts.js';

/** One line of a reply that is meant for us. */
export type Command =
  | { readonly what: 'dismiss'; readonly finding: string; readonly reason: string }
  | { readonly what: 'explain'; readonly finding: string }
  | { readonly what: 'mute'; readonly whom: string };

const LINE =
  /^recto: *(?:(dismiss) +([0-9a-f]{6,64})\b *(.{0,300})|(explain) +([0-9a-f]{6,64})|(mute) +([^\s<>]{1,320})) *\r?$/gim;

/** More than so many in one mail are not looked at. */
const MAX_COMMANDS = 20;

/**
 * The commands in the body of a mail, one per line, unquoted: `recto: dismiss <id> <reason>` and so on.
 *
 * @param header of the mail
 */
export function readCommands(mail: Buffer, header: MailHeader): Command[] {
  const commands: Command[] = [];
  for (const part of [mail.subarray(Math.max(header.bodyAt - 1, 0)), ...base64Parts(mail, header)]) {
    if (commands.length < MAX_COMMANDS && hasMark(part)) commands.push(...commandsIn(part));
  }
  return commands.slice(0, MAX_COMMANDS);
}

/** Nearly no mail has one, and this is asked of all of them. */
function hasMark(part: Buffer): boolean {
  return (
    part.includes('\nrecto:') || part.includes('\nRecto:') || /^recto:/i.test(part.toString('latin1', 0, 6))
  );
}

function commandsIn(part: Buffer): Command[] {
  const text = part.toString('utf8', 0, Math.min(part.length, MAX_LIST_MAIL_BYTES));
  const commands: Command[] = [];
  for (const [, dismiss, dismissed, reason, explain, explained, , muted] of text.matchAll(LINE)) {
    if (dismiss) commands.push({ what: 'dismiss', finding: dismissed!, reason: (reason ?? '').trim() });
    else if (explain) commands.push({ what: 'explain', finding: explained! });
    else commands.push({ what: 'mute', whom: muted!.toLowerCase() });
    if (commands.length === MAX_COMMANDS) break;
  }
  return commands;
}
