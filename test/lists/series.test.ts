import { describe, expect, it } from 'vitest';
import { TestDesk } from './desk.js';
import { mail, patchBody, seriesMails } from './mails.js';

/** Titles of the patches of each series that was reviewed, by number. */
function reviewed(desk: TestDesk): string[] {
  return desk.reviewed.map(
    ({ version, patches, subject }) =>
      `v${String(version)} ${subject}: ${patches.map(({ number }) => String(number)).join(' ')}`,
  );
}

describe('a series', () => {
  it('is reviewed when it is complete and has rested', async () => {
    const desk = new TestDesk();
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 2 }));
    await desk.pass(9);
    expect(reviewed(desk)).toEqual([]);
    await desk.pass(1);
    expect(reviewed(desk)).toEqual(['v1 mm: one: 1 2']);
    await desk.pass(60);
    expect(reviewed(desk)).toHaveLength(1);
  });

  it('may arrive in any order, over hours', async () => {
    const desk = new TestDesk();
    const [cover, first, second, third] = seriesMails({ name: 'mm: one', patches: 3 });
    for (const late of [third!, cover!, second!, first!]) {
      desk.arrive(late);
      await desk.pass(60);
    }
    expect(reviewed(desk)).toEqual(['v1 mm: one: 1 2 3']);
    expect(desk.reviewed[0]!.notes).toEqual([]);
  });

  it('waits for what is missing, then is reviewed as far as it goes, and says so', async () => {
    const desk = new TestDesk();
    const [cover, first, , third] = seriesMails({ name: 'mm: one', patches: 3 });
    desk.arrive(cover!, first!, third!);
    await desk.pass(5 * 60);
    expect(reviewed(desk)).toEqual([]);
    await desk.pass(60);
    expect(reviewed(desk)).toEqual(['v1 mm: one: 1 3']);
    expect(desk.reviewed[0]!.notes).toEqual(['patch 2 of 3 had not arrived']);
  });

  it('is reviewed again when a patch comes after all, and is not when its cover letter does', async () => {
    const desk = new TestDesk();
    const [cover, first, second] = seriesMails({ name: 'mm: one', patches: 2 });
    desk.arrive(first!);
    await desk.pass(7 * 60);
    desk.arrive(second!);
    await desk.pass(10);
    desk.arrive(cover!);
    await desk.pass(60);
    expect(desk.reviewed.map(({ patches }) => patches.length)).toEqual([1, 2]);
  });

  it('is told from another of the same length in its thread', async () => {
    const desk = new TestDesk();
    const mine = seriesMails({ name: 'mm: one', patches: 2 });
    const theirs = seriesMails({
      name: 'mm: another way',
      patches: 2,
      from: 'Other <other@example.org>',
      references: ['mm-one-v1-0@example.org'],
    });
    desk.arrive(mine[0]!, theirs[0]!, mine[1]!, theirs[2]!, theirs[1]!, mine[2]!);
    await desk.pass(10);
    expect(reviewed(desk).sort()).toEqual(['v1 mm: another way: 1 2', 'v1 mm: one: 1 2']);
  });

  it('that nobody threaded is put together by sender and time', async () => {
    const desk = new TestDesk();
    const patch = (number: number, from: string) =>
      mail({
        id: `${String(number)}-${from}`,
        from,
        subject: `[PATCH ${String(number)}/2] mm: part ${String(number)}`,
        body: patchBody(),
      });
    desk.arrive(patch(1, 'a@example.org'), patch(1, 'b@example.org'), patch(2, 'a@example.org'));
    await desk.pass(10);
    expect(reviewed(desk)).toEqual(['v1 mm: part 1: 1 2']);
    await desk.pass(120);
    desk.arrive(patch(2, 'b@example.org'));
    await desk.pass(7 * 60);
    expect(reviewed(desk).slice(1)).toEqual(['v1 mm: part 1: 1', 'v1 mm: part 2: 2']);
  });

  it('that nobody threaded gets the cover letter that announces it, and no other one', async () => {
    const desk = new TestDesk();
    const send = (name: string, numbers: readonly number[]) => {
      const [cover, ...patches] = [0, 1, 2].map((number) => {
        const title = number === 0 ? name : `${name}: make step ${String(number)} of what is to be done`;
        const shortlog = `Hello.\n\nSam Ample (2):\n  ${name}: make step 1 of what\n    is to be done\n  ${name}: make step 2 of what is to be done\n\n mm/a.c | 1 +`;
        const id = `${name}-${String(number)}`;
        const subject = `[PATCH ${String(number)}/2] ${title}`;
        return mail({ id, subject, body: number === 0 ? shortlog : patchBody() });
      });
      desk.arrive(...numbers.map((number) => (number === 0 ? cover! : patches[number - 1]!)));
    };
    // The first has no cover letter; that of the second comes before and after its patches.
    send('one', [1, 2]);
    send('two', [0, 2, 1]);
    send('three', [1, 2]);
    send('four', [2, 1, 0]);
    await desk.pass(10);
    expect(reviewed(desk).sort()).toEqual([
      'v1 four: 1 2',
      'v1 one: make step 1 of what is to be done: 1 2',
      'v1 three: make step 1 of what is to be done: 1 2',
      'v1 two: 1 2',
    ]);
  });

  it('may have other numbers than it says', async () => {
    const desk = new TestDesk();
    const [cover, ...patches] = seriesMails({ name: 'mm: one', patches: 4 });
    desk.arrive(cover!.replace('0/4]', '0/3]'), ...patches.map((text) => text.replace('/4]', '/3]')));
    await desk.pass(10);
    expect(reviewed(desk)).toEqual(['v1 mm: one: 1 2 3 4']);
    const alone = mail({ id: 'five@x', subject: '[PATCH 5/3] mm: five', body: patchBody() });
    desk.arrive(alone);
    await desk.pass(7 * 60);
    expect(reviewed(desk)[1]).toBe('v1 mm: five: 5');
    expect(desk.reviewed[1]!.notes).toEqual(['patches 1, 2, 3 of 3 had not arrived']);
  });

  it('may have a patch that only renames a file', async () => {
    const desk = new TestDesk();
    const [cover, first, second] = seriesMails({ name: 'mm: one', patches: 2 });
    const renames = second!.replace(
      /diff --git[^]*(?=-- \n)/,
      'diff --git a/mm/print.c b/mm/paper.c\nsimilarity index 100%\nrename from mm/print.c\nrename to mm/paper.c\n',
    );
    desk.arrive(cover!, first!, renames);
    await desk.pass(10);
    expect(reviewed(desk)).toEqual(['v1 mm: one: 1 2']);
  });

  it('of one patch needs no number, whatever else its prefix says', async () => {
    const desk = new TestDesk();
    for (const prefix of ['[PATCH]', '[linux-mm] [PATCH]', '[RFC PATCH mm-unstable v3]', '[PATCH RESEND]']) {
      const { length } = desk.reviewed;
      desk.arrive(mail({ id: `${String(length)}@x`, subject: `${prefix} mm: ${prefix}`, body: patchBody() }));
      await desk.pass(10);
      expect(desk.reviewed, prefix).toHaveLength(length + 1);
    }
    expect(desk.branches[2]).toEqual(['rfc', 'mm-unstable']);
  });

  it('may be a reply: a patch that answers another one stands for itself', async () => {
    const desk = new TestDesk();
    const [first] = seriesMails({ name: 'mm: one', patches: 1 });
    desk.arrive(first!);
    const id = 'mm-one-v1-1@example.org';
    desk.arrive(
      mail({
        id: 'reply@x',
        subject: 'Re: [PATCH] mm: one: part 1',
        from: 'Other <other@example.org>',
        references: [id],
        body: `How about this?\n\n${patchBody()}`,
      }),
    );
    await desk.pass(10);
    expect(reviewed(desk)).toHaveLength(2);
  });

  it('is not made of replies that quote a patch', async () => {
    const desk = new TestDesk();
    const quoted = patchBody()
      .split('\n')
      .map((line) => `> ${line}`)
      .join('\n');
    desk.arrive(mail({ id: 'r@x', subject: 'Re: [PATCH] mm: one', references: ['p@x'], body: quoted }));
    await desk.pass(7 * 60);
    expect(reviewed(desk)).toEqual([]);
  });

  it('may have its patches attached, in base64 too', async () => {
    const desk = new TestDesk();
    const encoded = Buffer.from(patchBody().slice(patchBody().indexOf('diff'))).toString('base64');
    const body = [
      '--b',
      'Content-Type: text/plain',
      '',
      'See the attachment.',
      '--b',
      'Content-Type: text/x-patch; name="a.patch"',
      'Content-Disposition: attachment; filename="a.patch"',
      'Content-Transfer-Encoding: base64',
      '',
      ...(encoded.match(/.{1,76}/g) ?? []),
      '--b--',
    ].join('\n');
    const headers = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'];
    desk.arrive(mail({ id: 'a@x', subject: '[PATCH] mm: attached', headers, body }));
    await desk.pass(10);
    expect(desk.reviewed[0]!.patches[0]!.files[0]!.newPath).toBe('mm/print.c');
  });
});

