import { createTwoFilesPatch } from 'diff';
import { readSeries } from '../../src/mail/read.js';
import type { Series } from '../../src/mail/series.js';
import type { Files } from '../analysis/kernel.js';

/** A mail with the difference of two versions of some files. */
function mail(before: Files, after: Files, number: number, of: number): string {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const diffs = paths
    .filter((path) => before[path] !== after[path])
    .map((path) =>
      createTwoFilesPatch(
        before[path] === undefined ? '/dev/null' : `a/${path}`,
        after[path] === undefined ? '/dev/null' : `b/${path}`,
        before[path] ?? '',
        after[path] ?? '',
        undefined,
        undefined,
        { context: 3 },
      ).replace(/^=+\n/, `diff --git a/${path} b/${path}\n`),
    );
  return [
    'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001',
    'From: Sam Ample <sam@example.org>',
    `Date: Tue, 4 Mar 2025 10:21:0${number} +0000`,
    `Subject: [PATCH ${number}/${of}] step ${number}`,
    `Message-ID: <20250304102107.${number}-sam@example.org>`,
    ...(number > 1 ? ['In-Reply-To: <20250304102107.1-sam@example.org>'] : []),
    '',
    'What and why.',
    '---',
    ...diffs,
    '-- ',
    '2.48',
    '',
    '',
  ].join('\n');
}

/** The series that makes each of these versions of some files of the one before. */
export async function seriesThrough(versions: readonly Files[]): Promise<Series> {
  const mails = versions
    .slice(1)
    .map((after, index) => mail(versions[index]!, after, index + 1, versions.length - 1));
  const [series] = await readSeries([{ name: 'series.mbox', bytes: Buffer.from(mails.join('')) }]);
  return series!;
}
