import type { Canvas } from './canvas.js';
import type { Token } from './lex.js';

/**
 * Makes directives ones that the grammar takes, or blanks them. Their comments
 * are blank already. Includes go altogether: nothing is read from them.
 */
export function cleanDirectives(tokens: readonly Token[], canvas: Canvas): void {
  for (const token of tokens) {
    if (token.kind !== 'directive') continue;
    const ended =
      /^\r?\n/.test(canvas.source.slice(token.end, token.end + 2)) || canvas.source[token.end - 1] === '\r';
    if (!ended || !/^[A-Za-z]\w*$/.test(token.text) || token.text === 'include') {
      canvas.blank(token.start, token.end);
    } else if (token.text === 'define') cleanDefine(token, canvas);
  }
}

function cleanDefine({ start, end }: Token, canvas: Canvas): void {
  const text = canvas.slice(start, end);
  const head = /^#[ \t]*define(?:[ \t]|\\\r?\n)+([A-Za-z_$][\w$]*)(\([^)]*\))?/.exec(text);
  const parameters = head?.[2]?.replace(/(?:\s|\\\r?\n)+/g, ' ') ?? '()';
  if (
    !head ||
    !/^\( ?\)$|^\( ?(?:[\w$]+(?: ?\.\.\.)?|\.\.\.)(?: ?, ?(?:[\w$]+(?: ?\.\.\.)?|\.\.\.))* ?\)$/.test(
      parameters,
    )
  ) {
    canvas.blank(start, end);
    return;
  }
  const dots = head[2] ? /\w\s*(\.\.\.)/.exec(head[2]) : null;
  if (dots) {
    // `args...`: the grammar takes a name or the dots.
    const at = start + head[0].length - head[2]!.length + dots.index + dots[0].length - 3;
    canvas.blank(at, at + 3);
  }
  if (/^(?:\s|\\\r?\n)*$/.test(text.slice(head[0].length)) && end - start <= 4096) {
    endAtLine(start, start + head[0].length, end, canvas);
  } else {
    // The grammar reads `/\` and a line break as one thing.
    for (const slash of text.matchAll(/[ \t]\/\\\r?\n/g)) canvas.write(start + slash.index, '/ ');
  }
}

/** A definition without a body must end at the line break: what there is of it moves to the end of its line. */
function endAtLine(start: number, headEnd: number, end: number, canvas: Canvas): void {
  canvas.blank(headEnd, end);
  const rest = canvas.slice(headEnd, end);
  const room = rest.search(/[\r\n]|$/);
  const head = canvas.slice(start, headEnd);
  const word = /^#[ \t]*define/.exec(head)![0].length;
  if (room === 0 || head.includes('\n')) return;
  canvas.blank(start + word, headEnd);
  canvas.write(headEnd + room - (headEnd - start - word), head.slice(word));
}
