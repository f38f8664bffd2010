const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '-',
  mdash: '-',
  hellip: '...',
};
const BREAKS = new Set([
  'br',
  'p',
  'div',
  'tr',
  'li',
  'pre',
  'hr',
  'h1',
  'h2',
  'h3',
  'h4',
  'table',
  'blockquote',
]);
const SKIPPED = ['script', 'style', 'head'];

/** True when the text is an HTML page, or a piece of one. */
export function looksLikeHtml(text: string): boolean {
  const start = text.slice(0, 2000).trimStart().toLowerCase();
  return (
    start.startsWith('<!doctype html') ||
    start.startsWith('<html') ||
    /^<(?:pre|body|div|meta)[ >]/.test(start)
  );
}

/**
 * The text of an HTML page, line by line as far as the page keeps lines: tags are dropped, those that end a
 * line become one, character references are replaced. Linear in the size of the page.
 */
export function htmlText(html: string): string {
  let text = '';
  const lower = html.toLowerCase();
  for (let i = 0; i < html.length;) {
    const open = html.indexOf('<', i);
    if (open < 0) return decodeEntities(text + html.slice(i));
    text += html.slice(i, open);
    const close = html.indexOf('>', open);
    if (close < 0) return decodeEntities(text + html.slice(open));
    const name = /^<\/?([a-z][a-z0-9]*)/.exec(lower.slice(open, open + 20))?.[1];
    i = close + 1;
    if (name === undefined) {
      // Not a tag: a lone '<', as in an address that nobody escaped.
      if (html.startsWith('<!--', open)) {
        const end = html.indexOf('-->', open);
        i = end < 0 ? html.length : end + 3;
      } else if (html[open + 1] !== '!') {
        text += '<';
        i = open + 1;
      }
    } else if (SKIPPED.includes(name) && html[open + 1] !== '/') {
      const end = lower.indexOf(`</${name}`, i);
      i = end < 0 ? html.length : end;
    } else if (BREAKS.has(name) && !text.endsWith('\n')) {
      text += '\n';
    } else if (name === 'br') text += '\n';
  }
  return decodeEntities(text);
}

/** Replaces character references such as `&lt;` and `&#39;`; unknown ones stay. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g,
    (whole, decimal, hex, name) => {
      if (name !== undefined) return NAMED[name as string] ?? whole;
      const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal);
      if (code === 160) return ' ';
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
