import { SMTPServer } from 'smtp-server';

/** A server that takes mails and keeps them. */
export interface Receiver {
  readonly port: number;
  /** All that came, in order, as they were taken. */
  readonly mails: readonly ReceivedMail[];
  /** Called when a mail has come, before it is answered. */
  onMail: () => void;
  close(): Promise<void>;
}

export interface ReceivedMail {
  readonly messageId: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** What a server says instead of taking something. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

export interface ReceiverOptions {
  /** Milliseconds at most between the end of a mail and the answer to it. */
  readonly slowness?: number;
  /** What to say to a mail; null takes it. */
  readonly refuse?: (mail: ReceivedMail) => Refusal | null;
  /** What to say to a recipient; null takes it. */
  readonly refuseRecipient?: (address: string) => Refusal | null;
  /** Breaks the connection after a mail instead of answering; it has the mail. */
  readonly hangUp?: (mail: ReceivedMail) => boolean;
  /** Takes mails only from who has logged in, over TLS: from the start, or with STARTTLS. */
  readonly login?: {
    readonly tls: 'yes' | 'starttls';
    readonly key: Buffer;
    readonly cert: Buffer;
    readonly user: string;
    readonly password: string;
  };
}

export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const {
    slowness = 0,
    refuse = () => null,
    refuseRecipient = () => null,
    hangUp = () => false,
    login,
  } = options;
  const error = ({ code, text }: Refusal) => Object.assign(new Error(text), { responseCode: code });
  const mails: ReceivedMail[] = [];
  const receiver: Pick<Receiver, 'onMail'> = { onMail: () => undefined };
  const server = new SMTPServer({
    ...(login === undefined
      ? { authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] }
      : { secure: login.tls === 'yes', key: login.key, cert: login.cert }),
    disableReverseLookup: true,
    onAuth({ username, password }, _, done) {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(error({ code: 535, text: 'wrong user or password' }));
    },
    onRcptTo({ address }, _, done) {
      const refusal = refuseRecipient(address);
      done(refusal && error(refusal));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const text = Buffer.concat(chunks).toString('utf8');
        const messageId = /^Message-ID: <(.*)>/im.exec(text)?.[1] ?? '';
        const mail = { messageId, to, text };
        const refusal = refuse(mail);
        if (refusal) {
          done(error(refusal));
          return;
        }
        mails.push(mail);
        receiver.onMail();
        if (hangUp(mail)) {
          for (const connection of server.connections as Set<{ close(): void }>) connection.close();
          return;
        }
        setTimeout(done, Math.random() * slowness);
      });
    },
  });
  // A client that was killed is no error of the server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return Object.assign(receiver, {
    port,
    mails,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
      }),
  });
}
