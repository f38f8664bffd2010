import type { Policy } from '../policy/policy.js';
import { maildirTransport, mboxTransport } from './files.js';
import { smtpTransport } from './smtp.js';
import type { Transport } from './transport.js';

/** The way out that the policy names; null where it names none: then answers wait. */
export function openTransport({ send }: Policy): Transport | null {
  if (send === null) return null;
  if (send.kind === 'smtp') return smtpTransport(send.login);
  return send.kind === 'maildir' ? maildirTransport(send.path) : mboxTransport(send.path);
}
