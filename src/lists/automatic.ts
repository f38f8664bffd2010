import { readFirstAddress, type Address, type MailHeader } from '../mail/header.js';

/**
 * Why a mail counts as sent by a program, for people; null when a person seems to have sent it. Automatic mail is never
 * answered (RFC 3834), and neither are other bots. `Precedence: bulk` says nothing here: lists put it on every mail.
 */
export function automaticMark(
  header: MailHeader,
  from: Address | null = readFirstAddress(header.raw('from')),
): string | null {
  const auto = header.raw('auto-submitted');
  if (auto !== null && !/^no\b/i.test(auto)) return 'Auto-Submitted';
  if (header.raw('x-autoreply') !== null || header.raw('x-autorespond') !== null) return 'an automatic reply';
  if (/^(?:auto_reply)$/i.test(header.raw('precedence') ?? '')) return 'Precedence: auto_reply';
  if (/^multipart\/report/i.test(header.raw('content-type') ?? '')) return 'a delivery report';
  if (header.raw('return-path') === '<>') return 'a mail without a return path';
  return from && isRobot(from) ? `the sender ${from.address}` : null;
}

/** By the names that robots on kernel lists go by: "kernel test robot", syzbot+…@, patchwork-bot+…@, mailer-daemon@. */
function isRobot({ name, address }: { readonly name: string; readonly address: string }): boolean {
  const user = address.split('@')[0] ?? '';
  return (
    /(?:^|[-_.])(?:mailer-daemon|postmaster|no-?reply|do-not-reply|[a-z]*bot|robot)(?:$|[-_.+])/.test(user) ||
    /\b(?:robot|bot)$/i.test(name)
  );
}
