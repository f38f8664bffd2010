import { describe, expect, it } from 'vitest';
import { policyFrom } from './policies.js';
import { oneEach, TestDesk } from './desk.js';
import { mail, patchBody, seriesMails } from './mails.js';

function field(bytes: Buffer, name: string): string | null {
  const head = bytes
    .toString()
    .split('\r\n\r\n')[0]!
    .replace(/\r\n[ \t]/g, ' ');
  return new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1] ?? null;
}

async function answered(policy: string, ...mails: readonly string[]): Promise<TestDesk> {
  const desk = new TestDesk(`settle: 0s\n${policy}`);
  desk.finds = oneEach;
  desk.arrive(...mails);
  await desk.pass();
  return desk;
}

const one = mail({
  id: 'patch@x',
  subject: '[PATCH 1/1] mm: öne',
  from: 'Sám "S" Ample <sam@example.org>',
  cc: 'other@example.org, Third <third@example.org>',
  references: ['root@x', 'cover@x'],
  body: patchBody(),
});

describe('answers', () => {
  it('there are none where the policy says nothing', async () => {
    const desk = await answered('', one);
    expect(desk.outcomes[0]![1]).toEqual({ kind: 'reviewed', findings: 1, answers: 0 });
    expect(desk.sent).toEqual([]);
  });

  it('are threaded under the patch, and say what they are', async () => {
    const { sent } = await answered('answers: [{ to: list }]', one);
    const [{ bytes, recipients }] = sent as [(typeof sent)[0]];
    expect(recipients).toEqual([
      'sam@example.org',
      'linux-mm@example.org',
      'other@example.org',
      'third@example.org',
    ]);
    expect(field(bytes, 'In-Reply-To')).toBe('<patch@x>');
    expect(field(bytes, 'References')).toBe('<root@x> <cover@x> <patch@x>');
    expect(field(bytes, 'Auto-Submitted')).toBe('auto-replied');
    expect(field(bytes, 'Subject')).toBe(
      `=?UTF-8?B?${Buffer.from('Re: [PATCH 1/1] mm: öne').toString('base64')}?=`,
    );
    expect(field(bytes, 'Message-ID')).toMatch(/^<[0-9a-f]{32}\.recto@example\.net>$/);
  });

  it.each([
    ['{ to: author }', ['sam@example.org']],
    ['{ to: reviewer, reviewer: me@example.org }', ['me@example.org']],
    ['{ to: author, also: [me@example.org] }', ['sam@example.org', 'me@example.org']],
    [
      '{ to: list, except: [other@example.org, third@example.org] }',
      ['sam@example.org', 'linux-mm@example.org'],
    ],
  ])('go to whom the policy says: %s', async (rule, recipients) => {
    const { sent } = await answered(`answers: [${rule}]`, one);
    expect(sent.map((mail) => mail.recipients)).toEqual([recipients]);
  });

  it.each([
    ['{ to: list }', 'mute: { authors: [third@example.org] }'],
    ['{ to: list, embargo: 1h }', 'commands: { from: [boss@example.org] }'],
  ])('do not go to who has asked not to get any: %s', async (rule, others) => {
    const desk = await answered(`answers: [${rule}]\n${others}`, one);
    desk.arrive(
      mail({
        id: 'mute@x',
        subject: 'Re: [PATCH] mm: one',
        from: 'third@example.org',
        references: ['patch@x'],
        body: 'recto: mute third@example.org\n',
      }),
    );
    await desk.pass(60);
    expect(desk.sent.map(({ recipients }) => recipients)).toEqual([
      ['sam@example.org', 'linux-mm@example.org', 'other@example.org'],
    ]);
  });

  it.each([
    ['X-Original-From: Sam Ample <sam@example.org>', patchBody()],
    ['Reply-To: sam@example.org', patchBody()],
    ['X-Other: x', `From: Sam Ample <sam@example.org>\n\n${patchBody()}`],
  ])('go to who wrote, not to a relay: %s', async (header, body) => {
    const from = 'Sam Ample via B4 Relay <devnull+sam.example.org@relay.example.org>';
    const relayed = mail({ id: 'r@x', subject: '[PATCH] mm: one', from, headers: [header], body });
    const { sent } = await answered('answers: [{ to: author }]', relayed);
    expect(sent.map(({ recipients }) => recipients)).toEqual([['sam@example.org']]);
    expect(field(sent[0]!.bytes, 'To')).toBe('Sam Ample <sam@example.org>');
  });

  it.each([
    ['mute: { lists: [linux-mm@example.org] }'],
    ['mute: { authors: [sam@example.org] }'],
    ["mute: { authors: ['@example.org'] }"],
    ['answers: [{ to: list }, { list: linux-mm@example.org, mute: yes }, { to: author, mute: no }]'],
    ["answers: [{ to: list, paths: ['net/'] }]"],
    ['answers: [{ to: list, list: other-list@example.org }]'],
    ['answers: [{ to: list, severity: high, confidence: high }]\n# the finding is less'],
  ])('are not written where muting, or another rule, has it so: %s', async (policy) => {
    const rules = policy.startsWith('mute') ? `${policy}\nanswers: [{ to: list }]` : policy;
    const desk = new TestDesk(`settle: 0s\n${rules}`);
    desk.finds = () => [{ severity: 'low', confidence: 'medium' }];
    desk.arrive(one);
    await desk.pass();
    expect(desk.reviewed).toHaveLength(1);
    expect(desk.sent).toEqual([]);
  });

  it('are one mail for each patch that has findings', async () => {
    const desk = new TestDesk('settle: 0s\nanswers: [{ to: list }]');
    desk.finds = (title) => (title.endsWith('2') ? oneEach() : []);
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 3 }));
    await desk.pass();
    expect(desk.sent.map(({ bytes }) => field(bytes, 'Subject'))).toEqual([
      'Re: [PATCH 2/3] mm: one: part 2',
    ]);
  });

  it('say that nothing was found where that is wanted, once for the series', async () => {
    const desk = new TestDesk(
      'settle: 0s\nanswers: [{ to: list, positive: yes, prefix: A bot wrote this. }]',
    );
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 3 }));
    await desk.pass();
    expect(desk.sent.map(({ bytes }) => field(bytes, 'Subject'))).toEqual(['Re: [PATCH 0/3] mm: one']);
    expect(desk.sent[0]!.bytes.toString()).toMatch(
      /\r\n\r\nA bot wrote this\.\r\n\r\nRead against tree: no folio flag/,
    );
  });

  it('wait for the embargo, and are dropped when a later version comes', async () => {
    const desk = await answered(
      'answers: [{ to: list, embargo: 2h }]',
      ...seriesMails({ name: 'a', patches: 1 }),
    );
    await desk.pass(119);
    expect(desk.sent).toEqual([]);
    desk.arrive(...seriesMails({ name: 'a', patches: 1, version: 2 }));
    await desk.pass(1);
    await desk.pass(120);
    expect(desk.sent.map(({ bytes }) => field(bytes, 'In-Reply-To'))).toEqual(['<a-v2-1@example.org>']);
    expect(desk.store.answers.inState('dropped').map(({ reason }) => reason)).toEqual(['v2 came']);
  });

  it('are not repeated for the next version, and say what is fixed when there is something new', async () => {
    const desk = await answered('answers: [{ to: list }]', ...seriesMails({ name: 'a', patches: 1 }));
    desk.arrive(...seriesMails({ name: 'a', patches: 1, version: 2 }));
    await desk.pass(1);
    expect(desk.sent).toHaveLength(1);
    desk.finds = () => [{ id: 'bbbbbbb22222' }];
    desk.arrive(...seriesMails({ name: 'a', patches: 1, version: 3 }));
    await desk.pass(1);
    expect(desk.sent).toHaveLength(2);
    expect(desk.sent[1]!.bytes.toString()).toContain('finding bbbbbbb22222\r\nwhat v2 did is gone:');
    expect(desk.sent[1]!.bytes.toString()).toContain('(aaaaaaa)');
  });

  it('are as many a day as the policy allows; the others wait', async () => {
    const desk = await answered(
      'answers: [{ to: list }]\nperDay: 2',
      ...seriesMails({ name: 'a', patches: 3 }),
    );
    expect(desk.sent).toHaveLength(2);
    await desk.pass(23 * 60);
    expect(desk.sent).toHaveLength(2);
    await desk.pass(61);
    expect(desk.sent).toHaveLength(3);
  });

  it('are dropped when the policy has changed before they go', async () => {
    const desk = await answered('answers: [{ to: list, embargo: 1h }]', one);
    desk.policy = policyFrom('settle: 0s\nanswers: [{ to: list }]\nmute: { authors: [sam@example.org] }');
    await desk.pass(120);
    expect(desk.sent).toEqual([]);
    expect(desk.store.answers.count()).toMatchObject({ dropped: 1 });
  });

  it('cannot be made to do something else by what stands in a mail', async () => {
    const hostile = mail({
      id: 'a"b@x',
      subject: '[PATCH] =?UTF-8?Q?mm:_x=0D=0ABcc:_victim@example.org?=',
      from: '=?UTF-8?Q?A=0D=0ABcc:_victim@example.org?= <sam@example.org>',
      cc: '"x\\"\r\n y" <a@b@c>, <evil@example.org> RCPT TO:<z@example.org>, |sh@example.org>',
      body: patchBody(),
    });
    const { sent } = await answered('answers: [{ to: list }]', hostile);
    const head = sent[0]!.bytes.toString().split('\r\n\r\n')[0]!;
    expect(head).not.toMatch(/^Bcc:/m);
    for (const line of head.split('\r\n')) expect(line).toMatch(/^(?:[A-Z][\w-]+: |[ \t])[\x20-\x7e]*$/);
    for (const to of sent[0]!.recipients) expect(to).toMatch(/^[^\s<>@]+@[a-z0-9.-]+$/);
  });
});

