import { createHash } from 'node:crypto';

/**
 * The Message-ID (without angle brackets) of our answer to a mail: the same whenever the same is said of the same mail,
 * so that a second sending of it is the same mail to everybody.
 *
 * @param answered Message-ID of the mail that it answers
 * @param says what tells this answer from another one to the same mail, such as the ids of its findings
 */
export function answerId(answered: string, says: readonly string[], address: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([answered, ...says, address]))
    .digest('hex');
  return `${hash.slice(0, 32)}.recto@${domainOf(address)}`;
}

/** True for ids that `answerId` makes for this address. */
export function isAnswerId(messageId: string, address: string): boolean {
  return /^[0-9a-f]{32}\.recto@/.test(messageId) && messageId.endsWith(`@${domainOf(address)}`);
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
