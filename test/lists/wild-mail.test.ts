import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLetter } from '../../src/lists/letter.js';
import { readMime } from '../../src/mail/mime.js';
import { readPatchMail } from '../../src/mail/patch-mail.js';
import { RectoError } from '../../src/errors.js';
import { TestDesk } from './desk.js';
import { mail, patchBody, seriesMails } from './mails.js';

// Mails of shapes that occur, with changes that do not.

const attachment = [
  '--b',
  'Content-Type: text/plain; charset=gb2312; format=flowed',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'See =B3=A3 the attachment.',
  '--b',
  'Content-Type: text/x-patch; name="=?utf-8?q?a?="',
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from(patchBody()).toString('base64'),
  '--b',
  'Content-Type: message/rfc822',
  '',
  mail({ id: 'inner@x', subject: '[PATCH] inner', body: patchBody() }),
  '--b--',
].join('\n');

const shapes = [
  mail({ id: 'plain@x', subject: '[PATCH 1/2] mm: x', references: ['a@x', 'b@x'], body: patchBody() }),
  mail({
    id: 'mime@x',
    subject: '=?gb2312?B?tPC4tDo=?= =?UTF-8?Q?=5BPATCH_v2=5D_mm=3A_x?=',
    from: '"Some One via list" <list@example.org>',
    headers: [
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      'X-Original-From: A <a@x.org>',
    ],
    body: attachment,
  }),
  mail({
    id: 'reply@x',
    subject: 'Re: [PATCH] mm: x',
    body: `recto: dismiss aaaaaaa because\n${patchBody().replace(/^/gm, '> ')}`,
  }),
].map((text) => Buffer.from(text));

/** Things that are put into a mail somewhere, or take the place of something. */
const insertion = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    ...[
      '\0',
      '\r',
      '\n\n',
      '\r\n\r\n',
      'Content-Type: multipart/mixed; boundary=b\n',
      'Content-Transfer-Encoding: base64\n',
      'Content-Transfer-Encoding: uuencode\n',
      'Subject:\n',
      'From: \n',
      'References: <<<<>>>><@><a@>\n',
      '=?utf-8?B?////?=',
      '=?x-unknown?Q?=FF=?=',
      '\n--b\n',
      '\n--b--\n',
      '\n@@ -1,99999999 +1 @@\n',
      '\n@@ -1 +1 @@\n',
      '\ndiff --git a/../../etc/passwd b/x\n',
      '"(((((((\\',
      '>'.repeat(200),
    ].map((text) => Buffer.from(text)),
  ),
);

const mutated = fc
  .tuple(
    fc.constantFrom(...shapes),
    fc.array(fc.record({ at: fc.nat(), cut: fc.nat({ max: 60 }), put: insertion }), {
      minLength: 1,
      maxLength: 8,
    }),
  )
  .map(([shape, changes]) =>
    changes.reduce((bytes, { at, cut, put }) => {
      const from = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)]);
    }, shape),
  );

describe('mails that nobody would write', () => {
  it('are read, or kept aside; 2,500 of them', async () => {
    let slowest = 0;
    await fc.assert(
      fc.asyncProperty(mutated, async (bytes) => {
        const before = performance.now();
        const letter = readLetter(bytes);
        expect(letter.messageId).not.toBe('');
        expect(letter.title).not.toMatch(/[\r\n]/);
        try {
          readPatchMail(await readMime(bytes, 'mail'));
        } catch (error) {
          // What cannot be read is said so; anything else is a bug.
          expect(error).toBeInstanceOf(RectoError);
        }
        slowest = Math.max(slowest, performance.now() - before);
      }),
      { numRuns: 2500 },
    );
    expect(slowest).toBeLessThan(5000);
  }, 300_000);

  it('come in between others without stopping them', async () => {
    const desk = new TestDesk('settle: 0s\nwait: 0s');
    desk.arrive(
      ...fc.sample(mutated, { numRuns: 300, seed: 6 }),
      ...seriesMails({ name: 'mm: last', patches: 2, from: 'last@example.org' }),
    );
    await desk.pass();
    expect(desk.reviewed.at(-1)!.subject).toBe('mm: last');
    for (const [, outcome] of desk.outcomes) expect(JSON.stringify(outcome)).not.toContain('a bug in recto');
  }, 120_000);

  it.each<[string, Buffer]>([
    ['100,000 header lines', Buffer.from(`${'X-A: b\n'.repeat(100_000)}From: a@x\n\n${patchBody()}`)],
    ['a field of 50 MB', Buffer.from(`From: a@x\nSubject: ${'x'.repeat(50 << 20)}\n\n`)],
    [
      'a header line that is continued 100,000 times',
      Buffer.from(`Subject: x\n${' y\n'.repeat(100_000)}From: a@x\n\n`),
    ],
    [
      '100,000 recipients',
      Buffer.from(`From: a@x\nTo: ${'a@example.org, '.repeat(100_000)}\n\n${patchBody()}`),
    ],
    ['100,000 references', Buffer.from(`From: a@x\nReferences: ${'<a@b> '.repeat(100_000)}\n\n`)],
    ['a body of 100 MB', Buffer.concat([Buffer.from('From: a@x\n\n'), Buffer.alloc(100 << 20, '@@ -1\n')])],
    ['only NUL bytes, 10 MB of them', Buffer.alloc(10 << 20)],
    ['10,000 parts, each in the other', nested(10_000)],
    ['30,000 encoded words', Buffer.from(`From: a@x\nSubject: ${'=?utf-8?q?a?= '.repeat(30_000)}\n\n`)],
  ])('are bounded: %s', (_, bytes) => {
    const memory = process.memoryUsage().rss;
    const before = performance.now();
    const letter = readLetter(bytes);
    expect(letter.references.length).toBeLessThan(100);
    expect(performance.now() - before).toBeLessThan(5000);
    expect(process.memoryUsage().rss - memory).toBeLessThan(400 << 20);
  });

  it('parts within parts are decoded to some depth', async () => {
    const before = performance.now();
    await readMime(nested(2000), 'mail');
    expect(performance.now() - before).toBeLessThan(20_000);
  }, 60_000);
});

function nested(depth: number): Buffer {
  const lines = ['From: a@x', 'MIME-Version: 1.0'];
  for (let i = 0; i < depth; i++) {
    const boundary = `b${String(i)}`;
    lines.push(`Content-Type: multipart/mixed; boundary=${boundary}`, '', `--${boundary}`);
  }
  return Buffer.from([...lines, 'Content-Type: text/plain', '', patchBody()].join('\n'));
}
