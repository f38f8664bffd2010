import { Units } from '../units.js';
import { isWordUnit } from './canvas.js';

export type TokenKind = 'name' | 'number' | 'string' | 'char' | 'punct' | 'directive';

/** One token of C; comments and white space are between tokens. A directive is one token, with its continuation lines. */
export interface Token {
  readonly kind: TokenKind;
  /** As written; for a directive its word (`define`, `if`, or `''` for a lone `#`). */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Live directives in front of this token, if any (filled in when conditionals are resolved). */
  directives: Token[] | null;
}

/** What the lexer found: the tokens, and what the grammar must not see inside them. */
export interface Lexed {
  readonly tokens: Token[];
  /** Comments inside directives, as [from, to) pairs. */
  readonly comments: number[];
  /** Backslashes of continued lines outside directives. */
  readonly continuations: number[];
}

const punctuators = new Set(
  '... <<= >>= -> ++ -- << >> <= >= == != && || += -= *= /= %= &= ^= |= ##'.split(' '),
);

/** By character code: what begins no longer punctuator. */
const alone = new Uint8Array(0x10000);
for (const character of '(){}[];,~?:@`') alone[character.charCodeAt(0)] = 1;

/** Of one source; the next one takes it. */
const input = new Units();

/** Splits C source into tokens. Never throws: what is no token (an unterminated string, a stray byte) ends at its line or is one `punct`. */
export function lex(source: string): Lexed {
  const tokens: Token[] = [];
  const comments: number[] = [];
  const continuations: number[] = [];
  const length = source.length;
  const units = input.of(source);
  let i = 0;
  let lineStart = true;
  const push = (kind: TokenKind, from: number, to: number, text = source.slice(from, to)): void => {
    tokens.push({ kind, text, start: from, end: to, directives: null });
    lineStart = false;
    i = to;
  };
  while (i < length) {
    const c = units[i]!;
    if (c === 0x0a) {
      lineStart = true;
      i++;
    } else if (c <= 0x20 || c === 0xfeff) {
      i++;
    } else if (c === 0x5c && continuation(units, i) > 0) {
      continuations.push(i);
      i += continuation(units, i);
    } else if (c === 0x2f && units[i + 1] === 0x2a) {
      i = blockCommentEnd(source, i);
    } else if (c === 0x2f && units[i + 1] === 0x2f) {
      i = lineCommentEnd(source, units, i);
    } else if (c === 0x23 && lineStart) {
      const word = /[ \t]*([A-Za-z0-9_]*)/y;
      word.lastIndex = i + 1;
      push('directive', i, directiveEnd(source, units, i, comments), word.exec(source)?.[1] ?? '');
    } else if (c >= 0x30 && c <= 0x39) {
      push('number', i, numberEnd(source, units, i));
    } else if (c === 0x2e && isDigit(units[i + 1]!)) {
      push('number', i, numberEnd(source, units, i));
    } else if (c === 0x22) {
      push('string', i, quotedEnd(source, units, i), '"');
    } else if (c === 0x27) {
      push('char', i, quotedEnd(source, units, i), "'");
    } else if (isWordUnit(c)) {
      let end = i + 1;
      while (end < length && isWordUnit(units[end]!)) end++;
      const quote = units[end]!;
      if ((quote === 0x22 || quote === 0x27) && end - i <= 2 && /^(?:L|u8?|U)$/.test(source.slice(i, end))) {
        push(
          quote === 0x22 ? 'string' : 'char',
          i,
          quotedEnd(source, units, end),
          quote === 0x22 ? '"' : "'",
        );
      } else push('name', i, end);
    } else if (alone[c] === 1) {
      push('punct', i, i + 1);
    } else if (punctuators.has(source.slice(i, i + 3))) {
      push('punct', i, i + 3);
    } else if (punctuators.has(source.slice(i, i + 2))) {
      push('punct', i, i + 2);
    } else {
      push('punct', i, i + 1);
    }
  }
  return { tokens, comments, continuations };
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Length of a backslash-newline at `i`, or 0. */
function continuation(units: Uint16Array, i: number): number {
  if (units[i + 1] === 0x0a) return 2;
  return units[i + 1] === 0x0d && units[i + 2] === 0x0a ? 3 : 0;
}

function blockCommentEnd(source: string, i: number): number {
  const end = source.indexOf('*/', i + 2);
  return end < 0 ? source.length : end + 2;
}

/** The end of a `//` comment: its newline, which stays outside. */
function lineCommentEnd(source: string, units: Uint16Array, i: number): number {
  let end = i;
  while (end < source.length && units[end] !== 0x0a) {
    end += units[end] === 0x5c ? Math.max(1, continuation(units, end)) : 1;
  }
  return end;
}

function quotedEnd(source: string, units: Uint16Array, i: number): number {
  const quote = units[i]!;
  let end = i + 1;
  while (end < source.length) {
    const c = units[end]!;
    if (c === quote) return end + 1;
    if (c === 0x0a) return end;
    end += c === 0x5c ? Math.max(2, continuation(units, end)) : 1;
  }
  return source.length;
}

/** A preprocessing number; `1...9` (a range without spaces) is three tokens. */
function numberEnd(source: string, units: Uint16Array, i: number): number {
  let end = i + 1;
  while (end < source.length) {
    const c = units[end]!;
    const before = units[end - 1]! | 0x20;
    if (c === 0x2e ? units[end + 1] === 0x2e : !isWordUnit(c)) {
      const signed = (c === 0x2b || c === 0x2d) && (before === 0x70 || (before === 0x65 && !hex(units, i)));
      if (!signed) break;
    }
    end++;
  }
  return end;
}

function hex(units: Uint16Array, i: number): boolean {
  return units[i] === 0x30 && (units[i + 1]! | 0x20) === 0x78;
}

/** The end of a directive: the newline of its last line, which stays outside. Its comments are noted. */
function directiveEnd(source: string, units: Uint16Array, i: number, comments: number[]): number {
  let end = i;
  while (end < source.length) {
    const c = units[end]!;
    if (c === 0x0a) return end;
    if (c === 0x5c) end += Math.max(1, continuation(units, end));
    else if (c === 0x22) end = quotedEnd(source, units, end);
    else if (c === 0x27) end += /^'(?:\\.|[^'\\\n])'/.exec(source.slice(end, end + 4))?.[0].length ?? 1;
    else if (c === 0x2f && units[end + 1] === 0x2a) {
      const from = end;
      end = blockCommentEnd(source, end);
      comments.push(from, end);
    } else if (c === 0x2f && units[end + 1] === 0x2f) {
      const from = end;
      end = lineCommentEnd(source, units, end);
      comments.push(from, end);
    } else end++;
  }
  return end;
}
