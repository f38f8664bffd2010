import { isDeepStrictEqual } from 'node:util';
import { structuredPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RectoError } from '../../src/errors.js';
import { plainText } from '../../src/mail/message.js';
import { readSeries } from '../../src/mail/read.js';
import { recoverDiff } from '../../src/mail/recover.js';
import { parseDiffLines } from '../../src/patch/diff.js';
import type { FileDiff } from '../../src/patch/patch.js';
import { writeDiff } from '../../src/patch/write.js';

const word = fc.constantFrom(
  'pond',
  'level',
  '=',
  'pond_fill(pond,',
  'bucket);',
  '&&',
  'if',
  '/*',
  '*/',
  'x',
  '0x7f',
);
/** A line of code as people write it: tabs, then words with one blank between them. */
const code = fc
  .tuple(fc.nat(3), fc.array(word, { maxLength: 14 }))
  .map(([depth, words]) => (words.length === 0 ? '' : '\t'.repeat(depth) + words.join(' ')));
const texts = fc.tuple(
  fc.array(code, { minLength: 6, maxLength: 30 }),
  fc.array(fc.tuple(fc.nat(30), fc.nat(2), code), { minLength: 1, maxLength: 4 }),
);

const diffs = texts
  .map(([lines, edits]): FileDiff => {
    const after = [...lines];
    for (const [at, gone, come] of edits) after.splice(Math.min(at, after.length), gone, come);
    const { hunks } = structuredPatch('x', 'x', `${lines.join('\n')}\n`, `${after.join('\n')}\n`, '', '', {
      context: 3,
    });
    const section = 'static void pond_fill(struct pond *pond, struct bucket *bucket)';
    return {
      oldPath: 'mm/pond.c',
      newPath: 'mm/pond.c',
      oldBlob: null,
      newBlob: null,
      binary: false,
      hunks: hunks.map((hunk) => ({ ...hunk, section })),
    };
  })
  .filter((file) => file.hunks.length > 0);

function quote(text: string, depth: number): string {
  return text.replaceAll(/^(?!$)/gm, '> '.repeat(depth));
}

/** Wraps as mailers do: at the last blank before the limit, each piece with the quote marks again. */
function wrap(text: string, marks: string, width: number): string {
  const wrapped: string[] = [];
  for (const line of text.split('\n')) {
    let rest = line;
    for (;;) {
      const blank = rest.lastIndexOf(' ', width);
      if (rest.length <= width || blank <= marks.length + 1) break;
      wrapped.push(rest.slice(0, blank));
      rest = marks + rest.slice(blank + 1);
    }
    wrapped.push(rest);
  }
  return wrapped.join('\n');
}

describe('a quoted patch is recovered', () => {
  it('as it was, at any depth', () => {
    fc.assert(
      fc.property(diffs, fc.integer({ min: 1, max: 6 }), (file, depth) => {
        const recovered = recoverDiff(plainText(`Hi,\n\n${quote(writeDiff(file), depth)}\nOk.\n`));
        expect(recovered).toMatchObject({ depth, damaged: false, partial: 0 });
        expect(parseDiffLines(recovered!.diff).files).toEqual([file]);
      }),
      { numRuns: 300 },
    );
  });

  it('though remarks stand between its lines', () => {
    fc.assert(
      fc.property(diffs, fc.nat(30), (file, at) => {
        const lines = quote(writeDiff(file), 1).trimEnd().split('\n');
        lines.splice(Math.min(4 + at, lines.length), 0, '', 'Why this?', 'I do not see it.', '');
        const recovered = recoverDiff(plainText(lines.join('\n')));
        expect(parseDiffLines(recovered!.diff).files).toEqual([file]);
      }),
      { numRuns: 300 },
    );
  });

  it('and loses no hunk when it was wrapped at 76 columns', () => {
    let exact = 0;
    let all = 0;
    fc.assert(
      fc.property(diffs, fc.integer({ min: 1, max: 3 }), (file, depth) => {
        const text = wrap(quote(writeDiff(file), depth), '> '.repeat(depth), 76);
        const recovered = recoverDiff(plainText(text));
        expect(recovered).toMatchObject({ depth, partial: 0 });
        const { files, broken } = parseDiffLines(recovered!.diff);
        expect(broken).toBe(0);
        expect(files[0]!.hunks.map((hunk) => hunk.section)).toEqual(file.hunks.map((hunk) => hunk.section));
        all++;
        if (isDeepStrictEqual(files, [file])) exact++;
      }),
      { numRuns: 300 },
    );
    // The rest of a wrapped line may look like a line of its own; the counts do not always tell.
    expect(exact / all).toBeGreaterThan(0.9);
  });
});

describe('whatever comes in', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '> diff --git a/x b/x',
      '> --- a/x',
      '> +++ b/x',
      '> @@ -1,3 +1,4 @@ f',
      '>  a',
      '> +b',
      '> -c',
      '>> @@ -1 +1 @@',
      '--- a/x',
      '+++ b/x',
      '@@ -1,2 +1,2 @@',
      ' a',
      '+b',
      'a',
      '',
      '>',
      'From a Mon Jan  1 00:00:00 2001',
      'From: a@b.c',
      'Subject: [PATCH 1/2] x',
      'Content-Type: multipart/mixed; boundary=b',
      'Content-Transfer-Encoding: base64',
      '--b',
      'Date: Tue Jun 25 2024 - 15:38:07 EST',
      '<html><pre>',
      '&lt;&gt;',
      'commit 0123456789abcdef',
      'Author: x',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );

  it('a series or a RectoError comes out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
        try {
          const all = await readSeries([{ name: 'x', bytes: Buffer.from(lines.join('\n')) }]);
          for (const series of all) expect(series.patches.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(RectoError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('it takes time in proportion to its size', async () => {
    const head = 'Subject: a\nFrom: b@c.d\n\n';
    const quoted = '> --- a/x\n> +++ b/x\n';
    const hostile = [
      `${head}${'>'.repeat(2_000_000)}`,
      `${head}${quoted}${'> @@ -1,9999 +1,9999 @@\n> foo\n> + bar\n>  baz\n> quux\n> - x\n'.repeat(20_000)}`,
      `${head}${quoted}> @@ -1,199999 +1,199990 @@\n${'> foo\n> + bar\n> - baz\n'.repeat(30_000)}`,
      `${head}${quoted}${`> @@ -1,1999 +1,1990 @@\n${'> foo\n> + bar\n> - baz\n'.repeat(600)}`.repeat(20)}`,
      `From: ${'a@b,'.repeat(100_000)}\nSubject: ${'[PATCH '.repeat(50_000)}\nReferences: ${'<a@b> '.repeat(50_000)}\n\nx`,
      `<html>${'<pre'.repeat(500_000)}${'&'.repeat(500_000)}`,
      `From: ${' '.repeat(500_000)}x\nDate: ${'x'.repeat(500_000)}\n\n${' '.repeat(500_000)}\n`,
    ];
    for (const text of hostile) {
      const start = performance.now();
      await readSeries([{ name: 'x', bytes: Buffer.from(text) }]).catch((error: unknown) => {
        expect(error).toBeInstanceOf(RectoError);
      });
      expect(performance.now() - start).toBeLessThan(8000);
    }
  });
});
