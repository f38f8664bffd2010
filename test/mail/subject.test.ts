import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSubject } from '../../src/mail/subject.js';

describe('parseSubject', () => {
  it.each([
    ['[PATCH] mm: x', 'mm: x', 1, null, null],
    ['[PATCH v2 2/3] mm: x', 'mm: x', 2, 2, 3],
    ['[f2fs-dev] [PATCH v2 1/3] f2fs: x', 'f2fs: x', 2, 1, 3],
    ['[PATCH mm-unstable] mm: x', 'mm: x', 1, null, null],
    ['[RFC PATCH -next 01/12] x', 'x', 1, 1, 12],
    ['Re: [PATCH RESEND v3] x', 'x', 3, null, null],
    ['RE: AW: [list] Re: [PATCHv4 0/2] x', 'x', 4, 0, 2],
    ['[V5,3/7] x', 'x', 5, 3, 7],
    ['[PATCH 5.10 1/2] [media] x', 'x', 1, 1, 2],
    ['[list] hello', 'hello', 1, null, null],
    ['[PATCH 1/3] r: x', 'r: x', 1, 1, 3],
    ['R: [PATCH 1/3] x', 'x', 1, 1, 3],
    ['[PATCH preview][] x', 'x', 1, null, null],
    ['[RFC PATCH 3/4] [dax|pmem]: x', 'x', 1, 3, 4],
    ['Revert "[PATCH] x"', 'Revert "[PATCH] x"', 1, null, null],
    ['[unfinished', '[unfinished', 1, null, null],
    ['', '', 1, null, null],
  ])('%s', (subject, title, version, number, total) => {
    expect(parseSubject(subject)).toMatchObject({ title, version, number, total });
  });

  it('knows replies and tags', () => {
    expect(parseSubject('Re: [RFC PATCH -next 1/2] x')).toMatchObject({
      reply: true,
      tags: ['rfc', '-next'],
      patch: true,
    });
    expect(parseSubject('regarding: x')).toMatchObject({ reply: false, patch: false });
  });

  it('takes anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]Re:/ PATCHv123,-') }), (s) => void parseSubject(s)),
    );
  });
});