describe('sending', () => {
  it('waits longer each time, and gives up in the end', async () => {
    const desk = await answered('', one);
    desk.policy = policyFrom('settle: 0s\nanswers: [{ to: list }]');
    desk.delivery = () => ({ kind: 'later', reason: 'no route', unreachable: true });
    desk.arrive(...seriesMails({ name: 'b', patches: 1 }));
    await desk.pass();
    const waits: number[] = [];
    for (let i = 0; i < 20; i++) {
      const [waiting] = desk.store.answers.inState('waiting');
      if (!waiting) break;
      waits.push((waiting.dueAt - desk.now) / 60_000);
      await desk.pass(waits.at(-1));
    }
    expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(Math.max(...waits)).toBe(360);
    expect(desk.store.answers.inState('failed').map(({ reason }) => reason)).toEqual(['no route']);
  });

  it('goes on with the next when a mail is refused', async () => {
    const desk = new TestDesk('settle: 0s\nanswers: [{ to: list }]');
    desk.finds = oneEach;
    let first = true;
    desk.delivery = (_, begin) => {
      begin();
      const refused = first;
      first = false;
      return refused ? { kind: 'refused', reason: '550 no' } : { kind: 'taken', note: null };
    };
    desk.arrive(...seriesMails({ name: 'a', patches: 2 }));
    await desk.pass();
    expect(desk.store.answers.count()).toMatchObject({ failed: 1, sent: 1 });
  });

  it('holds what is in doubt, and looks where the policy says', async () => {
    const desk = new TestDesk('settle: 0s\nanswers: [{ to: list }]');
    desk.finds = oneEach;
    desk.delivery = (_, begin) => {
      begin();
      return { kind: 'doubt', reason: 'the connection broke' };
    };
    desk.arrive(...seriesMails({ name: 'a', patches: 2 }));
    await desk.pass();
    await desk.pass(10_000);
    const doubts = desk.store.answers.inState('doubt');
    expect(doubts).toHaveLength(2);

    // One of them comes back over the list; the other never does.
    desk.policy = policyFrom('settle: 0s\nanswers: [{ to: list }]\narchive: { source: list, wait: 6h }');
    desk.delivery = () => ({ kind: 'taken', note: null });
    desk.arrive(doubts[0]!.mail);
    await desk.pass();
    expect(desk.store.answers.count()).toMatchObject({ sent: 2, doubt: 0 });
    expect(desk.sent.map(({ messageId }) => messageId)).toEqual([doubts[1]!.messageId]);
  });

  it('puts in doubt what was under way when the process ended', async () => {
    const desk = new TestDesk('settle: 0s\nanswers: [{ to: list }]');
    desk.finds = oneEach;
    desk.delivery = (_, begin) => {
      begin();
      throw new Error('killed');
    };
    desk.arrive(one);
    await expect(desk.pass()).rejects.toThrow('killed');
    desk.restart();
    await desk.pass(60);
    expect(desk.store.answers.inState('doubt')).toHaveLength(1);
    expect(desk.sent).toEqual([]);
  });
});