describe('versions', () => {
  it('a later one comes before the review of the older one: that is not made any more', async () => {
    const desk = new TestDesk();
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 2 }));
    await desk.pass(5);
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 2, version: 2 }));
    await desk.pass(60);
    expect(reviewed(desk)).toEqual(['v2 mm: one: 1 2']);
  });

  it('a single patch that is sent again stands with those that are not', async () => {
    const desk = new TestDesk();
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 3 }));
    await desk.pass(10);
    desk.arrive(
      mail({
        id: 'again@x',
        subject: '[PATCH v2 2/3] mm: one: part 2',
        references: ['mm-one-v1-0@example.org', 'mm-one-v1-2@example.org'],
        body: patchBody('do it better'),
      }),
    );
    await desk.pass(7 * 60);
    expect(reviewed(desk)).toEqual(['v1 mm: one: 1 2 3', 'v2 mm: one: part 1: 1 2 3']);
    expect(desk.reviewed[1]!.patches[1]!.messageId).toBe('again@x');
    expect(desk.reviewed[1]!.notes).toEqual(['patch 1, 3 of 3 is that of v1']);
  });

  it('what is sent again without a number of its own replaces what was sent before', async () => {
    const desk = new TestDesk();
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 2 }));
    await desk.pass(5);
    const again = seriesMails({ name: 'mm: one', patches: 2, tag: 'PATCH RESEND' }).map((text) =>
      text.replaceAll('-v1-', '-resend-'),
    );
    desk.arrive(...again);
    await desk.pass(60);
    expect(reviewed(desk)).toEqual(['v1 mm: one: 1 2']);
    expect(desk.reviewed[0]!.messageId).toContain('resend');
  });
});

