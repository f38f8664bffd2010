import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Login } from '../policy/policy.js';
import { readAuthority, readSecret } from '../secret.js';
import type { Delivery, Outgoing, Transport } from './transport.js';

/** What nodemailer says of a failure. */
interface SmtpFailure extends Error {
  /** What the server answered, when it answered. */
  readonly responseCode?: number | undefined;
  readonly rejectedErrors?: readonly SmtpFailure[] | undefined;
}

/** A server that says nothing for so long has gone. */
const TIMEOUT = 60_000;

/** Sends through an SMTP server, over one connection for all mails of a time. */
export function smtpTransport(login: Login): Transport {
  let open: SMTPConnection | null = null;
  const close = () => {
    open?.close();
    open = null;
  };
  return {
    async deliver(mail, begin) {
      try {
        open ??= await connect(login);
      } catch (error) {
        close();
        const failure = error as SmtpFailure;
        return { kind: 'later', reason: reasonOf(failure), unreachable: true };
      }
      const delivery = await send(open, mail, begin);
      if (delivery.kind !== 'taken') close();
      return delivery;
    },
    close() {
      open?.quit();
      open = null;
      return Promise.resolve();
    },
  };
}

async function connect(login: Login): Promise<SMTPConnection> {
  // Loaded when there is something to send.
  const { default: Connection } = await import('nodemailer/lib/smtp-connection');
  const connection = new Connection({
    host: login.host,
    port: login.port,
    secure: login.tls === 'yes',
    requireTLS: login.tls === 'starttls',
    ignoreTLS: login.tls === 'no',
    tls: readAuthority(login.authority),
    allowInternalNetworkInterfaces: true,
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: TIMEOUT,
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      connection.close();
      reject(error);
    };
    connection.on('error', fail);
    connection.connect((error?: Error | null) => {
      if (error) {
        fail(error);
        return;
      }
      const { user, passwordFile } = login;
      if (user === null) {
        resolve(connection);
        return;
      }
      const credentials = { user, pass: passwordFile === null ? '' : readSecret(passwordFile) };
      connection.login({ credentials }, (refused?: Error | null) => {
        if (refused) fail(refused);
        else resolve(connection);
      });
    });
  });
}

function send(connection: SMTPConnection, mail: Outgoing, begin: () => void): Promise<Delivery> {
  let begun = false;
  // The content is asked for when the server has said that it will take it (354 after DATA).
  const content = new Readable({
    read() {
      if (!begun) {
        begun = true;
        begin();
      }
      this.push(mail.bytes);
      this.push(null);
    },
  });
  return new Promise<Delivery>((resolve) => {
    const fail = (error: Error) => {
      resolve(failed(error, begun));
    };
    connection.once('error', fail);
    const envelope = { from: mail.from, to: [...mail.recipients], use8BitMime: true };
    connection.send(envelope, content, (error, info) => {
      connection.off('error', fail);
      if (error) resolve(failed(error, begun));
      else resolve({ kind: 'taken', note: noteOf(info) });
    });
  });
}

function failed(error: SmtpFailure, begun: boolean): Delivery {
  const reason = reasonOf(error);
  const answered = error.responseCode ?? error.rejectedErrors?.[0]?.responseCode;
  if (answered === undefined) {
    return begun ? { kind: 'doubt', reason } : { kind: 'later', reason, unreachable: true };
  }
  if (answered >= 500) return { kind: 'refused', reason };
  return { kind: 'later', reason, unreachable: answered === 421 };
}

/** The server may take a mail for some and not for others. */
function noteOf(info: { readonly rejected?: readonly unknown[] } | undefined): string | null {
  const rejected = info?.rejected ?? [];
  return rejected.length === 0 ? null : `not taken for ${rejected.map(String).join(', ')}`;
}

function reasonOf(error: SmtpFailure): string {
  return error.message.replace(/\s+/g, ' ').slice(0, 300);
}
