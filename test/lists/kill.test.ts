import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusOf } from '../../src/lists/status.js';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import { makeEpoch, type Epoch } from './archive.js';
import { seriesMails } from './mails.js';
import { startReceiver, type Receiver } from './smtp-receiver.js';

const KILLS = 200;

let folder: string;
let epoch: Epoch;
let receiver: Receiver;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recto-kill-'));
  epoch = makeEpoch(join(folder, 'inbox', 'git'));
  receiver = await startReceiver({ slowness: 40 });
  const policy = `
identity: { name: Recto, address: recto@example.net }
tree: .
sources: [{ name: list, publicInbox: inbox, start: beginning }]
settle: 0s
answers: [{ to: list }]
perDay: 100000
send: { smtp: { host: 127.0.0.1, port: ${String(receiver.port)}, tls: no } }
`;
  writeFileSync(join(folder, 'recto.yml'), policy);
});

afterAll(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

test(`killed ${String(KILLS)} times, it loses no mail and sends none twice, and shows what is in doubt`, async () => {
  const patches = new Set<string>();
  let killed = 0;
  for (let round = 0; killed < KILLS; round++) {
    const size = 1 + (round % 3);
    const mails = seriesMails({ name: `series-${String(round)}`, patches: size });
    epoch.add(mails);
    for (let number = 1; number <= size; number++) {
      patches.add(`series-${String(round)}-v1-${String(number)}@example.org`);
    }
    // At any time after it has started; or, because that seldom hits one, while it is sending.
    if (await follow(round % 2 === 0 ? 'any time' : 'sending')) killed++;
  }
  // What waits after a failure of the connection waits for minutes: nothing of that kind happens here.
  for (let more = 0; more < 3; more++) expect(await follow('never')).toBe(false);

  const store = openSqliteStore(join(folder, 'recto.db'));
  const status = statusOf(store);
  const sent = store.answers.inState('sent');
  store.close();

  const received = receiver.mails.map(({ messageId }) => messageId);
  expect(new Set(received).size, 'no mail was sent twice').toBe(received.length);
  expect(status.sources[0]).toMatchObject({ mails: mailsIn(patches), trouble: null });
  const answered = [...sent.map((one) => one.answers), ...status.doubt.map((one) => one.answers)];
  expect(answered.sort(), 'each patch has its answer, once').toEqual([...patches].sort());
  const known = new Set(received);
  expect(
    sent.filter((one) => !known.has(one.messageId)),
    'what counts as sent has arrived',
  ).toEqual([]);
  const doubted = new Set(status.doubt.map((one) => one.messageId));
  expect(
    received.filter((id) => doubted.has(id)).length + sent.length,
    'what arrived is sent, or in doubt',
  ).toBe(received.length);
  expect(status.answers).toMatchObject({ waiting: 0, sending: 0, failed: 0, dropped: 0 });
  expect(doubted.size, 'some were in doubt, or the test shows nothing').toBeGreaterThan(0);
}, 600_000);

/** Mails with a cover letter for each series of more than one patch. */
function mailsIn(patches: ReadonlySet<string>): number {
  const covers = [...patches].filter((id) => id.includes('-v1-2@')).length;
  return patches.size + covers;
}

/** Runs the follower; kills it at some time, if it still runs. Says whether it had to be killed. */
function follow(when: 'any time' | 'sending' | 'never'): Promise<boolean> {
  const script = join(import.meta.dirname, 'follower.js');
  if (!existsSync(join(import.meta.dirname, '../../dist/lists/follow.js'))) {
    throw new Error('this test runs the compiled command: npm run build');
  }
  return new Promise((resolve, reject) => {
    const command = [script, join(folder, 'recto.yml')];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    const kill = () => child.kill('SIGKILL');
    const timers = when === 'any time' ? [setTimeout(kill, 50 + Math.random() * 900)] : [];
    receiver.onMail = () => {
      if (when === 'sending' && timers.length === 0) timers.push(setTimeout(kill, Math.random() * 60));
    };
    child.on('error', reject);
    child.on('close', (code, signal) => {
      timers.forEach(clearTimeout);
      if (signal === null && code !== 0) reject(new Error(`the follower failed: ${said}`));
      else resolve(signal === 'SIGKILL');
    });
  });
}
