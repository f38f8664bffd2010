import type { FunctionFacts } from '../facts.js';
import { lineAt, lineStarts } from '../lines.js';
import type { EmptyFunction, Extent, NormalisedSource } from '../normalise.js';
import { readConstant } from './constants.js';
import { readHead } from './head.js';
import { mayMatter } from './relevant.js';

/** A function, with the offset at which it begins. */
export interface PlacedFunction {
  readonly start: number;
  readonly facts: FunctionFacts;
}

/** What was read without a parser. */
export interface ReadDirectly {
  /** Where it stands, in order. */
  readonly extents: Extent[];
  readonly functions: PlacedFunction[];
}

/**
 * Reads what needs no parser: constants, which functions are declared, and functions of which only the name matters.
 *
 * @param original the text before it was blanked and normalised
 * @param constants gets the constants
 * @param prototypes gets the names of the declared functions
 */
export function readDirectly(
  source: NormalisedSource,
  original: string,
  constants: Record<string, number>,
  prototypes: Set<string>,
): ReadDirectly {
  const { text, definitions, prototypes: declared, emptyFunctions } = source;
  const extents: Extent[] = [];
  for (const definition of definitions) {
    const [, name, value] = CONSTANT.exec(text.slice(definition.start, definition.end)) ?? [];
    if (name === undefined) continue;
    readConstant(name, value, constants);
    extents.push(definition);
  }
  for (const { name } of declared) prototypes.add(name);
  const functions: PlacedFunction[] = [];
  let lines: Int32Array | null = null;
  for (const empty of emptyFunctions) {
    if (mayMatter(original.slice(empty.start, empty.end))) continue;
    const facts = readFunction(empty, text, original, (lines ??= lineStarts(text)));
    if (facts === null) continue;
    functions.push({ start: empty.start, facts });
    extents.push(empty);
  }
  return { extents: [...extents, ...declared].sort((a, b) => a.start - b.start), functions };
}

const CONSTANT = /^#[ \t]*define[ \t]+([A-Za-z_]\w*)(?:(?:[ \t]|\\\r?\n)+(\S[^]*))?$/;

/** A function of which only the head is read; null where that takes a parser. */
function readFunction(
  empty: EmptyFunction,
  text: string,
  original: string,
  lines: Int32Array,
): FunctionFacts | null {
  const head = readHead(text, empty);
  if (head === null) return null;
  const written = original.slice(empty.start, empty.body);
  return {
    name: head.name,
    kind: 'function',
    ...storageOf(written),
    line: lineAt(lines, empty.name),
    endLine: lineAt(lines, empty.end),
    returns: head.returns,
    parameters: head.parameters,
    variadic: head.variadic,
    locals: {},
    nodes: [],
  };
}

/** @param head of a function, as written: attributes, too */
export function storageOf(head: string): Pick<FunctionFacts, 'isStatic' | 'isInit'> {
  return { isStatic: /\bstatic\b/.test(head), isInit: /\b__(?:mem)?init\b/.test(head) };
}
