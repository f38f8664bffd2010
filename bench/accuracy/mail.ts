import { readSeries } from '../../src/mail/read.js';
import type { Series } from '../../src/mail/series.js';
import { diffOf } from './edit.js';
import type { Kernel } from './kernel.js';
import type { Case } from './operator.js';

/** A case as the mails that would bring it, in one mbox. */
export async function mailsOf(item: Case, kernel: Kernel, operator: string): Promise<string> {
  const total = item.patches.length;
  const now = new Map<string, string | null>();
  const mails: string[] = [];
  for (const [index, texts] of item.patches.entries()) {
    const diffs: string[] = [];
    for (const [path, after] of texts) {
      if (!now.has(path)) now.set(path, await kernel.tree.read(path));
      diffs.push(diffOf(path, now.get(path)!, after));
      now.set(path, after);
    }
    const number = total > 1 ? ` ${String(index + 1)}/${String(total)}` : '';
    mails.push(
      [
        'From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001',
        'From: Measurement <measurement@example.org>',
        'Date: Mon, 1 Jan 2024 00:00:00 +0000',
        `Subject: [PATCH${number}] ${operator}: ${item.function}()`,
        `Message-ID: <${String(index + 1)}.${item.function}@example.org>`,
        ...(index > 0 ? [`In-Reply-To: <1.${item.function}@example.org>`] : []),
        '',
        item.says,
        '---',
        '',
        ...diffs,
        '-- ',
        '2.39.5',
        '',
        '',
      ].join('\n'),
    );
  }
  return mails.join('');
}

/** Reads the mails as a user would give them. */
export async function seriesOf(mails: string): Promise<Series> {
  const [series] = await readSeries([{ name: 'case.mbox', bytes: Buffer.from(mails) }]);
  return series!;
}
