import { Canvas } from './normalise/canvas.js';
import { dropAttributes, matchBrackets } from './normalise/prepare.js';
import { resolveConditionals, type Branch } from './normalise/conditionals.js';
import { cleanDirectives } from './normalise/directives.js';
import { readArguments, readGeneric, readInitialiser, readParenthesised } from './normalise/expressions.js';
import { readItems } from './normalise/items.js';
import { lex } from './normalise/lex.js';
import { readEnumerators, readMembers, readParameters } from './normalise/members.js';
import { readForHeader, readStatements } from './normalise/statements.js';
import {
  Work,
  type EmptyFunction,
  type Extent,
  type Invocation,
  type MacroFunction,
  type Prototype,
  type Region,
} from './normalise/work.js';

/** C source made fit for the grammar, every character still where it was. */
export interface NormalisedSource {
  /** Same length (UTF-16 code units) and same line breaks as the source. */
  readonly text: string;
  /** Offset of a `while` (or `if`) that stands for an iteration or block macro → the macro's name. Its arguments are the condition. */
  readonly loops: ReadonlyMap<number, string>;
  /** Offset of a function's name in `text` → its name and the macro that made its head (`SYSCALL_DEFINE1`). */
  readonly macroFunctions: ReadonlyMap<number, MacroFunction>;
  /** Macro calls at the top level that are no functions (blanked in `text`): read their arguments in the source. */
  readonly invocations: readonly Invocation[];
  /** Declarations of one function each at the top level, in order. */
  readonly prototypes: readonly Prototype[];
  /** Functions without anything in their bodies, in order. */
  readonly emptyFunctions: readonly EmptyFunction[];
  /** `#define` directives at the top level, in order. */
  readonly definitions: readonly Extent[];
  /** Attribute macros that were blanked, in order. */
  readonly attributes: readonly Invocation[];
  /** Whether the other branch gives another text, that is whether a second pass is worth its while. */
  readonly hasAlternative: boolean;
}

export type { Branch, EmptyFunction, Extent, Invocation, MacroFunction };

const readers: Record<Region['kind'], (work: Work, from: number, to: number) => void> = {
  items: readItems,
  statements: readStatements,
  members: readMembers,
  enumerators: readEnumerators,
  parameters: readParameters,
  arguments: readArguments,
  initialiser: readInitialiser,
  for: readForHeader,
  generic: readGeneric,
  expression: readParenthesised,
};

/**
 * Makes kernel C parseable by tree-sitter's C grammar without moving anything.
 * Attribute macros are blanked, iteration macros become loops, macro-headed
 * functions become functions, type and operator arguments become words, `#if`
 * is resolved: `first` takes the first branch where there is a choice,
 * `second` the last. Works on any text (a function wrapped around a macro's
 * body, too), takes time linear in its length, and never throws.
 */
export function normalise(source: string, branch: Branch): NormalisedSource {
  const canvas = new Canvas(source);
  const { tokens: all, comments, continuations } = lex(source);
  for (let i = 0; i < comments.length; i += 2) canvas.blankContinued(comments[i]!, comments[i + 1]!);
  for (const at of continuations) canvas.blank(at, at + 1);
  const resolved = resolveConditionals(all, canvas, branch);
  cleanDirectives(all, canvas);
  const { tokens, attributes } = dropAttributes(resolved.tokens, canvas);
  const { live, match } = matchBrackets(tokens, canvas);
  const work = new Work(live, match, canvas);
  work.push('items', 0, live.length);
  for (let region = work.next(); region; region = work.next())
    readers[region.kind](work, region.from, region.to);
  work.blankOtherDirectives();
  return {
    text: canvas.text(),
    loops: work.loops,
    macroFunctions: work.macroFunctions,
    invocations: work.invocations,
    prototypes: work.prototypes,
    emptyFunctions: work.emptyFunctions,
    definitions: work.definitions,
    attributes,
    hasAlternative: resolved.hasAlternative,
  };
}
