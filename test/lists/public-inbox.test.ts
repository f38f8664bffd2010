import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeBatch } from '../../src/lists/intake.js';
import { readPolicy } from '../../src/lists/policy/read.js';
import { openArchive } from '../../src/lists/send/archive.js';
import { openSource } from '../../src/lists/sources/open.js';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import type { Store } from '../../src/lists/store/store.js';
import { whyNoServers } from './installed.js';
import { mail, seriesMails } from './mails.js';
import {
  startMachine,
  startPublicInbox,
  type Machine,
  type PublicInboxServer,
} from './public-inbox-server.js';

const reason = whyNoServers();
if (reason !== null) console.log(`skipped, tests against a real public-inbox: ${reason}`);

let machine: Machine;
let server: PublicInboxServer;

/** A source of a policy, read into a store as `recto follow` does. */
interface Follower {
  readonly store: Store;
  /** Takes what is new; gives the ids of the mails that are there now, in order. */
  take(): Promise<string[]>;
}

function follower(name: string, source: string): Follower {
  const file = join(machine.folder, `${name}.yml`);
  const identity = 'identity: { name: Recto, address: recto@example.net }';
  writeFileSync(
    file,
    `${identity}\nstore: ${name}/recto.db\nsources: [{ name: ${name}, ${source} }]\nsettle: 0s\n`,
  );
  const policy = readPolicy(file);
  const store = openSqliteStore(':memory:');
  return {
    store,
    async take() {
      // Opened anew each time, as by a process that runs from time to time.
      const open = openSource(policy.sources[0]!, policy);
      try {
        const isKnown = (place: string) => store.mails.at(name, place) !== null;
        for await (const batch of open.read(store.sources.position(name), isKnown)) {
          takeBatch(store, open, batch, policy, Date.now());
        }
      } finally {
        await open.close();
      }
      return here(store);
    },
  };
}

/** Ids of the mails that are there, and not gone. */
function here(store: Store): string[] {
  const ids: string[] = [];
  for (let id = 1; ; id++) {
    try {
      const record = store.mails.get(id);
      if (!record.gone) ids.push(record.messageId);
    } catch {
      return ids;
    }
  }
}

function note(id: string): string {
  return mail({ id, subject: `about ${id}` });
}

describe.skipIf(reason !== null)('a real public-inbox', () => {
  beforeAll(async () => {
    machine = startMachine(mkdtempSync(join(tmpdir(), 'recto-inbox-')));
    server = await startPublicInbox(machine, { epochs: 2, removing: 2, old: 1, thread: 2 });
  }, 120_000);
  afterAll(() => {
    machine.stop();
    rmSync(machine.folder, { recursive: true, force: true });
  });

  it('is mirrored from its URL, with new epochs as they appear', async () => {
    server.inject('epochs', [note('one@x')]);
    const { take } = follower('mirror', `publicInbox: '${server.url}/epochs', start: beginning`);
    expect(await take()).toEqual(['one@x']);
    // Each mail but the first of these begins an epoch.
    server.inject('epochs', [note('two@x'), note('three@x'), note('four@x')], true);
    expect(
      readdirSync(join(machine.folder, 'epochs', 'git')).filter((name) => /^\d/.test(name)),
    ).toHaveLength(3);
    expect((await take()).sort()).toEqual(['four@x', 'one@x', 'three@x', 'two@x']);
    server.inject('epochs', [note('five@x')]);
    expect(await take()).toContain('five@x');
    expect(await take()).toHaveLength(5);
  }, 120_000);

  it('is read where it lies, all epochs of it', async () => {
    const { take } = follower('local', `publicInbox: '${join(machine.folder, 'epochs')}', start: beginning`);
    expect(await take()).toEqual(['one@x', 'two@x', 'three@x', 'four@x', 'five@x']);
  });

  it('of the first format is one repository, from its URL and where it lies', async () => {
    const ids = ['first@x', 'second@x'];
    server.inject('old', ids.map(note));
    const mirror = follower('old-mirror', `publicInbox: '${server.url}/old', start: beginning`);
    const local = follower('old-local', `publicInbox: '${join(machine.folder, 'old')}', start: beginning`);
    expect(await mirror.take()).toEqual(ids);
    expect(await local.take()).toEqual(ids);
    server.inject('old', [note('third@x')]);
    machine.run('public-inbox-learn', ['rm'], addressed(note('first@x'), 'old'));
    expect(await mirror.take()).toEqual(['second@x', 'third@x']);
    expect(await local.take()).toEqual(['second@x', 'third@x']);
  }, 120_000);

  it('takes mails away, and writes its history anew: what is gone is forgotten, and nothing read twice', async () => {
    const mails = seriesMails({ name: 'r', patches: 3 }).map((text) => addressed(text, 'removing'));
    server.inject('removing', mails);
    const { store, take } = follower('removing', `publicInbox: '${server.url}/removing', start: beginning`);
    const all = ['r-v1-0@example.org', 'r-v1-1@example.org', 'r-v1-2@example.org', 'r-v1-3@example.org'];
    expect(await take()).toEqual(all);
    const [series] = store.series.inState('gathering', 10);
    expect(store.series.patches(series!.id)).toBe(3);

    machine.run('public-inbox-learn', ['rm'], mails[2]);
    expect(await take()).toEqual([all[0], all[1], all[3]]);
    expect(store.series.patches(series!.id)).toBe(2);

    machine.run('public-inbox-purge', [join(machine.folder, 'removing')], mails[1]);
    server.inject('removing', [addressed(note('later@x'), 'removing')]);
    expect(await take()).toEqual([all[0], all[3], 'later@x']);
    expect(store.series.patches(series!.id)).toBe(1);
    expect(await take()).toEqual([all[0], all[3], 'later@x']);
    expect(store.series.count()).toMatchObject({ gathering: 1 });
  }, 120_000);

  it('gives one thread by URL or message-id, and what is added to it', async () => {
    const mails = seriesMails({ name: 't', patches: 2 });
    server.inject('thread', [...mails, note('other@x')]);
    const { take } = follower('one', `thread: '${server.url}/thread/t-v1-1@example.org/T/#u'`);
    const ids = ['t-v1-0@example.org', 't-v1-1@example.org', 't-v1-2@example.org'];
    expect((await take()).sort()).toEqual(ids);
    server.inject('thread', [mail({ id: 'z@x', subject: 'Re: t', references: ['t-v1-2@example.org'] })]);
    expect((await take()).sort()).toEqual([...ids, 'z@x']);
    expect(await take()).toHaveLength(4);
    const none = follower('none', `thread: '${server.url}/thread/nothing@x/'`);
    await expect(none.take()).rejects.toThrow(/there is no such thread/);
  }, 120_000);

  it('tells by its URL whether a mail of ours got out', async () => {
    const policy = readPolicy(join(machine.folder, 'one.yml'));
    const lookUp = openArchive(
      { ...policy, archive: { url: `${server.url}/thread/`, source: null, wait: 0 } },
      openSqliteStore(':memory:'),
    )!;
    expect(await lookUp('t-v1-2@example.org')).toBe(true);
    expect(await lookUp('not-there@example.org')).toBe(false);
    await expect(
      openArchive(
        { ...policy, archive: { url: 'http://127.0.0.1:9/thread', source: null, wait: 0 } },
        openSqliteStore(':memory:'),
      )!('x@y'),
    ).rejects.toThrow(/cannot be read/);
  });
});

/** A mail to an inbox: by its recipients, public-inbox knows where to take it away. */
function addressed(text: string, inbox: string): string {
  return text.replace(/^To: .*/m, `To: ${inbox}@example.org`);
}
