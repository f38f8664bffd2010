import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { readPlainBody } from '../../src/mail/plain-body.js';

const bodyOf = (mail: string | Buffer): string | undefined => readPlainBody(Buffer.from(mail))?.body.text;

/** What mailparser makes of it. */
async function parsed(mail: Buffer): Promise<string> {
  const { text } = await simpleParser(mail, { skipTextToHtml: true });
  return (text ?? '').replaceAll('\r\n', '\n');
}

describe('the body of a plain mail', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]/.test(text)),
    fc.constantFrom(
      '',
      '-- ',
      '---',
      '.',
      'From nobody',
      '>From me',
      'Content-Type: text/html',
      '--=_boundary',
      '\u00e4\u20ac',
    ),
  );
  const types = fc.constantFrom(
    '',
    'Content-Type: text/plain\n',
    'content-type: text/plain; charset=UTF-8\n',
    'MIME-Version: 1.0\nContent-Type: text/plain;\n charset="us-ascii"\n',
    'Content-Type: TEXT/PLAIN; charset=utf-8\nContent-Transfer-Encoding: 8bit\n',
    'Content-Transfer-Encoding: 7bit\n',
    'Content-Language: en-US\n',
  );

  it('is what mailparser reads', async () => {
    await fc.assert(
      fc.asyncProperty(types, fc.array(line), fc.constantFrom('\n', '\r\n'), async (type, lines, end) => {
        const text = `From: a@example.org\nSubject: s\n${type}\n${lines.join('\n')}`;
        const mail = Buffer.from(text.replaceAll('\n', end));
        expect(bodyOf(mail)).toBe(await parsed(mail));
      }),
      { numRuns: 300 },
    );
  });

  it('is known in what git format-patch and kernel lists send', () => {
    expect(bodyOf('From 1234 Mon Sep 17 00:00:00 2001\nFrom: a\nSubject: b\n\nbody\n')).toBe('body\n');
    expect(bodyOf('Subject: b\nContent-Type: text/plain; charset=UTF-8; format=flowed\n\nbody \n')).toBe(
      'body \n',
    );
  });

  it('says how its lines are to be read', () => {
    const flowed = 'Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\nx\n';
    expect(readPlainBody(Buffer.from(flowed))).toEqual({
      body: { text: 'x\n', flowed: true, delSp: true, fromPage: false },
      charset: 'utf-8',
    });
  });

  it.each([
    'Content-Type: text/html\n\nx',
    'Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n',
    'Content-Type: text/plain; charset=iso-8859-1\n\nx',
    'Content-Type: text/plain; charset=utf-8; name=a.patch\n\nx',
    'Content-Transfer-Encoding: quoted-printable\n\nx=3D',
    'Content-Transfer-Encoding: base64\n\neA==',
    'Content-Disposition: attachment\n\nx',
    'Content-Type: text/plain\nContent-Type: text/html\n\nx',
    'Subject: no body',
  ])('is none: %j', (mail) => {
    expect(readPlainBody(Buffer.from(mail))).toBeNull();
  });

  it('is that of our own examples', () => {
    const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.patch')))
      expect(readPlainBody(readFileSync(folder + name)), name).not.toBeNull();
  });
});
