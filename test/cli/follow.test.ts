import { readdirSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, it, describe } from 'vitest';
import { run } from '../../src/cli/program.js';
import { lockStore, openSqliteStore } from '../../src/lists/store/sqlite.js';
import { mail, patchBody } from '../lists/mails.js';
import { commit, flagsHeader, header, repository, temporaryFolder } from '../tree/repository.js';
import { input, Kept, recto } from './console.js';

const printed = 'int print(void)\n{\n int a;\nint b;\n int d;\n}\n'.replace(/^ int/gm, 'int');

/** A folder with a policy, an mbox that it follows, and a tree. */
function desk(more = ''): { folder: string; policy: string; tree: string } {
  const folder = temporaryFolder();
  const tree = repository();
  commit(tree, { [header]: flagsHeader, 'mm/print.c': printed });
  const policy = [
    'identity: { name: Recto, address: recto@example.net }',
    `tree: ${tree}`,
    'sources: [{ name: list, mbox: list.mbox, start: beginning }]',
    'answers: [{ to: list, positive: yes }]',
    'settle: 0s',
    'poll: 1s',
    more,
    '',
  ].join('\n');
  writeFileSync(join(folder, 'recto.yml'), policy);
  writeFileSync(join(folder, 'list.mbox'), '');
  return { folder, policy, tree };
}

function arrive(folder: string, id: string): void {
  const text = mail({ id, subject: `[PATCH] mm: ${id}`, body: patchBody() });
  appendFileSync(join(folder, 'list.mbox'), `From mboxrd@z Thu Jan  1 00:00:00 1970\n${text}\n`);
}

describe('recto follow', () => {
  it('--once does what is due and ends; recto status tells of it', async () => {
    const { folder } = desk('send: { maildir: out }');
    arrive(folder, 'one@x');
    const first = await recto(['follow', '--once'], folder);
    expect(first).toMatchObject({ status: 0, stdout: '' });
    expect(first.stderr).toMatch(/list: 1 mail, 1 with a patch/);
    const [file, ...others] = readdirSync(join(folder, 'out', 'new'));
    expect(others).toEqual([]);
    const answer = readFileSync(join(folder, 'out', 'new', file!), 'utf8');
    expect(answer).toMatch(/^In-Reply-To: <one@x>/m);
    expect(answer).toMatch(/^To: Sam Ample <sam@example\.org>/m);

    expect(await recto(['follow', '--once'], folder)).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(folder, 'out', 'new'))).toEqual([file]);
    const text = await recto(['status'], folder);
    expect(text.stdout).toMatch(/list: 1 mail, read 20/);
    expect(text.stdout).toMatch(/1 sent, 0 waiting, 0 in doubt/);
    const json = JSON.parse((await recto(['status', '--format', 'json'], folder)).stdout) as unknown;
    expect(json).toMatchObject({ version: 1, answers: { sent: 1 }, series: { reviewed: 1 } });
  });

  it('writes what it would send into an mbox that can be read, each mail once', async () => {
    const { folder } = desk('send: { mbox: out.mbox }');
    arrive(folder, 'one@x');
    await recto(['follow', '--once'], folder);
    arrive(folder, 'two@x');
    await recto(['follow', '--once'], folder);
    await recto(['follow', '--once'], folder);
    const mbox = readFileSync(join(folder, 'out.mbox'), 'utf8');
    expect(mbox.match(/^From recto@example\.net /gm)).toHaveLength(2);
    expect(mbox).toMatch(/^In-Reply-To: <two@x>$/m);
  });

  it('says where nothing is sent that answers wait, and sends nothing', async () => {
    const { folder } = desk();
    arrive(folder, 'one@x');
    await recto(['follow', '--once'], folder);
    expect((await recto(['status'], folder)).stdout).toMatch(/0 sent, 1 waiting/);
  });

  it('reads the policy again when it changes; one with a mistake changes nothing', async () => {
    const { folder, policy } = desk();
    const stderr = new Kept();
    const ended = run(['follow'], { stdin: input(''), stdout: new Kept(), stderr, cwd: folder });
    const said = async (what: RegExp) => {
      for (let tries = 0; tries < 200 && !what.test(stderr.text); tries++) await sleep(100);
      expect(stderr.text).toMatch(what);
    };
    const file = join(folder, 'recto.yml');
    await sleep(300);
    writeFileSync(file, policy.replace('poll: 1s', 'poll: soon'));
    await said(/recto\.yml:\d+: poll: a time such as .*; the policy before stays in force/);
    writeFileSync(file, policy.replace('settle: 0s', 'settle: 0s\nsend: { maildir: out }'));
    await said(/recto\.yml has changed and was read again/);
    arrive(folder, 'one@x');
    await said(/1 answer sent/);
    expect(readdirSync(join(folder, 'out', 'new'))).toHaveLength(1);
    process.emit('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('--settle says what became of an answer in doubt', async () => {
    const { folder } = desk();
    arrive(folder, 'one@x');
    await recto(['follow', '--once'], folder);
    const store = openSqliteStore(join(folder, 'recto.db'));
    const [answer] = store.answers.inState('waiting');
    store.answers.setState(answer!.id, 'sending', null, Date.now());
    store.close();
    await recto(['follow', '--once'], folder);
    expect((await recto(['status'], folder)).stdout).toMatch(/1 in doubt[^]*In doubt \(held;/);
    const settled = await recto(['follow', '--once', '--settle', `${answer!.messageId}=sent`], folder);
    expect(settled.stderr).toContain('counts as sent');
    expect((await recto(['status'], folder)).stdout).toMatch(/1 sent, 0 waiting, 0 in doubt/);
    const again = await recto(['follow', '--once', '--settle', `${answer!.messageId}=drop`], folder);
    expect(again).toMatchObject({ status: 2 });
    expect(again.stderr).toMatch(/is sent, not in doubt/);
  });

  it('without a policy, or beside another one with the same store, says what to do', async () => {
    const none = await recto(['follow', '--once'], temporaryFolder());
    expect(none.status).not.toBe(0);
    expect(none.stderr).toMatch(/recto\.yml cannot be read.*--config/);
    const { folder } = desk();
    const lock = lockStore(join(folder, 'recto.db'));
    const second = await recto(['follow', '--once'], folder);
    lock.release();
    expect(second.status).not.toBe(0);
    expect(second.stderr).toMatch(/another recto is following with .*recto\.db/);
  });
});
