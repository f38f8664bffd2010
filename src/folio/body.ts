import { closing, splitAt, splitAtCommas, type Definition } from './definitions.js';
import type { FlagOperation, FlagsWord } from './model.js';
import { isName, type Token } from './tokens.js';

/** What a function of the header does to a flags word, as far as its body says so plainly. */
export type Body =
  | {
      readonly kind: 'bit';
      readonly operation: FlagOperation;
      readonly atomic: boolean;
      readonly bit: string;
      /** null: the body does not say it in a way that is understood here. */
      readonly word: FlagsWord | null;
    }
  | { readonly kind: 'page type' }
  /** Returns false or does nothing. */
  | { readonly kind: 'stub'; readonly value: boolean | null }
  /** Nothing but a call of another function of the header with the same page or folio. */
  | { readonly kind: 'same as'; readonly name: string; readonly converts: boolean }
  | { readonly kind: 'other' };

/** For functions like `folio_flags(folio, n)`: which argument is the index of the page whose word it is. */
export type WordFunctions = ReadonlyMap<string, number>;

interface BitOperation {
  readonly operation: FlagOperation;
  readonly atomic: boolean;
}

/** The kernel's bit operations (Documentation/core-api/wrappers/atomic_bitops.rst); `__` means non-atomic. */
const BIT_OPERATIONS: ReadonlyMap<string, BitOperation> = new Map<string, BitOperation>([
  ['test_bit', { operation: 'test', atomic: true }],
  ['test_bit_acquire', { operation: 'test', atomic: true }],
  ['set_bit', { operation: 'set', atomic: true }],
  ['__set_bit', { operation: 'set', atomic: false }],
  ['clear_bit', { operation: 'clear', atomic: true }],
  ['__clear_bit', { operation: 'clear', atomic: false }],
  ['change_bit', { operation: 'change', atomic: true }],
  ['__change_bit', { operation: 'change', atomic: false }],
  ['assign_bit', { operation: 'change', atomic: true }],
  ['__assign_bit', { operation: 'change', atomic: false }],
  ['test_and_set_bit', { operation: 'test-and-set', atomic: true }],
  ['__test_and_set_bit', { operation: 'test-and-set', atomic: false }],
  ['test_and_clear_bit', { operation: 'test-and-clear', atomic: true }],
  ['__test_and_clear_bit', { operation: 'test-and-clear', atomic: false }],
  ['test_and_change_bit', { operation: 'change', atomic: true }],
  ['__test_and_change_bit', { operation: 'change', atomic: false }],
  ['test_and_set_bit_lock', { operation: 'lock', atomic: true }],
  ['clear_bit_unlock', { operation: 'unlock', atomic: true }],
  ['__clear_bit_unlock', { operation: 'unlock', atomic: false }],
]);

/** Statements that check or order, and change nothing. */
const ASIDE = /^(VM_BUG_ON|VM_WARN_ON|BUG_ON|WARN_ON|PF_POISONED_CHECK|smp_[a-z_]+|barrier|kasan_|kmsan_)/;

/** Reads the body of one function; macros in it are expanded already. */
export function readBody(definition: Definition, words: WordFunctions): Body {
  const { body } = definition;
  if (body.some((token) => token.text === 'page_type')) return { kind: 'page type' };
  const stub = readStub(body);
  if (stub !== null) return stub;
  const statements = readStatements(body);
  const parameter = definition.parameters[0];
  if (parameter === undefined) return { kind: 'other' };
  const raw = readRawUpdate(statements, words, definition);
  if (raw !== null) return raw;
  const bit = readBitOperation(statements, words, definition);
  if (bit !== null) return bit;
  return readSameAs(statements, parameter.name) ?? { kind: 'other' };
}

/** The parameter that `return &page[n].flags;` uses as index, or null when the function is no such thing. */
export function indexParameter(definition: Definition): number | null {
  const last = readStatements(definition.body).at(-1);
  if (last?.[0]?.text !== 'return' || last[1]?.text !== '&') return null;
  const open = last.findIndex((token) => token.text === '[');
  if (open === -1) return null;
  const close = closing(last, open);
  if (close !== open + 2 || !isFlagsField(last.slice(close + 1))) return null;
  const index = definition.parameters.findIndex((parameter) => parameter.name === last[open + 1]!.text);
  return index === -1 ? null : index;
}

function readStub(body: readonly Token[]): Body | null {
  const text = body.map((token) => token.text).join(' ');
  if (text === '') return { kind: 'stub', value: null };
  if (text === 'return false ;' || text === 'return 0 ;') return { kind: 'stub', value: false };
  if (text === 'return true ;' || text === 'return 1 ;') return { kind: 'stub', value: true };
  return null;
}

