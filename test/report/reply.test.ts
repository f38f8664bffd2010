import { describe, expect, it } from 'vitest';
import { replyBody } from '../../src/report/reply.js';
import { reviewToReplies } from '../../src/report/replies.js';
import type { FileDiff } from '../../src/patch/patch.js';
import type { AppliedPatch } from '../../src/review/applied.js';
import type { Finding } from '../../src/review/finding.js';
import { applied, byCall, direct, patch, review, sameCall, whole, worded } from './reviews.js';

// `npx vitest run test/report -u` writes the golden files anew; read the difference before it is committed.
const golden = (name: string) => `./golden/${name}.out`;

/** Words that design and code use among themselves. */
const OURS = /\b(hazard|widen|origin|meeting|ownership|severity|confidence|fingerprint)/i;

const file: FileDiff = {
  oldPath: 'mm/print.c',
  newPath: 'mm/print.c',
  oldBlob: null,
  newBlob: null,
  binary: false,
  hunks: [
    {
      oldStart: 38,
      oldLines: 6,
      newStart: 38,
      newLines: 9,
      section: 'int print_page(struct page *page)',
      lines: [
        ' \tlookup();',
        ' ',
        '+\tif (swapped(page)) {',
        '+\t\t/* It may be in the swap cache. */',
        '+\t\tprepare(page);',
        '+\t\tcount(page);',
        '+\t\tink_folio(page_folio(page));',
        '+\t}',
        '-\told();',
        ' \treturn 0;',
      ],
    },
  ],
};

/** The patch that byCall is about: its call is line 44 of the tree after it. */
function printing(number = 1, subject = 'mm/print: print what was swapped out'): AppliedPatch {
  const made = applied({ ...patch(number, subject), files: [file] }, 'applied', [{ ...whole, line: 38 }]);
  return { ...made, files: [{ ...made.files[0]!, addedLines: [40, 41, 42, 43, 44, 45] }] };
}

function body(findings: readonly Finding[], patches = [printing()]): string {
  return replyBody(review({ patches, findings: findings.map(worded) }), 1)!;
}

describe('the mail that answers a patch', () => {
  it('stands under the line that causes it, and tells two updates of one call together', async () => {
    const text = body([byCall, sameCall]);
    await expect(text).toMatchFileSnapshot(golden('reply'));
    expect(text.replace(/https:\S+/, '')).not.toMatch(OURS);
    expect(text.match(/^> \+.*ink_folio/gm)).toHaveLength(1);
  });

  it('has all callers of the same cause in it, and only the advice that helps with all', () => {
    const other = { ...byCall, in: 'staple_page', id: 'fedcba987654', advice: [byCall.advice[1]!] };
    const text = body([byCall, other]);
    expect(text).toContain('staple_page() does the same');
    expect(text.match(/CPU 0/g)).toHaveLength(1);
    expect(text).toContain('A way out:\n- Use the atomic folio_set_swapbacked().');
    expect(text).not.toContain('Test first');
  });

  it('keeps to 72 columns, but for what is quoted, drawn, or a link', () => {
    const lines = body([byCall, sameCall]).split('\n');
    for (const line of lines.filter((text) => !/^> |^ {2}|https:/.test(text))) {
      expect(line.length, line).toBeLessThanOrEqual(72);
    }
  });

  it('is not written for what only a memory failure can race with', () => {
    const only = { ...byCall, races: byCall.races.filter(({ update }) => update.includes('HWPoison')) };
    expect(replyBody(review({ patches: [printing()], findings: [worded(only)] }), 1)).toBeNull();
    expect(body([byCall])).not.toMatch(/hwpoison/i);
  });

  it('is not written for a patch that is fine, or is not there', () => {
    const made = review({ patches: [printing()], findings: [worded({ ...byCall, patch: 2 })] });
    expect(replyBody(made, 1)).toBeNull();
    expect(replyBody(made, 7)).toBeNull();
  });

  it('draws nothing where a lock that was not seen may keep the other out, and says so', () => {
    const text = body([{ ...direct, patch: 1 }]);
    expect(text).not.toContain('CPU 0');
    expect(text).toContain('unless a lock that could not');
    expect(text).toContain('Before the patch the update was atomic.');
  });

  it('says that a later patch takes it back', () => {
    expect(body([{ ...byCall, resolvedBy: 2 }])).toContain('Patch 2 takes it back');
  });

  it('names no author who is not certain', () => {
    const quoted = printing();
    expect(body([byCall])).toMatch(/^On Tue, 04 Mar 2025 10:21:07 \+0000, Sam Ample wrote:\n/);
    expect(body([byCall], [{ ...quoted, patch: { ...quoted.patch, quoted: true } }])).toMatch(/^> /);
  });

  it('ends with short ids and the page of the check', () => {
    const last = body([byCall, sameCall]).trimEnd().split('\n').at(-1);
    expect(last).toMatch(/^0123456 ba98765 https:\/\/\S+widened-non-atomic-update\S*$/);
  });
});

describe('an atomic update of a folio that may be somebody else’s', () => {
  it('is drawn with the owner who loses it', () => {
    const atomic: Finding = {
      ...direct,
      patch: 1,
      atomic: true,
      update: 'folio_trylock',
      flag: 'locked',
      word: 'head',
      races: [
        {
          update: '__folio_set_swapbacked',
          flag: 'swapbacked',
          does: 'sets',
          by: ['make_page'],
          why: 'whoever has just allocated the folio updates its flags without atomic operations',
          at: [{ function: 'make_page', file: 'mm/make.c', line: 3 }],
          certain: true,
        },
      ],
    };
    expect(body([atomic])).toContain(
      [
        '  CPU 0: make_page()                         CPU 1: fold_page()',
        '  __folio_set_swapbacked()',
        '    load folio->flags: locked clear',
        '                                             folio_trylock(): locked set',
        '    store folio->flags: locked clear again',
      ].join('\n'),
    );
  });
});

describe('the mails that answer a series', () => {
  it('are an mbox, in which no body begins another mail', () => {
    const patches = [printing(), printing(2, 'mm/print: again')];
    const findings = [byCall, { ...byCall, patch: 2, advice: ['From here on use atomics.'] }].map(worded);
    const text = reviewToReplies(review({ patches, findings }));
    expect(text.match(/^From /gm)).toHaveLength(2);
    expect(text).toContain('\nSubject: Re: mm/print: again\nIn-Reply-To: <2@example.org>\n');
    expect(text).toContain('\nA way out:\n- From here on use atomics.');
  });

  it('are nothing when there is nothing to say', () => {
    expect(reviewToReplies(review({ patches: [printing(), printing(2)] }))).toBe('');
    expect(reviewToReplies(review())).toBe('');
  });
});
