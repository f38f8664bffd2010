import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTransport } from '../../src/lists/send/open.js';
import type { Transport } from '../../src/lists/send/transport.js';
import { followOnce, recover } from '../../src/lists/follow.js';
import { oneEach, TestDesk } from './desk.js';
import { seriesMails } from './mails.js';
import { startReceiver, type Receiver, type ReceiverOptions } from './smtp-receiver.js';

let folder: string;
let receiver: Receiver;
let desk: TestDesk;
let transport: Transport;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recto-smtp-'));
  // A certificate of our own, for this machine.
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const keys = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem'];
  execFileSync('openssl', ['req', '-x509', ...keys, '-days', '2', ...names], {
    cwd: folder,
    stdio: 'ignore',
  });
});
beforeEach(() => {
  writeFileSync(join(folder, 'password'), 'secret\n');
});
afterEach(async () => {
  await transport.close();
  await receiver.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A desk that sends to a receiver; `login` is what the policy says beside host and port. */
async function deskWith(options: ReceiverOptions, login = 'tls: no'): Promise<void> {
  receiver = await startReceiver(options);
  const smtp = `{ host: 127.0.0.1, port: ${String(receiver.port)}, ${login} }`;
  desk = new TestDesk(`settle: 0s\nanswers: [{ to: list }]\nsend: { smtp: ${smtp} }`);
  desk.finds = oneEach;
  transport = openTransport(desk.policy)!;
}

async function pass(minutes = 0): Promise<void> {
  desk.now += minutes * 60_000;
  await followOnce({ ...desk.asDesk(), transport });
}

function withLogin(tls: 'yes' | 'starttls'): ReceiverOptions {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
  return { login: { tls, key: key!, cert: cert!, user: 'recto', password: 'secret' } };
}

describe('a server with TLS and login', () => {
  const login = (tls: string) =>
    `tls: ${tls}, user: recto, passwordFile: ${join(folder, 'password')}, authority: ${join(folder, 'cert.pem')}`;

  it.each(['yes', 'starttls'] as const)('takes mails (tls: %s)', async (tls) => {
    await deskWith(withLogin(tls), login(tls));
    desk.arrive(...seriesMails({ name: 'a', patches: 3 }));
    await pass();
    expect(receiver.mails).toHaveLength(3);
    expect(desk.store.answers.count()).toMatchObject({ sent: 3, waiting: 0 });
  });

  it('that does not take the password gets no mail, and is asked again later', async () => {
    writeFileSync(join(folder, 'password'), 'wrong\n');
    await deskWith(withLogin('starttls'), login('starttls'));
    desk.arrive(...seriesMails({ name: 'a', patches: 2 }));
    await pass();
    const [waiting] = desk.store.answers.inState('waiting');
    expect(waiting).toMatchObject({ reason: expect.stringContaining('535') as string, attempts: 1 });
    writeFileSync(join(folder, 'password'), 'secret\n');
    await pass(1);
    expect(receiver.mails).toHaveLength(2);
  });

  it('whose certificate nobody vouches for gets neither password nor mail', async () => {
    await deskWith(
      withLogin('starttls'),
      `tls: starttls, user: recto, passwordFile: ${join(folder, 'password')}`,
    );
    desk.arrive(...seriesMails({ name: 'a', patches: 1 }));
    await pass();
    expect(desk.store.answers.inState('waiting')[0]!.reason).toMatch(/self-signed certificate/);
    expect(receiver.mails).toEqual([]);
  });

  it('is what a policy that wants TLS insists on', async () => {
    await deskWith({}, 'tls: starttls');
    desk.arrive(...seriesMails({ name: 'a', patches: 1 }));
    await pass();
    expect(receiver.mails).toEqual([]);
    expect(desk.store.answers.count()).toMatchObject({ waiting: 1 });
  });
});

describe('a server that refuses', () => {
  it('one recipient for good has taken the mail for the others, and gets the next mails', async () => {
    await deskWith({
      refuseRecipient: (address) =>
        address === 'sam@example.org' ? { code: 550, text: 'no such user' } : null,
    });
    desk.arrive(...seriesMails({ name: 'a', patches: 2 }));
    await pass();
    expect(receiver.mails.map(({ to }) => to)).toEqual([['linux-mm@example.org'], ['linux-mm@example.org']]);
    expect(desk.store.answers.inState('sent').map(({ reason }) => reason)).toEqual([
      'not taken for sam@example.org',
      'not taken for sam@example.org',
    ]);
    await pass(600);
    expect(receiver.mails).toHaveLength(2);
  });

  it('all recipients of a mail, or the mail, for good has failed it, and gets the next one', async () => {
    const refused = new Set<string>();
    await deskWith({
      refuse: ({ messageId }) => {
        if (refused.size > 0) return null;
        refused.add(messageId);
        return { code: 554, text: 'this looks like spam' };
      },
    });
    desk.arrive(...seriesMails({ name: 'a', patches: 3 }));
    await pass();
    expect(desk.store.answers.inState('failed').map(({ reason }) => reason)).toEqual([
      expect.stringContaining('this looks like spam'),
    ]);
    expect(receiver.mails).toHaveLength(2);
  });

  it('for now is asked again after 1, 2, 4 ... minutes, and the mail stays the same', async () => {
    let busy = 3;
    const asked: string[] = [];
    await deskWith({
      refuse: ({ messageId }) => {
        asked.push(messageId);
        return busy-- > 0 ? { code: 451, text: 'greylisted' } : null;
      },
    });
    desk.arrive(...seriesMails({ name: 'a', patches: 1 }));
    const waits: number[] = [];
    await pass();
    for (let next = desk.store.answers.nextDue(); next !== null; next = desk.store.answers.nextDue()) {
      waits.push((next - desk.now) / 60_000);
      await pass(waits.at(-1)!);
    }
    expect(waits).toEqual([1, 2, 4]);
    expect(new Set(asked).size).toBe(1);
    expect(receiver.mails).toHaveLength(1);
  });

  it('to be there is not asked again for each mail', async () => {
    await deskWith({});
    await receiver.close();
    desk.arrive(...seriesMails({ name: 'a', patches: 3 }));
    await pass();
    expect(desk.store.answers.inState('waiting').map(({ attempts }) => attempts)).toEqual([1, 0, 0]);
  });
});

describe('a connection that breaks after a mail', () => {
  it('leaves that mail in doubt, and it is not sent again blindly', async () => {
    let first = true;
    await deskWith({
      hangUp: () => {
        const breaks = first;
        first = false;
        return breaks;
      },
    });
    desk.arrive(...seriesMails({ name: 'a', patches: 2 }));
    await pass();
    await pass(10_000);
    expect(desk.store.answers.count()).toMatchObject({ doubt: 1, sent: 1 });
    expect(receiver.mails).toHaveLength(2);
    recover(desk.store, desk.now);
    await pass(10_000);
    expect(receiver.mails).toHaveLength(2);
  });
});
