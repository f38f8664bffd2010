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
    const { line, endLine } = item;
    if (lines[endLine - 1] !== '}') continue;
    const opening = lines.indexOf('{', line - 1) + 1;
    if (opening === 0 || opening > line + HEAD || endLine - opening <= SHORT) continue;
    if (!isPlain(lines.slice(opening, endLine - 1))) continue;
    lines.fill('', opening, endLine - 1);
    left.push(item);
  }
  return { text: lines.join('\n'), left };
}

/** Is nothing in a body that matters outside of it? */
function isPlain(lines: readonly string[]): boolean {
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
