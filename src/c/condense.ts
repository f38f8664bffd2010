import { Units } from './units.js';

/** A text with less in it that a parser has to read, and where each of its characters stood. */
export interface Condensed {
  readonly text: string;
  /** For each character the offset at which what it stands for began. */
  readonly starts: Int32Array;
  /** For each character the offset behind what it stands for. */
  readonly ends: Int32Array;
}

/** Buffers of one text; the next one takes them. */
const input = new Units();
let output = new Uint16Array(0);
let starts = new Int32Array(0);
let ends = new Int32Array(0);

/**
 * Makes C, as normalisation leaves it, as short as it can be without another syntax tree: white space and comments are
 * one character, and so are names and what a macro is defined as; strings are empty. The tree lacks comments and what is
 * inside strings. Null for what could be read differently (a string or a comment that does not end).
 *
 * The result is valid until the next call.
 */
export function condense(source: string): Condensed | null {
  const length = source.length;
  const units = input.of(source);
  if (output.length <= length) {
    output = new Uint16Array(2 * length + 1);
    starts = new Int32Array(2 * length + 1);
    ends = new Int32Array(2 * length + 1);
  }
  let out = 0;
  let i = 0;
  const put = (unit: number, from: number, to: number): void => {
    output[out] = unit;
    starts[out] = from;
    ends[out++] = to;
  };
  const copy = (to: number): void => {
    for (; i < to; i++) put(units[i]!, i, i + 1);
  };
  /** The name at `i`, as one character, unless the grammar has it. */
  const name = (): void => {
    const end = wordEnd(units, i);
    // What is put together with it may make it something else.
    if (startsWord(units[end]!) || isKeptName(source, units, i, end)) copy(end);
    else {
      put(UNDERSCORE, i, end);
      i = end;
    }
  };
  let lineStart = true;
  while (i < length) {
    const c = units[i]!;
    if (c <= 0x20 || (c === SLASH && startsComment(units, i))) {
      const end = gapEnd(source, units, i);
      if (end < 0) return null;
      const line = source.indexOf('\n', i);
      if (line >= 0 && line < end) {
        put(NEWLINE, line, line + 1);
        lineStart = true;
      } else put(0x20, i, end);
      i = end;
      continue;
    }
    if (c === HASH && lineStart) {
      const end = directiveEnd(source, units, i);
      const body = defineBody(source, units, i, end);
      if (body >= 0) {
        while (i < body) {
          const unit = units[i]!;
          if (unit === 0x20 || unit === 0x09) {
            put(0x20, i, i + 1);
            while (units[i] === 0x20 || units[i] === 0x09) i++;
          } else if (unit === HASH || !startsWord(unit)) copy(i + 1);
          else name();
        }
        put(UNDERSCORE, body, end);
        i = end;
      } else copy(end);
    } else if (c === QUOTE) {
      const end = quotedEnd(source, units, i);
      if (end < 0) return null;
      put(QUOTE, i, i + 1);
      put(QUOTE, end - 1, end);
      i = end;
    } else if (c === APOSTROPHE) {
      const end = quotedEnd(source, units, i);
      if (end < 0) return null;
      copy(end);
    } else if (c >= 0x30 && c <= 0x39) copy(numberEnd(units, i));
    else if (isWordStart[c] === 1) name();
    else if (c >= 0x80 || c === 0x24 || c === BACKSLASH) copy(oddEnd(units, i));
    else copy(i + 1);
    lineStart = false;
  }
  starts[out] = length;
  return {
    text: Buffer.from(output.buffer, 0, 2 * out).toString('utf16le'),
    starts,
    ends,
  };
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const HASH = 0x23;
const APOSTROPHE = 0x27;
const STAR = 0x2a;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;

const isWordStart = new Uint8Array(0x10000);
const isWordPart = new Uint8Array(0x10000);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789') {
  const unit = character.charCodeAt(0);
  isWordPart[unit] = 1;
  if (unit > 0x39) isWordStart[unit] = 1;
}

function wordEnd(units: Uint16Array, i: number): number {
  let end = i + 1;
  while (isWordPart[units[end]!] === 1) end++;
  return end;
}

/** Letters that are no ASCII, `$`, escapes, quotes behind a prefix: names with these stay as they are. */
function startsWord(unit: number): boolean {
  return (
    isWordPart[unit] === 1 ||
    unit >= 0x80 ||
    unit === 0x24 ||
    unit === BACKSLASH ||
    unit === QUOTE ||
    unit === APOSTROPHE
  );
}

