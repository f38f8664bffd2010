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

/**
 * @param slowness milliseconds at most between the end of a mail and the answer to it
 * @param refuse gives what to say to a mail instead of taking it; null takes it
 */
export async function startReceiver(
  slowness = 0,
  refuse: (to: readonly string[]) => { readonly code: number; readonly text: string } | null = () => null,
): Promise<Receiver> {
  const mails: ReceivedMail[] = [];
  const receiver: Pick<Receiver, 'onMail'> = { onMail: () => undefined };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const refusal = refuse(to);
        if (refusal) {
          done(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
          return;
        }
        const text = Buffer.concat(chunks).toString('utf8');
        const messageId = /^Message-ID: <(.*)>/im.exec(text)?.[1] ?? '';
        mails.push({ messageId, to, text });
        receiver.onMail();
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
