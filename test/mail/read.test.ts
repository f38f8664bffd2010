import { describe, expect, it } from 'vitest';
import { RectoError } from '../../src/errors.js';
import { joinSeries } from '../../src/mail/assemble.js';
import { MAX_INPUT_BYTES, MAX_MAILS } from '../../src/mail/limits.js';
import { assertInputSize, readSeries } from '../../src/mail/read.js';
import { MAX_DIFF_BYTES } from '../../src/patch/limits.js';

const DIFF = '--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1 +1 @@\n-a\n+b\n';

function mail(fields: Record<string, string>, body: string): string {
  const head = { From: 'Ann <ann@example.org>', Subject: 'x', ...fields };
  return `${Object.entries(head)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')}\n${body}`;
}

function read(...texts: string[]) {
  return readSeries(texts.map((text, i) => ({ name: `input ${i + 1}`, bytes: Buffer.from(text, 'latin1') })));
}

async function refused(...texts: string[]): Promise<RectoError> {
  const error: unknown = await read(...texts).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof RectoError) return error;
  throw error ?? new Error('nothing was thrown');
}

describe('what cannot be read is refused in words', () => {
  it('nothing at all', async () => {
    expect(await refused(' \r\n\n')).toMatchObject({
      code: 'unreadable-input',
      place: 'input 1',
      message: expect.stringMatching(/^input 1 is empty; expected an mbox, a mail/),
    });
  });

  it('a mail without a patch', async () => {
    const error = await refused(mail({ Subject: 'Re: [PATCH] mm: x' }, 'Looks good.\n'));
    expect(error.code).toBe('unreadable-input');
    expect(error.message).toMatch(
      /^no patch in input 1: found one mail \("Re: \[PATCH\] mm: x"\), without a diff\./,
    );
  });

  it('an image, alone or attached', async () => {
    expect((await refused('\x89PNG\r\n\x1a\n\0\0\0')).message).toMatch(/found binary data/);
    const type = 'multipart/mixed; boundary=b';
    const body =
      '--b\nContent-Type: image/png; name=x.png\nContent-Transfer-Encoding: base64\n\niVBORw0K\n--b--\n';
    const error = await refused(mail({ 'MIME-Version': '1.0', 'Content-Type': type }, body));
    expect(error.code).toBe('unreadable-input');
    expect(error.message).toMatch(/the attachment "x.png" \(image\/png, 6 bytes\) was skipped/);
  });

  it('a diff of 50 MB, quickly', async () => {
    const bytes = Buffer.alloc(50 * 1024 * 1024, DIFF);
    const start = performance.now();
    const error: unknown = await readSeries([{ name: 'big.diff', bytes }]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/^big.diff has 50 MB; one patch may have 32 MB\. Split it/),
    });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(MAX_DIFF_BYTES).toBe(32 * 1024 * 1024);
  });

  it('more than we read at a time', async () => {
    expect(() => assertInputSize(MAX_INPUT_BYTES + 1)).toThrow(/257 MB; Recto reads 256 MB at a time/);
    const mbox = `From a Mon Jan  1 00:00:00 2001\n${mail({}, '')}\n`.repeat(MAX_MAILS + 1);
    expect(await refused(mbox)).toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/20001 mails/),
    });
  });

  it('a path that leads out of the tree', async () => {
    const error = await refused(
      mail({ Subject: '[PATCH] x' }, DIFF.replaceAll('mm/x.c', '../../etc/passwd')),
    );
    expect(error).toMatchObject({ code: 'unreadable-input', place: 'input 1' });
    expect(error.message).toMatch(/^input 1: the diff names the path "..\/..\/etc\/passwd", which leads out/);
  });
});

