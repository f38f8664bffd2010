import { readFirstAddress, type Address, type MailHeader } from './header.js';

/** Who a mail is from. */
export interface Sender extends Address {
  /** True when a relay or a list stands in the From field, and the sender was found elsewhere, or not at all. */
  readonly relayed: boolean;
}

/** Bytes of a body in which an in-body `From:` stands: it is the first line. */
const TOP = 2000;

/**
 * Who sent a mail, where relays and lists put themselves into its From field: `Some One via B4 Relay
 * <devnull+some.one.example.org@kernel.org>`, `"Some One via linux-list" <linux-list@example.org>`. These name the
 * sender in `X-Original-From` (b4's relay, Mailman, Google Groups), in `Reply-To` (Mailman's DMARC munging), or, above a patch,
 * in the first line of the text.
 *
 * @param named what the From field says, where it has been read already
 */
export function senderOf(
  bytes: Buffer,
  header: MailHeader,
  named = readFirstAddress(header.raw('from')),
): Sender {
  const from = named ?? { name: '', address: '' };
  const original = readFirstAddress(header.raw('x-original-from'));
  if (isOther(original, from)) {
    return { ...original, name: original.name || withoutVia(from.name), relayed: true };
  }
  if (!isRelay(from)) return { ...from, relayed: false };
  for (const real of [readFirstAddress(header.raw('reply-to')), inBody(bytes, header)]) {
    if (!isOther(real, from)) continue;
    return { name: real.name || withoutVia(from.name), address: real.address, relayed: true };
  }
  return { name: withoutVia(from.name), address: from.address, relayed: true };
}

function isOther(real: Address | null, from: Address): real is Address {
  return real !== null && real.address !== '' && real.address !== from.address;
}

function inBody(bytes: Buffer, { bodyAt }: MailHeader): Address | null {
  const line = /^\s*From:[ \t]*(.*)/.exec(bytes.toString('latin1', bodyAt, bodyAt + TOP));
  return line ? readFirstAddress(line[1]!) : null;
}

function isRelay({ name, address }: Address): boolean {
  return / via \S/i.test(name) || address.startsWith('devnull+');
}

function withoutVia(name: string): string {
  return name.replace(/ via .*$/i, '').replace(/^['"]|['"]$/g, '');
}
