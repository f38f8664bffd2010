import { printable } from './lines.js';

/**
 * Text as Markdown that shows it and does nothing else: no markup, no HTML, and on GitHub no mentions, references or
 * links. Names of functions and tests of flags come as code.
 */
export function prose(text: string): string {
  return printable(text)
    .split(/(\bif \(!?\w+\([\w.]*\)\)|\b[A-Za-z_]\w*\(\))/)
    .map((part, index) => (index % 2 === 1 ? code(part) : escaped(part)))
    .join('');
}

/** GitHub looks for mentions and links in the text of the rendered page: a comment in the middle ends them. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]{}|~$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^(\s*)([-+#=]|\d+[.)])/, (_, space: string, mark: string) =>
      mark.length === 1 ? `${space}\\${mark}` : `${space}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
    )
    .replace(/[@#](?=[\w/-])/g, '$&<!-- -->')
    .replace(/:(?=\/\/)/g, ':<!-- -->')
    .replace(/(www)(?=\.)/gi, '$1<!-- -->');
}

/** A code span. */
export function code(text: string): string {
  const shown = printable(text);
  const marks = '`'.repeat(longestRun(shown) + 1);
  const space = shown === '' || /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${marks}${space}${shown}${space}${marks}`;
}

/** A block of code. */
export function fenced(lines: readonly string[], language = ''): string[] {
  const shown = lines.map((line) => line.split('\t').map(printable).join('\t'));
  const marks = '`'.repeat(Math.max(3, ...shown.map((line) => longestRun(line) + 1)));
  return [marks + language, ...shown, marks];
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
