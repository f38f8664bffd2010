import { readFirstAddress, type Address, type MailHeader } from './header.js';

/** Who a mail is from. */
export interface Sender extends Address {
  /** True when a relay or a list stands in the From field, and the sender was found elsewhere, or not at all. */
  readonly relayed: boolean;
}

/**
 * Who sent a mail, where relays and lists put themselves into its From field: `Some One via B4 Relay
 * <devnull+some.one.example.org@kernel.org>`, `"Some One via linux-list" <linux-list@example.org>`. These name the
 * sender in `X-Original-From` (b4's relay, Mailman, Google Groups) or in `Reply-To` (Mailman's DMARC munging).
 *
 * @param named what the From field says, where it has been read already
 */
export function senderOf(header: MailHeader, named = readFirstAddress(header.raw('from'))): Sender {
  const from = named ?? { name: '', address: '' };
  const original = readFirstAddress(header.raw('x-original-from'));
  if (original && original.address !== '' && original.address !== from.address) {
    return { ...original, name: original.name || withoutVia(from.name), relayed: true };
  }
  if (!isRelay(from)) return { ...from, relayed: false };
  const reply = readFirstAddress(header.raw('reply-to'));
  const known = reply && reply.address !== '' && reply.address !== from.address;
  if (known) return { name: reply.name || withoutVia(from.name), address: reply.address, relayed: true };
  return { name: withoutVia(from.name), address: from.address, relayed: true };
}

function isRelay({ name, address }: Address): boolean {
  return / via \S/i.test(name) || address.startsWith('devnull+');
}

function withoutVia(name: string): string {
  return name.replace(/ via .*$/i, '').replace(/^['"]|['"]$/g, '');
}
