/**
 * The text with everything blanked that is no code: comments, the insides of strings, preprocessor lines. Offsets and
 * lines stay, so that what is found in it is in the same place of the text.
 */
export function maskNonCode(text: string): string {
  const masked = [...text.split('')];
  const blank = (from: number, to: number): void => {
    for (let at = from; at < to; at++) if (masked[at] !== '\n') masked[at] = ' ';
  };
  let at = 0;
  let lineStart = true;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '\n') {
      lineStart = true;
      at++;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      const to = end < 0 ? text.length : end + 2;
      blank(at, to);
      at = to;
    } else if (text.startsWith('//', at)) {
      const to = lineEnd(text, at);
      blank(at, to);
      at = to;
    } else if (char === '#' && lineStart) {
      let to = lineEnd(text, at);
      while (text[to - 1] === '\\' && to < text.length) to = lineEnd(text, to + 1);
      blank(at, to);
      at = to;
    } else if (char === '"' || char === "'") {
      let to = at + 1;
      while (to < text.length && text[to] !== char && text[to] !== '\n') to += text[to] === '\\' ? 2 : 1;
      blank(at + 1, to);
      at = to + 1;
      lineStart = false;
    } else {
      if (char !== ' ' && char !== '\t') lineStart = false;
      at++;
    }
  }
  return masked.join('');
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
