import { describe, expect, it } from 'vitest';
import { auditToText } from '../../src/report/audit-text.js';
import { COLOURED, PLAIN, styleFor } from '../../src/report/style.js';
import { reviewToText } from '../../src/report/text.js';
import { applied, audit, byCall, direct, patch, review, sameCall, whole, worded } from './reviews.js';

// `npx vitest run test/report -u` writes the golden files anew; read the difference before it is committed.
const golden = (name: string) => `./golden/${name}.out`;

/** Words that design and code use among themselves. */
const OURS = /\b(hazard|widen|origin|meeting|ownership|speculative|fingerprint)/i;

describe('a review for people', () => {
  it('tells two updates that one call leads to as one matter', async () => {
    const text = reviewToText(review({ findings: [worded(byCall), worded(sameCall)] }));
    await expect(text).toMatchFileSnapshot(golden('one-call'));
    expect(text).not.toMatch(OURS);
  });

  it('says of a series which patch did it and which takes it back', async () => {
    const one = patch(1, 'mm/print: print what was swapped out');
    const two = patch(2, 'mm/fold: fold without atomics');
    const three = patch(3, 'mm/print: test first');
    const patches = [
      applied(one, 'applied', [
        { ...whole, offset: -12 },
        { ...whole, offset: 3, fuzz: 1 },
      ]),
      applied(two, 'partial', [
        whole,
        {
          ...whole,
          status: 'failed',
          line: 77,
          reason: 'the patch expects "fold();" where the tree has "unfold();"',
        },
      ]),
      applied(three, 'applied', [{ ...whole, ignoredWhitespace: true }]),
    ];
    const text = reviewToText(
      review({
        patches,
        findings: [worded({ ...byCall, resolvedBy: 3 }), worded(direct)],
        resolved: [worded({ ...byCall, in: 'staple_page', because: null, patch: 3, id: 'fedcba987654' })],
        notes: ['patch 4 of 4 is not in the input'],
      }),
    );
    await expect(text).toMatchFileSnapshot(golden('series'));
    expect(text).not.toMatch(OURS);
  });

  it('does not say again what two findings share', () => {
    const other = { ...worded(byCall), in: 'staple_page', id: 'fedcba987654' };
    const text = reviewToText(review({ findings: [worded(byCall), other] }));
    expect(text.match(/What can be lost/g)).toHaveLength(1);
    expect(text).toContain('The same updates can be lost as above.');
    expect(text).toContain('2 findings.');
  });

  it('ends with one plain line when there is nothing to report', async () => {
    await expect(reviewToText(review())).toMatchFileSnapshot(golden('nothing'));
    const one = patch(1, 'mm: x');
    const last = (status: 'already' | 'partial') =>
      reviewToText(review({ patches: [applied(one, status)] }))
        .trimEnd()
        .split('\n')
        .at(-1);
    expect(last('already')).toBe('Nothing to report: the tree has it already.');
    expect(last('partial')).toBe('Nothing to report on what applies.');
  });

  it('names a plain folder', () => {
    expect(reviewToText(review({ base: null, tree: 'pages' }))).toContain(
      'base is the folder pages as it is',
    );
  });

  it('takes control of no terminal', () => {
    const evil = patch(1, 'mm: \x1b[2J\u009b2J\u202eclear\r\nnext');
    const text = reviewToText(
      review({
        patches: [applied(evil)],
        findings: [worded({ ...byCall, update: 'folio->flags |= \x1b[31m' })],
        notes: ['from \x07a mail'],
      }),
    );
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  it('keeps its own words within 80 columns', () => {
    const text = reviewToText(review({ findings: [worded(byCall)], notes: ['x '.repeat(200)] }));
    const own = text.split('\n').filter((line) => !/\(\) {2}/.test(line));
    for (const line of own) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('an audit for people', () => {
  it('says what is in the tree, and on request how much was seen', async () => {
    await expect(auditToText(audit, true)).toMatchFileSnapshot(golden('audit-verbose'));
    expect(auditToText(audit, false)).not.toContain('analysed');
    expect(auditToText({ ...audit, findings: [], notes: [] }, false)).toBe('Nothing to report.\n');
  });
});

describe('colour', () => {
  it('is for terminals, unless it is unwanted', () => {
    expect(styleFor({ isTTY: true }, {})).toBe(COLOURED);
    expect(styleFor({}, {})).toBe(PLAIN);
    expect(styleFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(PLAIN);
    expect(styleFor({ isTTY: true }, { NO_COLOR: '' })).toBe(COLOURED);
    expect(styleFor({ isTTY: true }, { TERM: 'dumb' })).toBe(PLAIN);
  });

  it('changes no character of the text', () => {
    const made = review({ findings: [worded(byCall), worded(sameCall)] });
    const coloured = reviewToText(made, COLOURED);
    expect(coloured).toContain('\x1b[1m');
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(reviewToText(made));
  });
});