describe('mails become series', () => {
  const patch = (subject: string, id: string, answers = '', body = DIFF) =>
    mail(
      { Subject: subject, 'Message-ID': `<${id}@x>`, ...(answers && { 'In-Reply-To': `<${answers}@x>` }) },
      body,
    );

  it('from several files, in the order of their numbers', async () => {
    const [series, ...others] = await read(patch('[PATCH 2/2] b', 'b'), patch('[PATCH 1/2] a', 'a'));
    expect(others).toEqual([]);
    expect(series!.patches.map((p) => [p.number, p.subject])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('of one version each', async () => {
    const all = await read(
      patch('[PATCH 1/1] a', 'a'),
      patch('[PATCH v2 0/1] A', 'a2', 'a', 'base-commit: 1234567\n'),
      patch('[PATCH v2 1/1] a', 'a3', 'a2'),
    );
    expect(all.map((s) => [s.version, s.subject, s.patches[0]!.baseCommit])).toEqual([
      [1, 'a', null],
      [2, 'A', '1234567'],
    ]);
  });

  it('and a number that is taken begins another', async () => {
    const all = await read(
      patch('[PATCH 1/2] a', 'a'),
      patch('[PATCH 2/2] b', 'b'),
      patch('[PATCH 1/2] c', 'c'),
    );
    expect(all.map((s) => s.notes)).toEqual([[], ['patch 2 of 2 is not in the input']]);
  });

  it('the same mail twice is read once', async () => {
    expect(await read(patch('[PATCH] a', 'a'), patch('[PATCH] a', 'a'))).toHaveLength(1);
  });

  it('another patch under the same Message-ID is another mail', async () => {
    const mended = patch('[PATCH] a', 'a').replace('\n+b\n', '\n+c\n');
    expect(await read(patch('[PATCH] a', 'a'), mended)).toHaveLength(2);
  });

  it('the patch itself is preferred to replies that quote it', async () => {
    const quote = patch(
      'Re: [PATCH] a',
      'r',
      'a',
      `On Monday, Ann wrote:\n${DIFF.replaceAll(/^/gm, '> ')}\nNo.\n`,
    );
    const all = await read(quote, patch('[PATCH] a', 'a'));
    expect(all.map((s) => [s.messageId, s.patches[0]!.quoted])).toEqual([['a@x', false]]);
    const alone = await read(quote, quote.replace('<r@x>', '<r2@x>'));
    expect(alone.map((s) => [s.messageId, s.patches[0]!.quoted])).toEqual([['a@x', true]]);
  });

  it('a reply with a diff of its own is a series of its own', async () => {
    const all = await read(
      patch('[PATCH 1/2] a', 'a'),
      patch('Re: [PATCH 1/2] a', 'r', 'a', `Rather:\n\n${DIFF.replace('+b', '+c')}`),
      patch('[PATCH 2/2] b', 'b', 'a'),
    );
    expect(all.map((s) => s.patches.map((p) => [p.number, p.messageId]))).toEqual([
      [
        [1, 'a@x'],
        [2, 'b@x'],
      ],
      [[1, 'r@x']],
    ]);
  });

  it('several diffs attached to one mail are its patches in order', async () => {
    const part = (name: string, diff: string) =>
      `--b\nContent-Type: text/x-diff; name=${name}\nContent-Disposition: attachment; filename=${name}\n\n${diff}`;
    const body = `${part('1.diff', DIFF)}${part('2.diff', DIFF.replaceAll('x.c', 'y.c'))}--b--\n`;
    const fields = { Subject: 'two', 'MIME-Version': '1.0', 'Content-Type': 'multipart/mixed; boundary=b' };
    const [series] = await read(mail(fields, body));
    expect(series!.patches.map((p) => [p.number, p.files[0]!.newPath])).toEqual([
      [1, 'mm/x.c'],
      [2, 'mm/y.c'],
    ]);
  });

  it('and are joined to one where they are to be reviewed on top of each other', async () => {
    const all = await read(patch('[PATCH v2 2/3] a', 'a'), DIFF);
    const joined = joinSeries(all);
    expect(joined.patches.map((p) => [p.number, p.subject])).toEqual([
      [1, 'a'],
      [2, 'input 2'],
    ]);
    expect(joined.notes).toEqual(['patches 1, 3 of 3 are not in the input']);
    expect(joinSeries(all.slice(0, 1))).toBe(all[0]);
  });
});