/** Top-level statements without those that only check or order. */
function readStatements(body: readonly Token[]): Token[][] {
  return splitAt(body, ';').filter(
    (statement) => !(ASIDE.test(statement[0]!.text) && statement[1]?.text === '('),
  );
}

function readBitOperation(
  statements: readonly Token[][],
  words: WordFunctions,
  definition: Definition,
): Body | null {
  const calls = statements.flatMap((statement) => bitCalls(statement));
  const updates = calls.filter(({ what }) => what.operation !== 'test');
  const call = updates[0] ?? calls[0];
  if (call === undefined || updates.length > 1 || (updates.length === 0 && calls.length > 1)) return null;
  if (updates.length > 0 ? isConditional(call.statement, call.at) : !isTestResult(statements, call)) {
    return null;
  }
  const [bit, address] = splitAtCommas(call.inside);
  if (bit === undefined || address === undefined) return null;
  const name = bit.length === 1 ? bit[0]!.text : '';
  if (!name.startsWith('PG_')) return null;
  return {
    kind: 'bit',
    ...call.what,
    bit: name,
    word: wordAt(address, words, definition, aliases(statements)),
  };
}

interface BitCall {
  readonly what: BitOperation;
  readonly statement: readonly Token[];
  readonly at: number;
  readonly inside: readonly Token[];
}

function bitCalls(statement: readonly Token[]): BitCall[] {
  const calls: BitCall[] = [];
  for (let at = 0; at < statement.length; at++) {
    const what = BIT_OPERATIONS.get(statement[at]!.text);
    if (what === undefined || statement[at + 1]?.text !== '(') continue;
    const close = closing(statement, at + 1);
    calls.push({ what, statement, at, inside: statement.slice(at + 2, close) });
    at = close; // an address may hold assertions that test bits; they are no operation of this function
  }
  return calls;
}

