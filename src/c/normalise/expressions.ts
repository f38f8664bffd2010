import { beginsType, isControl, isPrimitive, isQualifier, isRecord } from './words.js';
import type { Work } from './work.js';

const binaryOnly = new Set(
  '== != <= >= < > || | ^ / % << >> ? : = += -= *= /= %= &= |= ^= <<= >>= -> . ##'.split(' '),
);
const operators = new Set([...binaryOnly, '+', '-', '*', '&', '&&', '!', '~']);

/**
 * Reads the tokens [from, to) as an expression (or an initialiser, when it
 * begins with `{`), makes them one for the grammar, and queues what is nested.
 */
export function readExpression(work: Work, from: number, to: number): void {
  // Whether the token before ends an operand, so that another one cannot follow.
  let operand = false;
  let i = from;
  while (i < to) {
    const token = work.tokens[i]!;
    const { text } = token;
    if (token.kind === 'name') {
      i = readName(work, i, to, from, operand);
      operand = text !== 'sizeof' && text !== 'return' && !isQualifier(text);
    } else if (token.kind === 'string') {
      operand = true;
      i++;
    } else if (token.kind === 'number' || token.kind === 'char') {
      if (operand && i > from && work.text(i - 1) !== ')') work.blank(i, i + 1);
      else if (token.kind === 'number' && !isNumber(text)) work.glue(i, i + 1);
      operand = true;
      i++;
    } else if (work.opens(i, '(')) {
      const callee = operand && i > from && work.text(i - 1) !== 'sizeof';
      // `(type)(type)value` is no call.
      const cast = work.text(i - 1) === ')' && beginsType(work.text(i + 1));
      work.push(callee && !cast ? 'arguments' : 'expression', i + 1, work.match[i]!);
      operand = true;
      i = work.after(i);
    } else if (work.opens(i, '[')) {
      work.push('expression', i + 1, work.match[i]!);
      operand = true;
      i = work.after(i);
    } else if (work.opens(i, '{')) {
      if (i === from || work.text(i - 1) === ')' || work.text(i - 1) === ']') {
        work.push('initialiser', i + 1, work.match[i]!);
      } else work.glue(i, work.after(i));
      operand = true;
      i = work.after(i);
    } else {
      if (text === '&&' && !operand && work.isName(i + 1)) work.canvas.write(token.start, ' &');
      else if (text === '##') work.glue(Math.max(from, i - 1), Math.min(to, i + 2));
      else if (text === '#') work.blank(i, i + 1);
      else if (text === '...' && i > from) work.canvas.write(token.start, ' <=');
      operand = text === '++' || text === '--' ? operand : /^[)\]}]$/.test(text);
      i++;
    }
  }
}

/** Reads a name in an expression, with its call when that needs care; returns the index behind. */
function readName(work: Work, i: number, to: number, from: number, operand: boolean): number {
  const { text, start } = work.tokens[i]!;
  const call = i + 1 < to && work.opens(i + 1, '(');
  const before = i > from ? work.tokens[i - 1] : undefined;
  if (before?.kind === 'string' || (operand && (before?.kind === 'name' || before?.kind === 'number'))) {
    const behind = call ? work.after(i + 1) : i + 1;
    if (before.kind !== 'string' && !isTypeWord(before.text)) work.blank(i, behind);
    else if (call) work.blank(i + 1, behind);
    return behind;
  }
  if (call && work.tokens[work.after(i + 1)]?.kind === 'string' && work.after(i + 1) < to) {
    work.blank(i + 1, work.after(i + 1));
    return work.after(i + 1);
  }
  if (/^_{0,2}alignof(?:__)?$|^_Alignof$/.test(text)) {
    work.canvas.replace(start, start + text.length, 'sizeof');
  } else if (text === 'offsetof' && call) {
    // A word of the grammar, which takes a plain member only.
    work.canvas.write(start, 'offsetOf');
  } else if (text === '_Generic' && call) {
    work.push('generic', i + 2, work.match[i + 1]!);
    return work.after(i + 1);
  } else if (isRecord(text)) {
    if (work.isName(i + 1) && i + 1 < to) i++;
    if (i + 1 < to && work.opens(i + 1, '{')) {
      work.push(text === 'enum' ? 'enumerators' : 'members', i + 2, work.match[i + 1]!);
      return work.after(i + 1);
    }
  } else if (text === 'sizeof' && call) {
    work.push('expression', i + 2, work.match[i + 1]!);
    return work.after(i + 1);
  }
  return i + 1;
}