function oddEnd(units: Uint16Array, i: number): number {
  let end = i + 1;
  for (;;) {
    const unit = units[end]!;
    if (isWordPart[unit] !== 1 && unit < 0x80 && unit !== 0x24) return end;
    end++;
  }
}

/** Digits and what hangs on them; a sign in an exponent is a character of its own and stays anyway. */
function numberEnd(units: Uint16Array, i: number): number {
  let end = i + 1;
  for (;;) {
    const unit = units[end]!;
    if (isWordPart[unit] !== 1 && unit !== 0x2e && !(unit >= 0x80) && unit !== 0x24) return end;
    end++;
  }
}

function startsComment(units: Uint16Array, i: number): boolean {
  const next = units[i + 1]!;
  return next === STAR || next === SLASH;
}

/** The end of white space and comments; -1 when a comment does not end. */
function gapEnd(source: string, units: Uint16Array, i: number): number {
  let end = i;
  while (end < source.length) {
    const unit = units[end]!;
    if (unit <= 0x20) end++;
    else if (unit !== SLASH || !startsComment(units, end)) break;
    else if (units[end + 1] === STAR) {
      const close = source.indexOf('*/', end + 2);
      if (close < 0) return -1;
      end = close + 2;
    } else end = directiveEnd(source, units, end);
  }
  return end;
}

/** The end of a line that may be continued: its line break, which stays outside. */
function directiveEnd(source: string, units: Uint16Array, i: number): number {
  let end = source.indexOf('\n', i);
  while (end >= 0) {
    const last = units[end - 1] === 0x0d ? end - 2 : end - 1;
    if (units[last] !== BACKSLASH) return end;
    end = source.indexOf('\n', end + 1);
  }
  return source.length;
}

/** The end of a string or character; -1 when its line ends before. */
function quotedEnd(source: string, units: Uint16Array, i: number): number {
  const quote = units[i]!;
  for (let end = i + 1; end < source.length; end++) {
    const unit = units[end]!;
    if (unit === quote) return end + 1;
    if (unit === NEWLINE) return -1;
    if (unit === BACKSLASH) end++;
  }
  return -1;
}

const DEFINE = /#[ \t]*define[ \t]+[A-Za-z_]\w*(?:\([\w \t,.]*\))?[ \t]+(?=[^\s\\/])/y;

/** Where the body of `#define NAME body` begins; -1 where there is none, or the grammar may end it early. */
function defineBody(source: string, units: Uint16Array, i: number, end: number): number {
  DEFINE.lastIndex = i;
  if (!DEFINE.test(source)) return -1;
  const body = DEFINE.lastIndex;
  if (body >= end) return -1;
  for (let at = source.indexOf('/', body); at >= 0 && at <= end; at = source.indexOf('/', at + 1)) {
    const next = units[at + 1]!;
    if (next === STAR || next === SLASH || next === NEWLINE || next === 0x0d || next === BACKSLASH) return -1;
  }
  return body;
}

/** Words that the grammar knows: its keywords, and what it takes for a type or a constant. `test/c/condense.test.ts` holds them against the grammar. */
export const KEPT_NAMES: readonly string[] =
  `FALSE NULL TRUE _Alignas _Alignof _Atomic _Generic _Nonnull _Noreturn
  __alignof __alignof__ __asm __asm__ __attribute __attribute__ __based __cdecl __clrcall __declspec __except
  __extension__ __fastcall __finally __forceinline __inline __inline__ __leave __restrict __restrict__ __sptr __stdcall
  __thiscall __thread __try __unaligned __uptr __vectorcall __volatile__ _alignof _unaligned alignas alignof asm auto bool
  break case char char16_t char32_t char64_t char8_t charptr_t const constexpr continue default define defined do double
  elif elifdef elifndef else endif enum extern false float for goto if ifdef ifndef include inline int int16_t int32_t
  int64_t int8_t intptr_t long max_align_t noreturn nullptr nullptr_t offsetof ptrdiff_t register restrict return short
  signed size_t sizeof ssize_t static struct switch thread_local true typedef uint16_t uint32_t uint64_t uint8_t
  uintptr_t union unsigned void volatile while`.split(/\s+/);

const kept = new Set(KEPT_NAMES);
/** By first letter, a bit for each length that one of them has: nearly all names need no look into the set. */
const keptLengths = new Int32Array(0x80);
for (const word of KEPT_NAMES) keptLengths[word.charCodeAt(0)]! |= 1 << word.length;

function isKeptName(source: string, units: Uint16Array, from: number, to: number): boolean {
  const length = to - from;
  if (length > 15 || (keptLengths[units[from]!]! & (1 << length)) === 0) return false;
  return kept.has(source.slice(from, to));
}
