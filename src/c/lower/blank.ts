import type { Extent } from '../normalise.js';
import type { SyntaxNode } from '../syntax.js';
import { mayHandleFolios, shortEnough } from './relevant.js';

/**
 * Blanks the bodies of functions of which only the name will matter, so that they cost no parsing. Only bodies that are
 * told without reading them are: a brace alone in the first column on both ends, between them as many braces opened as
 * closed, and no directive but whole conditionals. Every character that stays keeps its place.
 */
export function blankUnneededBodies(text: string): string {
  return blankBodiesWhere(
    text,
    (head, body) => !shortEnough(body.length) && !mayHandleFolios(head) && !mayHandleFolios(body),
  );
}

/** Blanks all bodies that are told without reading them, for who asks where functions begin and end. */
export function blankBodies(text: string): string {
  return blankBodiesWhere(text, () => true);
}

function blankBodiesWhere(text: string, isUnneeded: (head: string, body: string) => boolean): string {
  const parts: string[] = [];
  let kept = 0;
  for (let open = text.indexOf('\n{\n'); open >= 0; open = text.indexOf('\n{\n', open + 1)) {
    const close = text.indexOf('\n}', open + 2);
    if (close < 0) break;
    const [from, to] = [open + 3, close + 1];
    const head = headBefore(text, open);
    const body = text.slice(from, to);
    if (head !== null && isUnneeded(head, body) && isWhole(body)) {
      parts.push(text.slice(kept, from), blank(body));
      kept = to;
    }
    open = close - 1;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(kept);
}

/**
 * The head of the function whose body begins behind a line break; null for something else.
 *
 * @param open offset of the line break in front of the opening brace
 */
function headBefore(text: string, open: number): string | null {
  // Tables begin like functions, but for the bracket.
  const head = text.slice(text.lastIndexOf('\n\n', open) + 1, open);
  return /\)\s*$/.test(head) ? head : null;
}

function isWhole(body: string): boolean {
  // Tables on the stack name functions; a comment may hold all of it.
  return (
    !/=\s*\{(?!\s*0?\s*\})/.test(body) &&
    count(body, '{') === count(body, '}') &&
    body.lastIndexOf('*/') >= body.lastIndexOf('/*') &&
    wholeComments(body) &&
    wholeConditionals(body)
  );
}

/** Whether a text has no directives but `#if … #endif` of its own, each branch of which closes the braces that it opens. */
function wholeConditionals(body: string): boolean {
  if (!/^[ \t]*#/m.test(body)) return true;
  const outside: number[] = [];
  let braces = 0;
  for (const line of body.split('\n')) {
    const [, directive] = /^[ \t]*#[ \t]*(\w*)/.exec(line) ?? [];
    if (directive === undefined) braces += count(line, '{') - count(line, '}');
    else if (/^if/.test(directive)) outside.push(braces);
    else if (!/^(?:el(?:se|if)|endif)$/.test(directive) || outside.at(-1) !== braces) return false;
    else if (directive === 'endif') outside.pop();
  }
  return outside.length === 0;
}

/** Whether no comment that began before the text ends in it. */
function wholeComments(text: string): boolean {
  const end = text.indexOf('*/');
  return end < 0 || text.lastIndexOf('/*', end) >= 0;
}

/**
 * Blanks what the second pass would read as the first did: the items that were found, and in which no directive is.
 */
export function blankRead(text: string, root: SyntaxNode): string {
  const parts: string[] = [];
  let kept = 0;
  for (const { type, startIndex, endIndex } of root.namedChildren) {
    if (startIndex < kept) continue;
    const item = text.slice(startIndex, endIndex);
    if (type === 'preproc_function_def') parts.push(text.slice(kept, startIndex), blank(item));
    else if (!ITEMS.has(type) || /^[ \t]*#/m.test(item)) continue;
    // What stands around it still sees an item end here.
    else parts.push(text.slice(kept, startIndex), blank(item.slice(0, -1)), ';');
    kept = endIndex;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(kept);
}

/** Blanks stretches of a text, which are in its order. */
export function blankAll(text: string, stretches: readonly Extent[]): string {
  const parts: string[] = [];
  let kept = 0;
  for (const { start, end } of stretches) {
    parts.push(text.slice(kept, start), blank(text.slice(start, end)));
    kept = end;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(kept);
}

const ITEMS = new Set([
  'function_definition',
  'declaration',
  'type_definition',
  'struct_specifier',
  'enum_specifier',
]);

function blank(text: string): string {
  return text.replace(/[^\r\n]+/g, (run) => ' '.repeat(run.length));
}

function count(text: string, what: string): number {
  let found = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) found++;
  return found;
}