// `npx vitest run test/lists/answers -u` writes the golden file anew; read the difference before it is committed.
describe('commands in replies', () => {
  const command = (line: string, from = 'boss@example.org', id = `${line.length}${from}`) =>
    mail({
      id: `c${id}`,
      subject: 'Re: [PATCH] a: part 1',
      from,
      references: ['a-v1-1@example.org'],
      body: `> quoted\n> recto: mute list\n\n${line}\n`,
    });
  const rules = 'answers: [{ to: list }]\ncommands: { from: [boss@example.org] }';

  it('dismiss a finding: it is not told again', async () => {
    const desk = await answered(rules, ...seriesMails({ name: 'a', patches: 1 }));
    expect(desk.sent).toHaveLength(1);
    desk.arrive(command('recto: dismiss aaaaaaa it is the only user'));
    desk.arrive(...seriesMails({ name: 'b', patches: 1 }));
    await desk.pass(1);
    expect(desk.sent).toHaveLength(1);
    expect(desk.store.wishes.all()).toMatchObject([
      { what: 'dismiss', about: 'aaaaaaa', reason: 'it is the only user', by: 'boss@example.org' },
    ]);
  });

  it('show in later answers', async () => {
    const desk = await answered(rules, ...seriesMails({ name: 'a', patches: 1 }));
    desk.arrive(command('recto: dismiss aaaaaaa it is the only user'));
    desk.finds = () => [{ id: 'aaaaaaa11111' }, { id: 'bbbbbbb22222' }];
    desk.arrive(...seriesMails({ name: 'a', patches: 1, version: 2 }));
    await desk.pass(1);
    const text = desk.sent.at(-1)!.bytes.toString();
    expect(text).toContain('finding bbbbbbb22222');
    expect(text).not.toContain('finding aaaaaaa');
    expect(text).toMatch(/\(aaaaaaa\) is left out, as boss@example\.org asked: it is the only user/);
  });

  it('are found where a mailer has encoded the text', async () => {
    const desk = await answered(rules, ...seriesMails({ name: 'a', patches: 1 }));
    const plain = command('recto: dismiss aaaaaaa it is new');
    const [head, ...body] = plain.split('\n\n');
    const encoded = Buffer.from(body.join('\n\n')).toString('base64');
    desk.arrive(`${head!}\nContent-Transfer-Encoding: base64\n\n${encoded}\n`);
    await desk.pass(1);
    expect(desk.store.wishes.all()).toMatchObject([{ about: 'aaaaaaa', reason: 'it is new' }]);
  });

  it('count only from whom the policy names, and unquoted', async () => {
    const desk = await answered(rules, ...seriesMails({ name: 'a', patches: 1 }));
    desk.arrive(command('recto: dismiss aaaaaaa no', 'nobody@example.org'), command('nothing'));
    await desk.pass(1);
    expect(desk.store.wishes.all()).toEqual([]);
  });

  it('mute a list, or an author, who may always ask for that', async () => {
    const desk = await answered(rules, ...seriesMails({ name: 'a', patches: 1 }));
    desk.arrive(command('recto: mute author', 'Sam Ample <sam@example.org>'));
    desk.arrive(...seriesMails({ name: 'b', patches: 1 }));
    desk.finds = () => [{ id: 'ccccccc33333' }];
    await desk.pass(1);
    expect(desk.sent).toHaveLength(1);
    desk.arrive(command('recto: mute list'));
    desk.arrive(...seriesMails({ name: 'c', patches: 1, from: 'other@example.org' }));
    await desk.pass(1);
    expect(desk.sent).toHaveLength(1);
    expect(desk.store.wishes.isMuted('mute-list', 'linux-mm@example.org')).toBe(true);
  });

  it('explain a finding to who asks, once', async () => {
    const desk = await answered(rules, ...seriesMails({ name: 'a', patches: 1 }));
    desk.arrive(command('recto: explain aaaaaaa', 'Boss <boss@example.org>', 'e'));
    await desk.pass(1);
    await desk.pass(1);
    expect(desk.sent).toHaveLength(2);
    expect(desk.sent[1]!.recipients).toEqual(['boss@example.org']);
    const text = desk.sent[1]!.bytes.toString().split('\r\n\r\n').slice(1).join('\n\n').replaceAll('\r', '');
    await expect(text).toMatchFileSnapshot('./golden/explanation.out');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(72);
  });
});
