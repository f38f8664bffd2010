import { describe, expect, it } from 'vitest';
import { readFirstAddress, readHeader } from '../../src/mail/header.js';

function headerOf(...lines: readonly string[]) {
  return readHeader(Buffer.from(`${lines.join('\n')}\n\nbody\n`));
}

describe('readHeader', () => {
  it('unfolds fields, takes the first of a name, and knows where the body begins', () => {
    const header = headerOf('Subject: one', '\ttwo', 'subject: other', 'no field', 'X-Y : z');
    expect(header.get('Subject')).toBe('one\ttwo');
    expect(header.get('x-y')).toBe('z');
    expect(header.bodyAt).toBe('Subject: one\n\ttwo\nsubject: other\nno field\nX-Y : z\n\n'.length);
  });

  it('reads lines that end in CRLF', () => {
    const header = readHeader(Buffer.from('Subject: one\r\n two\r\nX: y\r\n\r\nbody'));
    expect([header.get('subject'), header.get('x')]).toEqual(['one two', 'y']);
  });

  it('cuts no character in two that ends in a byte which is a blank elsewhere', () => {
    const header = headerOf('From: 常凤楠 <c@example.org>', 'Subject: 常凤楠');
    expect(header.get('subject')).toBe('常凤楠');
    expect(readFirstAddress(header.raw('from'))).toEqual({ name: '常凤楠', address: 'c@example.org' });
  });

  it.each([
    ['UTF-8 under another name', 'a =?iso-8859-1?b?4oCT?= b', 'a – b'],
    ['what is that other', '=?iso-8859-1?q?Hellstr=F6m?=', 'Hellström'],
    ['a character that was cut in two', '=?utf-8?q?=E2=80?= =?utf-8?q?=93?=', '–'],
    ['words that begin anew', '=?iso-2022-jp?b?GyRCJCobKEI=?= =?iso-2022-jp?b?GyRCJCobKEI=?=', 'おお'],
    ['GBK under the name of its smaller relative', '=?gb2312?b?tPC4tA==?=', '答复'],
  ])('decodes %s', (_, field, text) => {
    expect(headerOf(`Subject: ${field}`).get('subject')).toBe(text);
  });
});
