import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followOnce, recover } from '../../src/lists/follow.js';
import { readPolicy } from '../../src/lists/policy/read.js';
import { openTransport } from '../../src/lists/send/open.js';
import { openSource } from '../../src/lists/sources/open.js';
import { statusOf } from '../../src/lists/status.js';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import { oneEach, TestDesk } from './desk.js';
import { whyNoServers } from './installed.js';
import { mail, seriesMails } from './mails.js';
import {
  freePort,
  startMachine,
  startPublicInbox,
  until,
  type Machine,
  type PublicInboxServer,
} from './public-inbox-server.js';
import { startReceiver, type Receiver } from './smtp-receiver.js';

const reason = whyNoServers();
if (reason !== null) console.log(`skipped, tests against real mail servers: ${reason}`);

let machine: Machine;
let folder: string;
let server: PublicInboxServer;
let receiver: Receiver;

/** Follows the policy in `recto.yml` for one pass, with reviews that find one thing in each patch. */
async function pass(): Promise<void> {
  const policy = readPolicy(join(folder, 'recto.yml'));
  const store = openSqliteStore(policy.store);
  const sources = policy.sources.map((source) => openSource(source, policy));
  const transport = openTransport(policy);
  const desk = new TestDesk();
  desk.finds = oneEach;
  recover(store, Date.now());
  await followOnce({ ...desk.asDesk(), store, policy, sources, transport, now: Date.now });
  for (const source of sources) await source.close();
  await transport?.close();
  store.close();
}

