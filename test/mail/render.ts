import type { Series } from '../../src/mail/series.js';
import { writeDiff } from '../../src/patch/write.js';

/** Series as text, everything in it, so that a fixture can say exactly what must come out. */
export function renderSeries(all: readonly Series[]): string {
  return all.map(renderOne).join('\n');
}

function renderOne(series: Series): string {
  const head = [
    `series: ${series.subject}`,
    `version: ${series.version}, id: ${series.messageId}, date: ${series.date}`,
    ...series.notes.map((note) => `note: ${note}`),
  ];
  const patches = series.patches.map((patch) => {
    const flags = [patch.quoted ? 'quoted' : '', patch.whitespaceDamaged ? 'damaged' : ''].filter(Boolean);
    return [
      `patch ${patch.number}: ${patch.subject}${flags.length > 0 ? ` (${flags.join(', ')})` : ''}`,
      `id: ${patch.messageId}, author: ${patch.author}, date: ${patch.date}, base: ${patch.baseCommit}`,
      ...(patch.message === '' ? [] : patch.message.split('\n').map((line) => `  ${line}`.trimEnd())),
      patch.files.map(writeDiff).join(''),
    ].join('\n');
  });
  return `${head.join('\n')}\n\n${patches.join('\n')}`;
}
