import { MAX_QUOTE_DEPTH } from './limits.js';
import type { MessageText } from './message.js';

/** One line of a mail, with its quote marks taken off. */
export interface QuotedLine {
  /** How many `>` were in front. */
  readonly depth: number;
  /** What came after the marks, still with the blank that may follow them. */
  readonly rest: string;
  /** Columns that the whole line takes on paper; tells whether a mailer may have wrapped it. */
  readonly width: number;
  /** True when format=flowed says that the next line continues this one. */
  readonly soft: boolean;
}

/** Takes the quote marks (`> > `, `>>> `, `> >> ` ...) off every line of a mail. */
export function readQuotes(body: MessageText): QuotedLine[] {
  return body.text.split('\n').map((whole) => {
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    let depth = 0;
    let at = 0;
    for (let i = 0; i < line.length && depth < MAX_QUOTE_DEPTH; i++) {
      if (line[i] === '>') {
        depth++;
        at = i + 1;
      } else if (line[i] !== ' ' || depth === 0 || i > at) break;
    }
    let rest = line.slice(at);
    // "Space-stuffing" is part of the format; behind quote marks it is the blank that everybody writes.
    if (body.flowed && depth === 0 && rest.startsWith(' ')) rest = rest.slice(1);
    const soft = body.flowed && rest.endsWith(' ') && rest.trim() !== '' && rest !== '-- ';
    if (soft && body.delSp) rest = rest.slice(0, -1);
    return { depth, rest, width: columns(line), soft };
  });
}

/**
 * The content of quoted lines. Most mailers put one blank between the marks and the text; where the lines of
 * the diff itself begin right after the marks, none is taken off.
 */
export function unquote(lines: readonly QuotedLine[]): string[] {
  const tight = lines.some((line) => line.depth > 0 && /^(?:@@ -\d|diff --git |\+\+\+ )/.test(line.rest));
  return lines.map(({ depth, rest }) => (depth > 0 && !tight && rest.startsWith(' ') ? rest.slice(1) : rest));
}

function columns(line: string): number {
  let width = 0;
  for (const char of line) width = char === '\t' ? width + 8 - (width % 8) : width + 1;
  return width;
}
