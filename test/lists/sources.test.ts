import { mkdirSync, mkdtempSync, appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeBatch } from '../../src/lists/intake.js';
import { readPolicy } from '../../src/lists/policy/read.js';
import { openSource } from '../../src/lists/sources/open.js';
import { openSqliteStore } from '../../src/lists/store/sqlite.js';
import type { Store } from '../../src/lists/store/store.js';
import { makeEpoch } from './archive.js';
import { mail, seriesMails } from './mails.js';

let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recto-sources-'));
  store = openSqliteStore(':memory:');
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

/** What one look at the source brings, as `recto follow` takes it. */
async function take(source: string): Promise<{ mails: number; aside: number; deleted: number }> {
  const file = join(folder, 'recto.yml');
  writeFileSync(
    file,
    `identity: { name: R, address: r@example.net }\nsources: [{ name: s, ${source} }]\nsettle: 0s\n`,
  );
  const policy = readPolicy(file);
  const open = openSource(policy.sources[0]!, policy);
  const sum = { mails: 0, aside: 0, deleted: 0 };
  const isKnown = (place: string) => store.mails.at('s', place) !== null;
  for await (const batch of open.read(store.sources.position('s'), isKnown)) {
    const { mails, aside, deleted } = takeBatch(store, open, batch, policy, Date.now());
    sum.mails += mails;
    sum.aside += aside;
    sum.deleted += deleted;
  }
  await open.close();
  return sum;
}

/** When all notes were written: the same id is the same mail, also when a second has gone by. */
const written = new Date();
const note = (id: string) =>
  mail({ id, date: written, subject: `about ${id}`, body: 'From here on\nthe text goes on.' });
const entry = (id: string, date = 'Thu Jan  1 00:00:00 1970') => `From someone ${date}\n${note(id)}\n`;

describe('an mbox', () => {
  const from = 'mbox: list.mbox, start: beginning';
  const path = () => join(folder, 'list.mbox');

  it('is read on where it ended', async () => {
    writeFileSync(path(), entry('a@x') + entry('b@x'));
    expect(await take(from)).toMatchObject({ mails: 2, aside: 0 });
    expect(await take(from)).toMatchObject({ mails: 0 });
    appendFileSync(path(), entry('c@x'));
    expect(await take(from)).toMatchObject({ mails: 1 });
    expect(store.mails.find('c@x')!.title).toBe('about c@x');
  });

  it('that was replaced by another is read from its beginning, and mails that were in both are one', async () => {
    writeFileSync(path(), entry('a@x') + entry('b@x'));
    await take(from);
    writeFileSync(path(), entry('z@x') + entry('a@x') + entry('b@x') + entry('c@x'));
    expect(await take(from)).toMatchObject({ mails: 2 });
  });

  it('begins where the policy says', async () => {
    const [old, young] = ['Tue Mar  4 10:00:00 2025', 'Wed Mar  4 10:00:00 2026'];
    writeFileSync(path(), entry('a@x', old) + entry('b@x', young));
    expect(await take('mbox: list.mbox, start: 2026-01-01')).toMatchObject({ mails: 1 });
    store.close();
    store = openSqliteStore(':memory:');
    expect(await take('mbox: list.mbox')).toMatchObject({ mails: 0 });
    appendFileSync(path(), entry('c@x', young));
    expect(await take('mbox: list.mbox')).toMatchObject({ mails: 1 });
  });

  it('that is none is kept aside up to where it becomes one; one that is not there is said so', async () => {
    writeFileSync(path(), `something else\n\n${entry('a@x')}`);
    expect(await take(from)).toMatchObject({ mails: 1, aside: 1 });
    await expect(take('mbox: nowhere.mbox')).rejects.toThrow(/nowhere\.mbox cannot be read/);
  });
});

describe('a Maildir', () => {
  const from = 'maildir: box, start: beginning';
  const place = (part: string, name: string) => join(folder, 'box', part, name);

  beforeEach(() => {
    for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(folder, 'box', part), { recursive: true });
  });

  it('gives each mail once, also when a mail reader moves, marks or deletes it', async () => {
    writeFileSync(place('new', '1.a.host'), note('a@x'));
    writeFileSync(place('cur', '2.b.host:2,S'), note('b@x'));
    writeFileSync(place('tmp', '3.c.host'), note('c@x'));
    expect(await take(from)).toMatchObject({ mails: 2 });
    renameSync(place('new', '1.a.host'), place('cur', '1.a.host:2,RS'));
    rmSync(place('cur', '2.b.host:2,S'));
    renameSync(place('tmp', '3.c.host'), place('new', '3.c.host'));
    expect(await take(from)).toEqual({ mails: 1, aside: 0, deleted: 0 });
  });
});

describe('an epoch', () => {
  it('is read on from the commit where it ended; what it takes away is gone', async () => {
    const epoch = makeEpoch(join(folder, 'inbox', 'git'));
    const [cover, first, second] = seriesMails({ name: 'one', patches: 2 });
    epoch.add([cover!, first!]);
    const from = 'publicInbox: inbox, start: beginning';
    expect(await take(from)).toMatchObject({ mails: 2 });
    epoch.add([second!]);
    epoch.remove(first!);
    expect(await take(from)).toEqual({ mails: 1, aside: 0, deleted: 1 });
    expect(await take(from)).toEqual({ mails: 0, aside: 0, deleted: 0 });
    expect(store.mails.find('one-v1-1@example.org')).toMatchObject({ gone: true });
    expect(store.series.patches(1)).toBe(1);
  });

  it('that was written anew is read again: nothing counts twice, and what is not there any more is gone', async () => {
    const epoch = makeEpoch(join(folder, 'inbox', 'git'));
    const ids = Array.from({ length: 30 }, (_, i) => `${String(i)}@x`);
    epoch.add(ids.map(note));
    const from = 'publicInbox: inbox, start: beginning';
    expect(await take(from)).toMatchObject({ mails: 30 });
    epoch.purge([note('3@x'), note('17@x')]);
    epoch.add([note('new@x')]);
    expect(await take(from)).toMatchObject({ mails: 1, deleted: 2 });
    expect(ids.filter((id) => store.mails.find(id)!.gone)).toEqual(['3@x', '17@x']);
    expect(await take(from)).toEqual({ mails: 0, aside: 0, deleted: 0 });
  });

  it('whose mail comes back after it was taken away is there again', async () => {
    const epoch = makeEpoch(join(folder, 'inbox', 'git'));
    epoch.add([note('a@x')]);
    const from = 'publicInbox: inbox, start: beginning';
    await take(from);
    epoch.remove(note('a@x'));
    await take(from);
    expect(store.mails.find('a@x')!.gone).toBe(true);
    epoch.add([note('a@x')]);
    await take(from);
    expect(store.mails.find('a@x')!.gone).toBe(false);
  });

  it('is not there, or is no archive: it is said so', async () => {
    await expect(take('publicInbox: nothing')).rejects.toThrow(
      /there is no public-inbox archive in .*nothing/,
    );
  });
});
