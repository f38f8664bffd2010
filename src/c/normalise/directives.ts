import type { Canvas } from './canvas.js';
import type { Token } from './lex.js';

/** Makes live directives ones that the grammar takes, or blanks them. */
export function cleanDirectives(tokens: readonly Token[], canvas: Canvas): void {
  const { source } = canvas;
  for (const token of tokens) {
    if (token.kind !== 'directive') continue;
    if (source.charCodeAt(token.end) !== 0x0a || !wellFormed(source.slice(token.start, token.start + 400), token)) {
      canvas.blank(token.start, token.end);
    } else if (token.text === 'define') nameVariadics(token, canvas);
  }
}

function wellFormed(text: string, { text: word }: Token): boolean {
  if (word === 'define') return /^#[ \t]*define(?:[ \t]|\\\r?\n)+[A-Za-z_$]/.test(text);
  if (word === 'include') return /^#[ \t]*include[ \t]*(?:"[^"\n]*"|<[^>\n]*>|[A-Za-z_]\w*)[ \t\r]*(?:\/[*/].*)?$/m.test(text);
  return /^[A-Za-z]\w*$/.test(word);
}

/** `#define f(args...)`: the grammar takes a name or the dots. */
function nameVariadics({ start, end }: Token, canvas: Canvas): void {
  const parameters = /^#[ \t]*define\s+[A-Za-z_$][\w$]*\([^)]*\)/.exec(canvas.source.slice(start, Math.min(end, start + 1000)));
  const dots = parameters ? /\w\s*(\.\.\.)/.exec(parameters[0]) : null;
  if (!dots) return;
  const at = start + dots.index + dots[0].length - 3;
  canvas.blank(at, at + 3);
}
