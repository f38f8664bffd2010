import { RectoError } from '../errors.js';
import { indexParameter, readBody, type Body } from './body.js';
import { Conditions, MacroScope } from './conditions.js';
import { readItems, splitAtCommas, type Definition } from './definitions.js';
import { MacroExpander, readMacro, type MacroTable } from './macros.js';
import type { Accessor, Flag, FlagModel } from './model.js';
import { isName, readPieces, tokensToText, type Piece, type Token } from './tokens.js';

/** Where the flags and their accessors are defined. */
export const PAGE_FLAGS_HEADER = 'include/linux/page-flags.h';

/** Conversions between pages and folios: their names say more than their bodies, which differ between releases. */
const CONVERSIONS = new Set(['compound_head', 'page_folio', 'folio_page', 'nth_page']);

/** A function of the header with its body read. */
interface Reading {
  readonly definition: Definition;
  readonly body: Body;
  readonly definedBy: string;
  readonly line: number;
  /** Comes out of a macro, so that nobody else will read it. */
  readonly fromMacro: boolean;
}

/**
 * Reads the flags and accessors that a tree defines in `include/linux/page-flags.h`.
 *
 * `files` holds the header's text by path, or finds it. Throws a RectoError 'not-a-kernel-tree' where
 * the header is missing or its macros cannot be understood.
 */
export function readFlagModel(
  files: ReadonlyMap<string, string> | ((path: string) => string | null),
): FlagModel {
  const text = typeof files === 'function' ? files(PAGE_FLAGS_HEADER) : files.get(PAGE_FLAGS_HEADER);
  if (text === null || text === undefined) {
    throw new RectoError(
      'not-a-kernel-tree',
      `There is no ${PAGE_FLAGS_HEADER}, so this is not a Linux tree, or only part of one. ` +
        'Give the top folder of a kernel tree or a kernel git repository with --tree.',
      PAGE_FLAGS_HEADER,
    );
  }
  try {
    return readHeader(readPieces(text));
  } catch (error) {
    // The reader below says what; here it is said where, and what to do.
    if (!(error instanceof RectoError) || error.place !== null) throw error;
    throw new RectoError(
      error.code,
      `${PAGE_FLAGS_HEADER} cannot be read: ${error.message}. Is the file complete, and does it compile?`,
      PAGE_FLAGS_HEADER,
    );
  }
}

function readHeader(pieces: readonly Piece[]): FlagModel {
  const scope = new MacroScope();
  const conditions = new Conditions();
  const expander = new MacroExpander(CONVERSIONS);
  const flags = new Map<string, Flag>();
  const words = new Map<string, number>();
  const readings: Reading[] = [];

  const read = (tokens: readonly Token[]): void => {
    const macros = scope.at(conditions.path);
    for (const item of readItems(tokens)) {
      if (item.kind === 'enum') {
        if (item.name === 'pageflags') readFlags(item.body, flags);
      } else if (item.kind === 'function') {
        const { definition } = item;
        const index = indexParameter(definition);
        if (index !== null) words.set(definition.name, index);
        const expanded = { ...definition, body: expander.expand(definition.body, macros) };
        const definedBy = `${definition.name}()`;
        const body = readBody(expanded, words);
        readings.push({ definition, body, definedBy, line: definition.line, fromMacro: false });
      } else {
        const definedBy = tokensToText(item.tokens);
        for (const definition of functionsOf(item.tokens, macros, expander)) {
          const body = readBody(definition, words);
          readings.push({ definition, body, definedBy, line: item.line, fromMacro: true });
        }
      }
    }
  };

  // An enum or function with an #ifdef inside goes on after it: only what is complete is read.
  let pending: Token[] = [];
  let depth = 0;
  for (const piece of pieces) {
    if (piece.kind === 'directive') {
      if (depth <= 0) {
        read(pending);
        pending = [];
        depth = 0;
      }
      if (piece.name !== 'define' && piece.name !== 'undef') conditions.directive(piece.name, piece.text);
      else if (!conditions.dead) changeMacro(scope, conditions, piece);
    } else if (!conditions.dead) {
      for (const token of piece.tokens) {
        pending.push(token);
        if (token.text === '{') depth++;
        else if (token.text === '}') depth--;
      }
    }
  }
  read(pending);
  if (flags.size === 0) throw new RectoError('not-a-kernel-tree', 'it has no enum pageflags');
  const model = buildModel(flags, readings);
  if (model.accessors.size === 0) {
    throw new RectoError('not-a-kernel-tree', 'it defines no flag accessors (PAGEFLAG(), FOLIO_FLAG() ...)');
  }
  return model;
}

function changeMacro(scope: MacroScope, conditions: Conditions, piece: Piece & { kind: 'directive' }): void {
  if (piece.name === 'undef') {
    scope.undefine(piece.rest[0]?.text ?? '', conditions.path);
    return;
  }
  const macro = readMacro(piece.rest, piece.text);
  if (macro !== null) scope.define(macro, conditions.path);
}

/** The functions that a macro use at file scope defines. */
function functionsOf(use: readonly Token[], macros: MacroTable, expander: MacroExpander): Definition[] {
  return readItems(expander.expand(use, macros)).flatMap((item) => {
    if (item.kind === 'function') return [item.definition];
    if (item.kind === 'use' && /FLAG|TYPE_OPS/.test(item.name)) {
      throw new RectoError(
        'not-a-kernel-tree',
        `line ${item.line}: ${tokensToText(use)} needs the macro ${item.name}(), which is not defined before it`,
      );
    }
    return [];
  });
}

