import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestDesk } from './desk.js';
import { seriesMails } from './mails.js';
import { startPatchwork, type Patchwork } from './patchwork.js';

let folder: string;
let patchwork: Patchwork;
let desk: TestDesk;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recto-patchwork-'));
  writeFileSync(join(folder, 'token'), '0123abcd\n');
  patchwork = await startPatchwork('0123abcd');
  desk = deskWith('');
});
afterEach(async () => {
  await patchwork.close();
  rmSync(folder, { recursive: true });
});

function deskWith(more: string): TestDesk {
  const where = `{ url: '${patchwork.url}/', tokenFile: ${join(folder, 'token')}${more} }`;
  return new TestDesk(`settle: 0s\npatchwork: ${where}`);
}

/** A series of two patches, of which the second has a finding. */
function arrive(): void {
  desk.finds = (title) => (title.endsWith('2') ? [{ id: 'aaaaaaa11111' }] : []);
  desk.arrive(...seriesMails({ name: 'a', patches: 2 }));
}

function list(): void {
  patchwork.patches.set('<a-v1-1@example.org>', 11).set('<a-v1-2@example.org>', 12);
}

describe('a check in Patchwork', () => {
  it('says of each patch what was found', async () => {
    list();
    arrive();
    await desk.pass();
    expect(patchwork.refused).toEqual([]);
    expect(patchwork.checks).toMatchObject([
      {
        patch: 11,
        state: 'success',
        context: 'recto',
        description: 'no new non-atomic update of visible folios',
      },
      { patch: 12, state: 'warning', context: 'recto', description: expect.stringContaining('()') as string },
    ]);
    await desk.pass(600);
    expect(patchwork.checks).toHaveLength(2);
    expect(desk.store.checks.count()).toEqual({ waiting: 0, posted: 2, failed: 0 });
  });

  it('waits until Patchwork has the patch, longer each time, and gives up in the end', async () => {
    arrive();
    await desk.pass();
    expect(desk.store.checks.count()).toMatchObject({ waiting: 2 });
    list();
    await desk.pass();
    expect(patchwork.checks).toEqual([]);
    await desk.pass(1);
    expect(patchwork.checks).toHaveLength(2);

    patchwork.patches.clear();
    desk.arrive(...seriesMails({ name: 'b', patches: 1 }));
    for (let hours = 0; hours < 48; hours++) await desk.pass(60);
    expect(desk.store.checks.count()).toEqual({ waiting: 0, posted: 2, failed: 1 });
  });

  it('is tried again when the server is broken, or does not take the token', async () => {
    list();
    arrive();
    patchwork.broken = 503;
    await desk.pass();
    patchwork.broken = null;
    writeFileSync(join(folder, 'token'), 'wrong');
    await desk.pass(5);
    expect(patchwork.refused.at(-1)).toContain('Invalid token');
    writeFileSync(join(folder, 'token'), '0123abcd');
    await desk.pass(30);
    expect(patchwork.checks).toHaveLength(2);
  });

  it('is not posted again when we ended before we could note it', async () => {
    list();
    arrive();
    // Many checks of others are there already: the list comes in pages.
    for (let id = 1; id <= 40; id++) {
      patchwork.checks.push({ id, patch: 11, state: 'success', context: 'build', description: null });
    }
    patchwork.onCheck = () => {
      patchwork.broken = 500;
    };
    await desk.pass();
    const posted = () => patchwork.checks.filter(({ context }) => context === 'recto');
    expect(posted()).toHaveLength(1);
    const [check] = desk.store.checks.due(Number.MAX_SAFE_INTEGER);
    expect(check).toBeDefined();
    // As it was before the answer came.
    for (const id of [1, 2]) desk.store.checks.setState(id, 'waiting', null, desk.now);
    patchwork.broken = null;
    patchwork.onCheck = () => undefined;
    await desk.pass(1);
    expect(posted().map(({ patch }) => patch)).toEqual([11, 12]);
  });

  it('goes to the project, and under the name, that the policy gives', async () => {
    desk = deskWith(', project: linux-mm, context: recto-test');
    list();
    arrive();
    await desk.pass();
    expect(patchwork.checks.map(({ context }) => context)).toEqual(['recto-test', 'recto-test']);
    expect(() => deskWith(", context: 'a.b'")).toThrow(/patchwork\.context: a name of letters/);
  });

  it('says nothing of findings that were dismissed', async () => {
    list();
    desk.store.wishes.add({ what: 'dismiss', about: 'aaaaaaa', reason: '', by: 'x', at: 0, messageId: 'y' });
    arrive();
    await desk.pass();
    expect(patchwork.checks.map(({ state }) => state)).toEqual(['success', 'success']);
  });
});