/** Not `1k`, which the preprocessor pastes to something else. */
function isNumber(text: string): boolean {
  return /^(?:0[xX][\da-fA-F.]+(?:[pP][+-]?\d+)?|0[bB][01]+|[\d.]+(?:[eE][+-]?\d+)?)[uUlLwWfFbBdD]*$/.test(
    text,
  );
}

function isTypeWord(word: string): boolean {
  return beginsType(word) || word === 'sizeof';
}

/** Reads what stands between round brackets that are no call: an operand, a cast's type, or a statement expression. */
export function readParenthesised(work: Work, from: number, to: number): void {
  if (work.opens(from, '{') && work.after(from) >= to) {
    work.push('statements', from + 1, work.match[from]!);
    return;
  }
  if (isTypeName(work, from, to)) return;
  readExpression(work, from, to);
}

/** Whether [from, to) is a type, or begins with one. */
function isTypeName(work: Work, from: number, to: number): boolean {
  return from < to && beginsType(work.text(from)) && !isRecordBody(work, from, to);
}

function isRecordBody(work: Work, from: number, to: number): boolean {
  for (let i = from; i < Math.min(to, from + 4); i++) if (work.opens(i, '{')) return true;
  return false;
}

/** Reads the arguments of a call, or of a macro that looks like one: types, operators and statements become operands. */
export function readArguments(work: Work, from: number, to: number): void {
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && work.text(i) !== ',') {
      i = work.after(i) - 1;
      continue;
    }
    if (start < i) readArgument(work, start, i);
    else if (from < to) fillArgument(work, start, i, from, to);
    start = i + 1;
  }
}

/** `macro(, x)`: an operand where nothing is. */
function fillArgument(work: Work, start: number, comma: number, from: number, to: number): void {
  if (work.insertBefore(comma, '_')) return;
  if (comma < to) work.blank(comma, comma + 1);
  else if (start > from) work.blank(start - 1, start);
}

function readArgument(work: Work, from: number, to: number): void {
  while (to - from > 1 && work.text(to - 1) === ';') {
    work.blank(to - 1, to);
    to--;
  }
  const first = work.text(from);
  const last = work.text(to - 1);
  const block = blockInside(work, from, to);
  if (to - from <= 2 && operators.has(first) && operators.has(last)) work.glue(from, to);
  else if (block >= 0) {
    // A loop or an `if` as argument: the block stays.
    work.blank(from, block);
    work.blank(work.after(block), to);
    work.push('statements', block + 1, work.match[block]!);
  } else if (work.opens(from, '{') && work.after(from) === to) readBraced(work, from);
  else if (beginsType(first)) readTypeArgument(work, from, to);
  else if (last === '*' && to - from > 1) work.glue(from, to);
  else if (first === 'return' || first === 'goto') {
    if (to - from > 1) {
      work.blank(from, from + 1);
      readExpression(work, from + 1, to);
    } else work.glueWord(from);
  } else if (first === 'break' || first === 'continue' || first === 'default') work.glueWord(from);
  else if (isOperandOfAsm(work, from, to)) work.standIn(from, to);
  else if (isControl(first) && first !== 'sizeof' && first !== '_Generic') work.standIn(from, to);
  else if (first === '.' && work.isName(from + 1)) {
    work.blank(from, from + 1);
    readExpression(work, from + 1, to);
  } else if (work.opens(from, '[') && work.text(work.after(from)) === '=') {
    work.blank(from, work.after(from) + 1);
    readExpression(work, work.after(from) + 1, to);
  } else if (binaryOnly.has(first)) work.glue(from, to);
  else if (operators.has(last)) {
    work.blank(to - 1, to);
    readExpression(work, from, to - 1);
  } else readSequence(work, from, to);
}

/** `"=r" (x) : [y] "m" (y)`: the arguments of macros around assembler. */
function isOperandOfAsm(work: Work, from: number, to: number): boolean {
  for (let i = from; i < to; i = work.after(i)) {
    if (work.text(i) === '?') return false;
    if (work.text(i) === ':' || (work.tokens[i]!.kind === 'string' && i + 1 < to && work.opens(i + 1, '(')))
      return true;
  }
  return false;
}

/** Index of a block that ends an argument and is not all of it, or -1. */
function blockInside(work: Work, from: number, to: number): number {
  const open = work.text(to - 1) === '}' ? work.match[to - 1]! : -1;
  if (open <= from || work.text(open - 1) !== ')') return -1;
  return /^[;}]$/.test(work.text(to - 2)) ? open : -1;
}