function isConditional(statement: readonly Token[], at: number): boolean {
  return statement
    .slice(0, at)
    .some((token) => /^(if|else|for|while|do|switch|\?|&&|\|\||\{)$/.test(token.text));
}

/** Whether the function returns true only where that bit is set: `return test_bit()`, perhaps `&&` more. */
function isTestResult(statements: readonly Token[][], call: BitCall): boolean {
  const { statement } = call;
  if (statement.some((token) => token.text === '||' || token.text === '?' || token.text === 'if'))
    return false;
  const negated = statement.slice(0, call.at).some((token) => token.text === '!');
  if (negated) return false;
  if (statement[0]?.text === 'return') return true;
  const equals = statement.findIndex((token) => token.text === '=');
  const variable = statement[equals - 1]?.text;
  const last = statements.at(-1);
  return equals !== -1 && last?.length === 2 && last[0]!.text === 'return' && last[1]!.text === variable;
}

/** `folio->flags |= 1UL << PG_x` and the like: never atomic. */
function readRawUpdate(
  statements: readonly Token[][],
  words: WordFunctions,
  definition: Definition,
): Body | null {
  for (const statement of statements) {
    const at = statement.findIndex((token) => /^([|&^]?=)$/.test(token.text));
    if (at === -1 || !isFlagsField(lastField(statement.slice(0, at)))) continue;
    const bits = statement.slice(at + 1).filter((token) => /^PG_[a-z]/.test(token.text));
    if (bits.length !== 1) return null;
    const operation = { '|=': 'set', '&=': 'clear' } as const;
    return {
      kind: 'bit',
      operation: operation[statement[at]!.text as '|=' | '&='] ?? 'change',
      atomic: false,
      bit: bits[0]!.text,
      word: wordAt([{ text: '&', line: 0 }, ...statement.slice(0, at)], words, definition, new Map()),
    };
  }
  return null;
}

function lastField(tokens: readonly Token[]): readonly Token[] {
  const at = tokens.findLastIndex((token) => /^(flags|_flags_1)$/.test(token.text));
  return at < 1 ? [] : tokens.slice(at - 1);
}

/** `->flags`, `.flags`, and since 6.18 `->flags.f`. */
function isFlagsField(tokens: readonly Token[]): boolean {
  const text = tokens.map((token) => token.text).join('');
  return /^(->|\.)(flags(\.f)?|_flags_1)$/.test(text);
}

/** Local names for pages: `struct page *page = &folio->page;` */
function aliases(statements: readonly Token[][]): Map<string, Token[]> {
  const found = new Map<string, Token[]>();
  for (const statement of statements) {
    const equals = statement.findIndex((token) => token.text === '=');
    if (equals < 1 || statement.some((token) => token.text === 'if')) continue;
    const name = statement[equals - 1]!;
    if (isName(name)) found.set(name.text, statement.slice(equals + 1));
  }
  return found;
}

function wordAt(
  address: readonly Token[],
  words: WordFunctions,
  definition: Definition,
  names: ReadonlyMap<string, Token[]>,
): FlagsWord | null {
  const tokens = withoutParentheses(address);
  const index = words.get(tokens[0]?.text ?? '');
  if (index !== undefined && tokens[1]?.text === '(') {
    const number = splitAtCommas(tokens.slice(2, closing(tokens, 1)))[index];
    return number === undefined ? null : wordOfIndex('head', withoutParentheses(number));
  }
  if (tokens[0]?.text !== '&') return null;
  const at = tokens.findLastIndex((token) => /^(flags|_flags_1)$/.test(token.text));
  if (at < 2 || !isFlagsField(tokens.slice(at - 1))) return null;
  if (tokens[at]!.text === '_flags_1') return 'second';
  return pageAt(tokens.slice(1, at - 1), definition, names, 0);
}

/** Which page an expression points to. */
function pageAt(
  expression: readonly Token[],
  definition: Definition,
  names: ReadonlyMap<string, Token[]>,
  depth: number,
): FlagsWord | null {
  if (depth > 20) return null;
  const again = (tokens: readonly Token[]) => pageAt(tokens, definition, names, depth + 1);
  const tokens = withoutParentheses(expression);
  const first = tokens[0];
  if (first === undefined) return null;
  if (first.text === '{') {
    // ({ ...; value; })
    return again(splitAt(tokens.slice(1, -1), ';').at(-1) ?? []);
  }
  if (first.text === '&') return again(tokens.slice(1));
  if (/^(compound_head|page_folio|_compound_head)$/.test(first.text) && tokens[1]?.text === '(')
    return 'head';
  const open = tokens.findIndex((token) => token.text === '[');
  if (open > 0) {
    const base = again(tokens.slice(0, open));
    const close = closing(tokens, open);
    return base === null ? null : wordOfIndex(base, tokens.slice(open + 1, close));
  }
  if (tokens.length === 3 && tokens[1]!.text === '+') {
    const base = again(tokens.slice(0, 1));
    return base === null ? null : wordOfIndex(base, tokens.slice(2));
  }
  if (tokens.length === 3 && /^(->|\.)$/.test(tokens[1]!.text) && tokens[2]!.text === 'page') {
    return again(tokens.slice(0, 1));
  }
  if (tokens.length !== 1) return null;
  const parameter = definition.parameters.find(({ name }) => name === first.text);
  if (parameter !== undefined) {
    if (parameter.struct === 'folio') return 'head';
    return parameter.struct === 'page' ? 'self' : null;
  }
  const alias = names.get(first.text);
  return alias === undefined ? null : again(alias);
}

function wordOfIndex(base: FlagsWord, index: readonly Token[]): FlagsWord | null {
  if (index.length !== 1) return null;
  if (index[0]!.text === '0') return base;
  return index[0]!.text === '1' ? 'second' : null;
}

/** Takes off parentheses around the whole, and casts in front of it. */
function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let rest = tokens;
  while (rest[0]?.text === '(') {
    const close = closing(rest, 0);
    if (close === rest.length - 1) rest = rest.slice(1, -1);
    else if (isType(rest.slice(1, close))) rest = rest.slice(close + 1);
    else break;
  }
  return rest;
}

function isType(tokens: readonly Token[]): boolean {
  if (tokens[0]?.text === 'typeof') return true;
  return /^(const|struct|unsigned|long|int|void|char)$/.test(tokens[0]?.text ?? '');
}

function readSameAs(statements: readonly Token[][], parameter: string): Body | null {
  const [statement] = statements;
  if (statement === undefined || statements.length !== 1) return null;
  const tokens = statement[0]?.text === 'return' ? statement.slice(1) : statement;
  if (!isName(tokens[0]) || tokens[1]?.text !== '(' || closing(tokens, 1) !== tokens.length - 1) return null;
  const argument = withoutParentheses(tokens.slice(2, -1));
  const same = argument.length === 1 && argument[0]!.text === parameter;
  const converts =
    argument.length === 4 &&
    /^(page_folio|compound_head)$/.test(argument[0]!.text) &&
    argument[2]!.text === parameter;
  return same || converts ? { kind: 'same as', name: tokens[0].text, converts } : null;
}
