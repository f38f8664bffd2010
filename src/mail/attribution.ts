import type { QuotedLine } from './quote.js';

/** Everything up to what stands in front of the name: a comma, a time zone, a time of day. */
const DATE_PART = /^.*(?:, | [+-]\d{4} (?:\([A-Z]+\) )?|\d [AP]M,? )/i;

/**
 * Who wrote what is quoted at `depth`, from the line above it: "On Tue, 25 Jun 2024, Some One wrote:". Null
 * when there is no such line.
 */
export function quotedAuthor(lines: readonly QuotedLine[], depth: number): string | null {
  const first = lines.findIndex((line) => line.depth === depth);
  for (let i = first - 1; i >= Math.max(0, first - 3); i--) {
    const { rest, depth: above } = lines[i]!;
    if (above !== depth - 1 || !/(?:wrote|writes|schrieb):?\s*$/.test(rest.slice(-40))) continue;
    const wrapped = /^\s*(?:On|Am|At|Quoting)\b/.test(rest) ? '' : `${lines[i - 1]?.rest ?? ''} `;
    const text = (wrapped + rest).slice(0, 400).replace(/\s*(?:wrote|writes|schrieb):?\s*$/, '');
    const name = text
      .replace(DATE_PART, '')
      .replace(/<?\S*xxxxx\S*>?/, '')
      .trim();
    return name === '' || /^On\b/.test(name) ? null : name;
  }
  return null;
}
