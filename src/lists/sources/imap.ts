import type { ImapFlow } from 'imapflow';
import { RectoError } from '../../errors.js';
import { MAX_LIST_MAIL_BYTES } from '../../mail/limits.js';
import type { Login } from '../policy/policy.js';
import { readAuthority, readSecret } from '../secret.js';
import { foundMail, type Source, type SourceEvent, type Start } from '../source.js';

interface Position {
  /** While this is the same, uids are. */
  readonly validity: string;
  /** The first uid that has not been read. */
  readonly next: number;
}

const BATCH_EVENTS = 50;

/** A folder on an IMAP server, which is only looked at: nothing in it is marked or moved. */
export function imapSource(name: string, login: Login, folder: string, start: Start): Source {
  let client: ImapFlow | null = null;
  const connected = async (): Promise<ImapFlow> => {
    if (client?.usable) return client;
    client = await connection(login);
    // Without a listener, a connection that breaks between two commands would end the process.
    client.on('error', () => undefined);
    await client.connect();
    await client.mailboxOpen(folder, { readOnly: true });
    return client;
  };
  const inWords = (error: unknown) => {
    const { message, responseText } = error as { message?: string; responseText?: string };
    const what = `${folder} at ${login.host} cannot be read: ${responseText ?? message ?? String(error)}`;
    return new RectoError('no-list', what, login.host);
  };
  return {
    name,
    keeps: false,
    async *read(position) {
      try {
        const imap = await connected();
        // Tells what is new even where the server does not say so by itself.
        await imap.noop();
        const mailbox = imap.mailbox;
        if (!mailbox) throw new Error('there is no such folder');
        const validity = String(mailbox.uidValidity);
        const before = position === null ? null : (JSON.parse(position) as Position);
        let next = before?.validity === validity ? before.next : 1;
        if (position === null && start === 'now') next = mailbox.uidNext;
        const at = () => JSON.stringify({ validity, next } satisfies Position);
        const since = typeof start === 'object' ? { since: new Date(start.since) } : {};
        const uids = (await imap.search({ uid: `${String(next)}:*`, ...since }, { uid: true })) || [];
        const wanted = uids.filter((uid) => uid >= next).sort((a, b) => a - b);
        if (wanted.length === 0) yield { events: [], position: at() };
        for (let from = 0; from < wanted.length; from += BATCH_EVENTS) {
          const some = wanted.slice(from, from + BATCH_EVENTS);
          const events = await readMails(imap, some, validity);
          next = some.at(-1)! + 1;
          yield { events, position: at() };
        }
      } catch (error) {
        await close(client);
        client = null;
        throw error instanceof RectoError ? error : inWords(error);
      }
    },
    fetch: () => Promise.resolve(null),
    async changed(signal) {
      const imap = client;
      if (!imap?.usable || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          imap.off('exists', done);
          imap.off('close', done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        imap.on('exists', done);
        imap.on('close', done);
        signal.addEventListener('abort', done);
        // Any other command ends it.
        imap.idle().catch(() => undefined);
      });
    },
    close: () => close(client),
  };
}

async function connection(login: Login): Promise<ImapFlow> {
  // Loaded by those who follow such a source.
  const { ImapFlow } = await import('imapflow');
  const { host, port, tls, user, passwordFile } = login;
  return new ImapFlow({
    host,
    port,
    secure: tls === 'yes',
    ...(tls === 'starttls' ? { doSTARTTLS: true } : {}),
    ...(tls === 'no' ? { doSTARTTLS: false } : {}),
    auth: { user: user ?? '', pass: passwordFile === null ? '' : readSecret(passwordFile) },
    tls: readAuthority(login.authority),
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: 60_000,
  });
}

async function close(client: ImapFlow | null): Promise<void> {
  if (client === null) return;
  try {
    if (client.usable) await client.logout();
    else client.close();
  } catch {
    // It has gone already.
    client.close();
  }
}

async function readMails(imap: ImapFlow, uids: readonly number[], validity: string): Promise<SourceEvent[]> {
  const sizes = new Map<number, number>();
  for await (const { uid, size } of imap.fetch(uids.join(','), { uid: true, size: true }, { uid: true })) {
    sizes.set(uid, size ?? 0);
  }
  const events: SourceEvent[] = [];
  for (const uid of uids) {
    const place = `${validity}:${String(uid)}`;
    const size = sizes.get(uid);
    // Deleted since it was searched for.
    if (size === undefined) continue;
    if (size > MAX_LIST_MAIL_BYTES) {
      events.push({ kind: 'unreadable', place, reason: `it has ${String(size >> 20)} MB` });
      continue;
    }
    const mail = await imap.fetchOne(String(uid), { source: true, internalDate: true }, { uid: true });
    if (!mail || !mail.source) continue;
    const arrived = mail.internalDate === undefined ? null : new Date(mail.internalDate).getTime();
    events.push(foundMail(place, mail.source, arrived));
  }
  return events;
}
