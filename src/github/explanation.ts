import type { Finding } from '../review/finding.js';
import { listed, updateName } from '../review/message.js';
import { evidenceList } from '../report/markdown.js';
import { prose } from '../report/markup.js';

/** All that is known of a finding, in Markdown: every way to the update, and every update that it can lose. */
export function explain(finding: Finding): string {
  const races = finding.races.map(({ update, by, why }) => {
    const names = by.filter((name) => name !== update).map((name) => `${name}()`);
    const where = names.length === 0 ? '' : ` in ${listed(names)}`;
    return `- ${prose(`${updateName(update)}${where}: ${why}`)}`;
  });
  return [
    prose(finding.message),
    `How it gets there:\n\n${evidenceList([finding]).join('\n')}`,
    ...(races.length === 0 ? [] : [`What can be lost:\n\n${races.join('\n')}`]),
    `What helps:\n\n${finding.advice.map((text) => `- ${prose(text)}`).join('\n')}`,
  ].join('\n\n');
}
