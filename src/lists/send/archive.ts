import type { Policy } from '../policy/policy.js';
import type { Store } from '../store/store.js';
import { askWeb } from '../web.js';

/** Says whether a mail is in the list's archive. */
export type LookUp = (messageId: string) => Promise<boolean>;

/**
 * The place that the policy names for looking whether a mail of ours got out: a public-inbox archive on the web, or a
 * source that is followed. Null where it names none.
 */
export function openArchive({ archive }: Policy, store: Store): LookUp | null {
  if (archive === null) return null;
  const { url, source } = archive;
  if (source !== null) {
    return (messageId) => {
      const mail = store.mails.find(messageId);
      const places = mail === null ? [] : store.mails.places(mail.id);
      return Promise.resolve(places.some((place) => place.source === source));
    };
  }
  return async (messageId) => {
    const address = `${url!.replace(/\/+$/, '')}/${encodeURIComponent(messageId)}/raw`;
    const { status, body } = await askWeb(address, { limit: 1024 * 1024 });
    if (status === 200) return body.includes(messageId);
    if (status === 404) return false;
    throw new Error(`${address}: the server says ${String(status)}`);
  };
}