describe('mails', () => {
  it('that are damaged, hostile or enormous are kept aside with the reason, and stop nothing', async () => {
    const desk = new TestDesk();
    desk.arrive(
      Buffer.alloc(17 * 1024 * 1024, 'x'),
      Buffer.alloc(100, 0),
      `${'X-Line: y\n'.repeat(100_000)}\nbody`,
      'no header at all',
      '',
    );
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 1 }));
    await desk.pass(10);
    expect(reviewed(desk)).toHaveLength(1);
    expect(
      desk.store.mails
        .aside(10)
        .map(({ reason }) => reason)
        .sort(),
    ).toEqual([
      'it has 17 MB',
      'it has no mail header',
      'it has no mail header',
      'it has no mail header',
      'its header is longer than any mail needs',
    ]);
  });

  it('that come over two lists are one', async () => {
    const desk = new TestDesk();
    const mails = seriesMails({ name: 'mm: one', patches: 2 });
    desk.arrive(...mails, ...mails);
    await desk.pass(10);
    desk.arrive(...mails);
    await desk.pass(60);
    expect(reviewed(desk)).toHaveLength(1);
  });

  it('that come over a list which writes into them are the same still', async () => {
    const desk = new TestDesk();
    const [sent] = seriesMails({ name: 'mm: one', patches: 1 });
    const listed = sent!
      .replace('Subject: [PATCH] ', 'Subject: [list-dev] [PATCH] ')
      .replace('2.39.5', '2.39.5\n\n_______\nlist mailing list\n');
    desk.arrive(sent!, listed);
    await desk.pass(10);
    desk.arrive(listed);
    await desk.pass(60);
    expect(reviewed(desk)).toEqual(['v1 mm: one: part 1: 1']);
  });

  it('that say something else under one Message-ID are several', async () => {
    const desk = new TestDesk('settle: 0s\nanswers: [{ to: list, embargo: 1h }]');
    const [cover, first, second] = seriesMails({ name: 'mm: one', patches: 2 });
    const asFirst = second!.replace('mm-one-v1-2@example.org', 'mm-one-v1-1@example.org');
    desk.arrive(cover!, first!);
    await desk.pass(1);
    desk.arrive(asFirst);
    await desk.pass(1);
    desk.arrive(asFirst, first!);
    await desk.pass(60);
    expect(reviewed(desk)).toEqual(['v1 mm: one: 1 2']);
    expect(desk.reviewed[0]!.patches.map(({ subject }) => subject)).toEqual([
      'mm: one: part 1',
      'mm: one: part 2',
    ]);
  });

  it('that are mended and sent again under their Message-ID replace what was sent before', async () => {
    const desk = new TestDesk('settle: 0s\nanswers: [{ to: list, embargo: 1h }]');
    desk.finds = () => [{ id: 'aaaaaaa11111' }];
    const [sent] = seriesMails({ name: 'mm: one', patches: 1 });
    desk.arrive(sent!);
    await desk.pass(1);
    desk.finds = () => [];
    desk.arrive(sent!.replace('+int c;', '+int mended;'));
    await desk.pass(1);
    expect(reviewed(desk)).toHaveLength(2);
    expect(desk.store.answers.count()).toMatchObject({ waiting: 0, dropped: 1 });
    desk.arrive(sent!);
    await desk.pass(120);
    expect(reviewed(desk)).toHaveLength(2);
    expect(desk.sent).toEqual([]);
  });

  it('that are taken away are missing, and what would have answered them is dropped', async () => {
    const desk = new TestDesk('settle: 0s\nanswers: [{ to: list, embargo: 1h }]');
    desk.finds = () => [{ id: 'aaaaaaa11111' }];
    desk.arrive(...seriesMails({ name: 'mm: one', patches: 2 }));
    await desk.pass();
    expect(desk.store.answers.count()).toMatchObject({ waiting: 2 });
    desk.tell({ kind: 'deleted', place: '2', messageId: null });
    await desk.pass(120);
    expect(desk.sent.map(({ bytes }) => /^Subject: (.*)/m.exec(bytes.toString())?.[1])).toEqual([
      'Re: [PATCH 1/2] mm: one: part 1',
    ]);
  });

  it('of robots and of ourselves begin nothing', async () => {
    const desk = new TestDesk();
    const from = [
      'Recto <recto@example.net>',
      'kernel test robot <lkp@intel.com>',
      'syzbot <syzbot+1@syzkaller.appspotmail.com>',
    ];
    for (const [i, one] of from.entries()) {
      desk.arrive(mail({ id: `${String(i)}@x`, subject: '[PATCH] mm: x', from: one, body: patchBody() }));
    }
    const headers = ['Auto-Submitted: auto-generated'];
    desk.arrive(mail({ id: 'a@x', subject: '[PATCH] mm: x', headers, body: patchBody() }));
    await desk.pass(60);
    expect(reviewed(desk)).toEqual([]);
  });

  it('that change no file of interest are passed over, and old ones too', async () => {
    const desk = new TestDesk("paths: ['mm/']");
    desk.arrive(mail({ id: 'a@x', subject: '[PATCH] net: x', body: patchBody('x', 'net/core.c') }));
    await desk.pass(10);
    desk.now += 30 * 24 * 3600_000;
    desk.arrive(mail({ id: 'b@x', subject: '[PATCH] mm: x', body: patchBody() }));
    await desk.pass(20 * 24 * 60);
    expect(desk.outcomes.map(([, outcome]) => outcome)).toEqual([
      { kind: 'passed', reason: 'it changes no file that is watched' },
      { kind: 'passed', reason: 'it was old when it was first seen' },
    ]);
  });
});
