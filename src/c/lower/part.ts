/** Lines of a file, from 1, both included. */
export interface LineRange {
  readonly line: number;
  readonly endLine: number;
}

/** Bodies shorter than this are as quickly read as left out, and short ones may be stubs. */
const SHORT = 8;
/** Lines between a function's name and the brace that opens its body. */
const HEAD = 16;

/**
 * A file's text in which functions that are known already have empty bodies: all else, and every line, is where it was.
 * What would say something of the rest of the file stays: directives, tables on the stack.
 *
 * @param functions from the line of the name to the line of the closing brace
 * @returns the text, and of which functions the bodies were left out
 */
export function withoutBodies<T extends LineRange>(
  text: string,
  functions: readonly T[],
): { readonly text: string; readonly left: readonly T[] } {
  const lines = text.split('\n');
  const left: T[] = [];
  for (const item of functions) {
    const body = bodyOf(lines, item);
    if (!body || item.endLine - body.line < SHORT) continue;
    if (!isPlain(lines.slice(body.line - 1, body.endLine))) continue;
    lines.fill('', body.line - 1, body.endLine);
    left.push(item);
  }
  return { text: lines.join('\n'), left };
}

/** Lines of a function's body, without those of its braces; null where these do not stand alone. */
export function bodyOf(lines: readonly string[], { line, endLine }: LineRange): LineRange | null {
  if (lines[endLine - 1] !== '}') return null;
  const opening = lines.indexOf('{', line - 1) + 1;
  if (opening === 0 || opening > line + HEAD || opening >= endLine) return null;
  return { line: opening + 1, endLine: endLine - 1 };
}

/**
 * A file's text of which only some functions are left: every line is where it was. What the file defines as attributes
 * stays, too. Null where the functions are not read alone as they are in the whole file.
 *
 * @param functions from the line of the name to the line of the closing brace
 */
export function onlyFunctions(lines: readonly string[], functions: readonly LineRange[]): string | null {
  const rest = lines.map((text) => (/^#\s*define\s.*[^\\]$/.test(text) ? text : ''));
  const wanted = new Map(functions.map((item) => [item.line, item]));
  /** The `#if`s around a line: has one another branch, and is there a function in it? */
  const around: { isChoice: boolean; isAsked: boolean }[] = [];
  for (let line = 1; line <= lines.length; line++) {
    const [, directive, condition = ''] = /^\s*#\s*(if|el|endif)(.*)/.exec(lines[line - 1]!) ?? [];
    if (directive === 'if')
      around.push({ isChoice: !/^(?:n?def)?\s[^\d]*\bCONFIG_/.test(condition), isAsked: false });
    else if (directive === 'endif') around.pop();
    else if (directive === 'el') {
      const group = around.at(-1);
      // Which branch is read depends on what else there is.
      if (!group || group.isAsked) return null;
      group.isChoice = true;
    }
    const item = wanted.get(line);
    if (!item) continue;
    if (around.some(({ isChoice }) => isChoice)) return null;
    for (const group of around) group.isAsked = true;
    let first = line;
    while (first > 1 && first > line - HEAD && /^[^\s}#/*].*[^;/]$/.test(lines[first - 2]!)) first--;
    for (let at = first; at <= item.endLine; at++) rest[at - 1] = lines[at - 1]!;
  }
  return rest.join('\n');
}

/** Is nothing in a body that matters outside of it? */
export function isPlain(lines: readonly string[]): boolean {
  let depth = 0;
  for (const line of lines) {
    if (line.startsWith('}') || /=\s*\{|=\s*$/.test(line)) return false;
    const directive = /^\s*#\s*(\w+)/.exec(line)?.[1];
    if (directive === undefined) continue;
    if (directive.startsWith('if')) depth++;
    else if (directive === 'endif') depth--;
    else if (!directive.startsWith('el')) return false;
    if (depth < 0 || (depth === 0 && directive.startsWith('el'))) return false;
  }
  return depth === 0;
}