/** Reads the enumerators, whatever `#ifdef` they stand under. */
function readFlags(body: readonly Token[], flags: Map<string, Flag>): void {
  for (const part of splitAtCommas(body)) {
    const [name, equals, value] = part;
    if (!isName(name) || !name.text.startsWith('PG_')) continue;
    const aliasOf = equals?.text === '=' && isName(value) ? value.text : null;
    const flag = name.text.slice(3);
    flags.set(flag, { name: flag, aliasOf });
  }
}

function buildModel(flags: ReadonlyMap<string, Flag>, readings: readonly Reading[]): FlagModel {
  const accessors = new Map<string, Accessor>();
  const pageTypeAccessors = new Set<string>();
  const states = new Map<string, string>();
  const stubs = new Map<string, boolean | null>();
  const others = new Set<string>();
  for (const reading of resolved(readings)) {
    const { name } = reading.definition;
    const { body } = reading;
    if (body.kind === 'stub') {
      stubs.set(name, body.value);
    } else if (body.kind === 'page type') {
      pageTypeAccessors.add(name);
    } else if (body.kind === 'bit') {
      const accessor = asAccessor(reading, body, flags);
      if (accessor !== null && !accessors.has(name)) accessors.set(name, accessor);
    } else {
      others.add(name);
    }
    if (reading.state !== null && body.kind !== 'bit' && body.kind !== 'stub')
      states.set(name, reading.state);
  }
  const real = (name: string) => accessors.has(name) || pageTypeAccessors.has(name) || others.has(name);
  const constants = new Map([...stubs].filter(([name]) => !real(name)));
  return { flags, accessors, pageTypeAccessors, constants, states };
}

/** `folio_test_anon` tests the state `anon`, wherever that is kept, and so does `PageAnon`, which calls it. */
function testedState({ definition, body }: Reading): string | null {
  const calls = body.kind === 'same as' && body.name.startsWith('folio_test_');
  const tested = calls && definition.name.startsWith('Page') ? body.name : definition.name;
  const match = /^(?:folio_test_([a-z0-9_]+)|Page([A-Z][A-Za-z0-9]*))$/.exec(tested);
  if (match === null || definition.parameters.length !== 1) return null;
  return match[1] ?? match[2]!.toLowerCase();
}

/** Functions that only call another function of the header become what that one is. */
function resolved(readings: readonly Reading[]): (Reading & { state: string | null })[] {
  const byName = new Map<string, Body>();
  for (const { definition, body } of readings) {
    const before = byName.get(definition.name);
    if (before === undefined || before.kind === 'stub') byName.set(definition.name, body);
  }
  return readings.map((reading) => ({
    ...reading,
    body: follow(reading, byName),
    state: testedState(reading),
  }));
}

function follow(reading: Reading, byName: ReadonlyMap<string, Body>): Body {
  let { body } = reading;
  let converts = false;
  for (let steps = 0; body.kind === 'same as' && steps < 10; steps++) {
    converts ||= body.converts;
    body = byName.get(body.name) ?? { kind: 'other' };
  }
  if (reading.body.kind !== 'same as' || body.kind === 'page type') return body;
  // `folio_test_large()` tests the bit of `head`, but it is the state `large` that people speak of.
  if (body.kind !== 'bit' || !namesFlag(reading.definition.name, body.bit)) return { kind: 'other' };
  // A page cast to a folio stays the page it was.
  const cast = reading.definition.parameters[0]?.struct === 'page' && body.word === 'head' && !converts;
  return cast ? { ...body, word: 'self' } : body;
}

function namesFlag(name: string, bit: string): boolean {
  return name.toLowerCase().replaceAll('_', '').includes(bit.slice(3).replaceAll('_', ''));
}

function asAccessor(
  { definition, definedBy, line, fromMacro }: Reading,
  body: Body & { kind: 'bit' },
  flags: ReadonlyMap<string, Flag>,
): Accessor | null {
  const { name } = definition;
  const takes = definition.parameters[0]?.struct;
  const flag = body.bit.slice(3);
  if (fromMacro && !flags.has(flag)) {
    throw new RectoError(
      'not-a-kernel-tree',
      `line ${line}: ${definedBy} uses ${body.bit}, which enum pageflags does not have`,
    );
  }
  if (fromMacro && body.word === null && (takes === 'folio' || takes === 'page')) {
    throw new RectoError('not-a-kernel-tree', `line ${line}: which flags word ${name}() uses cannot be read`);
  }
  if ((takes !== 'folio' && takes !== 'page') || body.word === null || !flags.has(flag)) return null;
  return {
    name,
    flag,
    bit: realBit(flag, flags),
    operation: body.operation,
    atomic: body.atomic,
    word: body.word,
    takes,
    definedBy,
    line,
  };
}

function realBit(flag: string, flags: ReadonlyMap<string, Flag>): string {
  let name = flag;
  for (let steps = 0; steps < flags.size; steps++) {
    const next = flags.get(name)?.aliasOf;
    if (next === null || next === undefined) break;
    name = next.replace(/^PG_/, '');
  }
  return `PG_${name}`;
}
