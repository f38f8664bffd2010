import type { FunctionFacts } from '../facts.js';
import { lineAt, lineStarts } from '../lines.js';
import { normalise, type NormalisedSource } from '../normalise.js';
import { blankAll, blankBodies } from './blank.js';
import { lowerFile } from './file.js';
import { readHead } from './head.js';

/** A function without what it does, and where it begins and ends. */
export type FunctionHead = Pick<FunctionFacts, 'name' | 'line' | 'endLine' | 'parameters'>;

/**
 * The functions of a text, as `lowerFile` has them. Where the text is of functions alone whose heads are plain, as most
 * are that patches add, no parser is asked.
 */
export async function headsIn(text: string): Promise<readonly FunctionHead[]> {
  const blanked = blankBodies(text);
  const source = normalise(blanked, 'first');
  return plainHeads(source) ?? (await lowerFile(blanked)).functions;
}

/** Those with parameters are functions to us. */
const MACRO = /^#[ \t]*define[ \t]+\w+\(/;

/** Null where there is something that only the parser can tell. */
function plainHeads(source: NormalisedSource): readonly FunctionHead[] | null {
  const { text, hasAlternative, emptyFunctions, definitions, prototypes } = source;
  if (hasAlternative || definitions.some(({ start, end }) => MACRO.test(text.slice(start, end)))) return null;
  const items = [...emptyFunctions, ...definitions, ...prototypes].sort((a, b) => a.start - b.start);
  if (!saysNothing(blankAll(text, items))) return null;
  const lines = lineStarts(text);
  const heads = new Map<string, FunctionHead>();
  for (const empty of emptyFunctions) {
    const head = readHead(text, empty);
    if (head === null || heads.has(head.name)) return null;
    const { name, parameters } = head;
    heads.set(name, { name, parameters, line: lineAt(lines, empty.name), endLine: lineAt(lines, empty.end) });
  }
  return [...heads.values()];
}

/** Whether a text is of blanks and comments alone. */
function saysNothing(text: string): boolean {
  const begin = /\S/g;
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    const end = text.startsWith('/*', found.index)
      ? text.indexOf('*/', found.index + 2) + 2
      : text.startsWith('//', found.index)
        ? text.indexOf('\n', found.index)
        : 0;
    // Of a comment that does not end the parser makes what it can.
    if (end <= found.index) return false;
    begin.lastIndex = end;
  }
  return true;
}