/** An argument may hold several statements or expressions without commas. */
function readSequence(work: Work, from: number, to: number): void {
  let start = from;
  for (let i = from; i <= to; i = i < to ? work.after(i) : i + 1) {
    if (i < to && work.text(i) !== ';') continue;
    if (start < i) {
      if (isControl(work.text(start)) && work.text(start) !== 'sizeof') work.standIn(start, i);
      else readExpression(work, start, i);
    }
    if (i < to) {
      if (i + 1 < to && start < i) work.canvas.write(work.tokens[i]!.start, ',');
      else work.blank(i, i + 1);
    }
    start = i + 1;
  }
}

/** A braced argument is a block when it holds statements; the grammar takes no braced list there. */
function readBraced(work: Work, open: number): void {
  const close = work.match[open]!;
  const last = work.text(close - 1);
  if (close === open + 1 || last === ';' || last === '}') work.push('statements', open + 1, close);
  else work.glue(open, close + 1);
}

/** `struct folio *` becomes a word; of `struct folio *folio` the declared name stays. */
function readTypeArgument(work: Work, from: number, to: number): void {
  let i = from;
  let named = false;
  while (i < to && work.isName(i)) {
    const word = work.text(i);
    if (isRecord(word)) {
      i += 2;
      named = true;
    } else if (beginsType(word)) {
      named ||= isPrimitive(word);
      i++;
    } else if (!named) {
      named = true;
      i++;
    } else break;
  }
  while (i < to && (work.text(i) === '*' || isQualifier(work.text(i)))) i++;
  if (i >= to || !work.isName(i)) work.glue(from, to);
  else {
    work.blank(from, i);
    readExpression(work, i, to);
  }
}

/** Reads `[from, to)` inside the braces of an initialiser. */
export function readInitialiser(work: Work, from: number, to: number): void {
  let i = from;
  while (i < to) {
    if (work.text(i) === ',') {
      // An empty element.
      if (i === from || work.text(i - 1) === ',') work.blank(i, i + 1);
      i++;
      continue;
    }
    i = readElement(work, i, to);
  }
}

function readElement(work: Work, from: number, to: number): number {
  let i = from;
  while (i < to) {
    if (work.text(i) === '.' && work.isName(i + 1)) i += 2;
    else if (work.opens(i, '[')) {
      readDesignator(work, i + 1, work.match[i]!);
      i = work.after(i);
    } else break;
  }
  if (i > from && work.text(i) !== '=' && i < to && work.text(i) !== ',') {
    // The old form `[3] value`: no `=` in it.
    if (!work.insertBefore(i, '=')) work.blank(from, i);
  }
  if (work.isName(i) && work.text(i + 1) === ':') i += 2;
  if (work.text(i) === '=' && i < to) i++;
  const value = i;
  while (i < to && work.text(i) !== ',') {
    if (i > value && beginsElement(work, i, value)) {
      // No comma: a macro that brings its own, or that is several elements.
      if (work.insertBefore(i, ',')) break;
      work.blank(value, i);
      return i;
    }
    i = work.after(i);
  }
  if (value < i) readExpression(work, value, i);
  return Math.max(i, from + 1);
}

function readDesignator(work: Work, from: number, to: number): void {
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && work.text(i) !== '...') continue;
    if (start < i) readExpression(work, start, i);
    start = i + 1;
  }
}

/** Whether a new element begins at `i` although no comma came before it. */
function beginsElement(work: Work, i: number, value: number): boolean {
  const before = work.tokens[i - 1]!;
  const text = work.text(i);
  // What came before is `NAME` or `NAME(args)` and no more.
  const macro =
    work.isName(value) && (i === value + 1 || (work.opens(value + 1, '(') && work.after(value + 1) === i));
  if (work.opens(i, '{'))
    return before.text === '}' || before.kind === 'name' || (macro && work.startsLine(i));
  if (macro && i > value + 1 && work.isName(i)) return true;
  if (!work.startsLine(i)) return false;
  if (text === '.') {
    const ended = before.kind !== 'punct' || /^[)}\]]$/.test(before.text);
    return ended && work.isName(i + 1) && /^[=.[]$/.test(work.text(i + 2));
  }
  if (work.opens(i, '[')) return work.text(work.after(i)) === '=' && before.text !== '=';
  return work.isName(i) && (before.text === '}' || macro);
}

/** Reads the arguments of `_Generic`: an operand, then `type: expression` each. */
export function readGeneric(work: Work, from: number, to: number): void {
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && work.text(i) !== ',') {
      i = work.after(i) - 1;
      continue;
    }
    let colon = start;
    while (colon < i && work.text(colon) !== ':') colon = work.after(colon);
    if (start === from) readArgument(work, start, i);
    else {
      // A keyword is no type for the grammar.
      if (work.text(start) === 'default') work.canvas.write(work.tokens[start]!.start, 'Default');
      readExpression(work, colon + 1, i);
    }
    start = i + 1;
  }
}