describe.skipIf(reason !== null)('real servers', () => {
  beforeAll(async () => {
    machine = startMachine(mkdtempSync(join(tmpdir(), 'recto-servers-')));
    folder = machine.folder;
    receiver = await startReceiver();
    server = await startPublicInbox(machine, { box: 2 });
  }, 120_000);

  afterAll(async () => {
    machine.stop();
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('follows a public-inbox while mails arrive, and its answers are threaded there and in mutt', async () => {
    writeFileSync(
      join(folder, 'recto.yml'),
      `
identity: { name: Recto, address: recto@example.net }
tree: .
sources: [{ name: box, publicInbox: '${server.url}/box', start: beginning }]
settle: 0s
answers: [{ to: list }]
perDay: 1000
send: { smtp: { host: 127.0.0.1, port: ${String(receiver.port)}, tls: no } }
`,
    );
    // 45 threads: series of five patches with their cover letters, and replies to them.
    const patches: string[] = [];
    let mails = 0;
    for (let thread = 0; thread < 45; thread++) {
      const sent = seriesMails({ name: `thread-${String(thread)}`, patches: 5 });
      const cover = `thread-${String(thread)}-v1-0@example.org`;
      sent.push(mail({ id: `reply-${String(thread)}@x`, subject: 'Re: it', references: [cover] }));
      for (let number = 1; number <= 5; number++) {
        patches.push(`thread-${String(thread)}-v1-${String(number)}@example.org`);
      }
      mails += sent.length;
      server.inject('box', sent);
      if (thread % 15 === 14) await pass();
    }
    expect(mails).toBeGreaterThanOrEqual(300);
    const store = openSqliteStore(join(folder, 'recto.db'));
    const status = statusOf(store);
    store.close();
    expect(status.sources).toMatchObject([{ mails, trouble: null }]);
    expect(status.series).toMatchObject({ reviewed: 45, gathering: 0 });
    expect(receiver.mails).toHaveLength(patches.length);

    // The list gets them; nothing is answered that is our own.
    server.inject(
      'box',
      receiver.mails.map(({ text }) => text.replaceAll('\r\n', '\n')),
    );
    await pass();
    expect(receiver.mails).toHaveLength(patches.length);

    const thread = gunzipSync((await server.get('box/thread-7-v1-3@example.org/t.mbox.gz')).body).toString();
    const answer = receiver.mails.find(({ text }) => text.includes('In-Reply-To: <thread-7-v1-3@'))!;
    expect(thread).toContain(`Message-ID: <${answer.messageId}>`);
    const page = (await server.get('box/thread-7-v1-3@example.org/')).body.toString();
    expect(page).toContain(answer.messageId);

    writeFileSync(join(folder, 'thread.mbox'), thread);
    // Under its patch, with nothing below it.
    const line = answer.messageId.slice(0, 25) + '[^|]*\\|[ |]*[`|]->Re: \\[PATCH 3/5\\]';
    expect(muttIndex()).toMatch(new RegExp(line));
  }, 600_000);

  it('reads IMAP, and hears of new mails at once', async () => {
    const imap = await startDovecot();
    const sent: string[] = [];
    const policy = readPolicy(join(folder, 'imap.yml'));
    const source = openSource(policy.sources[0]!, policy);
    const take = async (position: string | null) => {
      let at = position;
      for await (const batch of source.read(at, () => false)) {
        for (const event of batch.events) if (event.kind === 'mail') sent.push(event.bytes!.toString());
        at = batch.position;
      }
      return at;
    };
    for (let i = 0; i < 60; i++) imap.deliver(mail({ id: `${String(i)}@x`, subject: `mail ${String(i)}` }));
    let position = await take(null);
    expect(sent).toHaveLength(60);
    position = await take(position);
    expect(sent).toHaveLength(60);

    const waiting = new AbortController();
    const heard = source.changed!(waiting.signal).then(() => 'heard');
    imap.deliver(mail({ id: 'late@x', subject: 'late' }));
    expect(await Promise.race([heard, sleep(20_000, 'not heard')])).toBe('heard');
    await take(position);
    expect(sent.at(-1)).toContain('late@x');
    await source.close();
  }, 120_000);
});

/** The index of a mailbox as mutt draws it: the beginnings of ids, and the tree that the mails make. */
function muttIndex(): string {
  writeFileSync(
    join(folder, 'muttrc'),
    `set folder=${folder}\nset ascii_chars=yes\nset index_format="%.30i|%s"\nset sort=threads\n` +
      'set hide_thread_subject=no\nset quit=yes\nset beep=no\n',
  );
  const command = 'stty rows 40 cols 120; mutt -n -F muttrc -R -f thread.mbox';
  const shell = `(sleep 3; printf q) | TERM=vt100 timeout 60 script -qc '${command}' screen >/dev/null 2>&1`;
  spawnSync('bash', ['-c', shell], { cwd: folder, timeout: 90_000 });
  // What moves the cursor is no text.
  // eslint-disable-next-line no-control-regex
  return readFileSync(join(folder, 'screen'), 'latin1').replace(/\x1b(?:\[[\d;?]*[A-Za-z]|[()].|.)/g, '');
}

async function startDovecot(): Promise<{ deliver(mail: string): void }> {
  const imapPort = await freePort();
  const box = join(folder, 'mail');
  const uid = Number(machine.run('id', ['-u', 'mail']));
  const gid = Number(machine.run('id', ['-g', 'mail']));
  for (const part of ['', 'new', 'cur', 'tmp']) {
    mkdirSync(join(box, part), { recursive: true });
    chownSync(join(box, part), uid, gid);
  }
  machine.run('chmod', ['755', folder]);
  writeFileSync(
    join(folder, 'dovecot.conf'),
    `
base_dir = ${folder}/run
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${box}
first_valid_uid = 1
mail_access_groups = mail
service imap-login {
  inet_listener imap {
    port = ${String(imapPort)}
  }
  inet_listener imaps {
    port = 0
  }
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${String(uid)} gid=${String(gid)} home=${box}
}
`,
  );
  writeFileSync(join(folder, 'password'), 'secret\n');
  writeFileSync(
    join(folder, 'imap.yml'),
    `
identity: { name: Recto, address: recto@example.net }
sources:
  - name: imap
    imap: { host: 127.0.0.1, port: ${String(imapPort)}, tls: no, user: someone, passwordFile: password }
    start: beginning
`,
  );
  machine.start('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')]);
  await until(
    () =>
      new Promise((resolve) => {
        const probe = spawn('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${String(imapPort)}`], {
          stdio: 'ignore',
        });
        probe.on('close', (code) => {
          resolve(code === 0);
        });
      }),
  );
  let count = 0;
  return {
    deliver(text) {
      const name = `${String(Date.now())}.${String(count++).padStart(5, '0')}.test`;
      writeFileSync(join(box, 'tmp', name), text);
      chownSync(join(box, 'tmp', name), uid, gid);
      machine.run('mv', [join(box, 'tmp', name), join(box, 'new', name)]);
    },
  };
}
