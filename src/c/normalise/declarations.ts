import { isControl, isPrimitive, isQualifier, isRecord, isStorage } from './words.js';
import type { Work } from './work.js';

interface Word {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** The words a declaration begins with, sorted out. */
export interface Specifiers {
  /** Index of the first token that is no specifier and no declared name. */
  readonly end: number;
  /** Whether a type was among them. */
  readonly typed: boolean;
  /** Index of the declared name when it directly precedes `end`, else -1. */
  readonly name: number;
  /** Words read, keywords included. */
  readonly count: number;
}

/**
 * Reads the specifiers at the start of a declaration and blanks what cannot be
 * one: of several plain names in a row one is the type, the last one before
 * `(`, `;`, `=`, `,` or `[` is what is declared, and the others are attribute
 * macros that we do not know by name (`STATIC`, `__whatever(3)`).
 */
export function settleSpecifiers(work: Work, from: number, to: number): Specifiers {
  const plain: Word[] = [];
  let typed = false;
  let typedAt = -1;
  let stored = false;
  let i = from;
  let count = 0;
  while (i < to && work.isName(i)) {
    const word = work.text(i);
    if (isControl(word)) break;
    count++;
    if (isRecord(word)) {
      typed = true;
      typedAt = i;
      i++;
      if (work.isName(i)) i++;
      if (work.opens(i, '(') && work.opens(work.after(i), '{')) {
        work.blank(i, work.after(i));
        i = work.after(i);
      }
      if (i < to && work.opens(i, '{')) {
        work.push(word === 'enum' ? 'enumerators' : 'members', i + 1, work.match[i]!);
        i = work.after(i);
      }
    } else if (isPrimitive(word)) {
      typed = true;
      typedAt = i;
      i++;
    } else if (isStorage(word) || isQualifier(word)) {
      stored = true;
      if (word === 'auto' && work.isName(i + 1) && work.text(i + 2) === '=') {
        work.canvas.write(work.tokens[i]!.start, 'int ');
        typed = true;
      }
      i++;
    } else {
      const next = i + 1;
      const behind = work.opens(next, '(') ? work.after(next) : next;
      if (behind > next && !isPrefixMacro(work, word, behind, to, typed || plain.length > 0, stored)) {
        plain.push({ from: i, to: next, name: word });
        i = next;
        break;
      }
      plain.push({ from: i, to: behind, name: word });
      i = behind;
    }
  }
  const stop = work.text(i);
  const named =
    stop !== '*' && plain.length > 0 && plain.length + (typed ? 1 : 0) >= (stored || stop === '(' ? 1 : 2);
  const declared = named ? takeDeclared(plain, stop, typed, typedAt) : -1;
  const types = plain.filter((_, index) => index !== declared);
  const keep = typed ? null : chooseType(types);
  for (const word of types) {
    if (word !== keep) work.blank(word.from, word.to);
    else if (word.to > word.from + 1) work.blank(word.from + 1, word.to);
  }
  const last = plain[declared];
  return { end: i, typed: typed || keep !== null, name: last && last.to === i ? last.from : -1, count };
}

/** Whether NAME(args), with what is `behind` it, is an attribute or a type in front of a declarator, not the declarator. */
function isPrefixMacro(
  work: Work,
  word: string,
  behind: number,
  to: number,
  typed: boolean,
  stored: boolean,
): boolean {
  if (behind >= to) return false;
  if (typed) return work.isName(behind) && /^__|^[A-Z0-9_]+$/.test(word);
  if (work.text(behind) === '*') return stored;
  return work.isName(behind) && !isControl(work.text(behind));
}

/** Which of the plain names is the declared one. */
function takeDeclared(plain: readonly Word[], stop: string, typed: boolean, typedAt: number): number {
  if (stop === '(') return plain.length - 1;
  let index = plain.length - 1;
  while (index > 0 && plain[index]!.name.startsWith('__')) index--;
  const first = plain.findIndex((word) => word.from > typedAt);
  if (typed) return Math.max(index, first);
  return index === 0 ? plain.length - 1 : index;
}

/** Which of several names is the type: the last that does not look like a macro. */
function chooseType(words: readonly Word[]): Word | null {
  for (let i = words.length - 1; i >= 0; i--) {
    if (/^(?!__)(?=.*[a-z])/.test(words[i]!.name)) return words[i]!;
  }
  for (let i = words.length - 1; i >= 0; i--) {
    if (/_t$|\d$/.test(words[i]!.name)) return words[i]!;
  }
  return words.at(-1) ?? null;
}

/**
 * Reads declarators from `i` up to `;`, `=`-initialisers included, and blanks
 * attribute macros between and behind them.
 * @returns index of the `;`, of a `{` that begins a body, or `to`
 */
export function readDeclarators(
  work: Work,
  i: number,
  to: number,
  expression: (work: Work, from: number, to: number) => void,
): number {
  let value = -1;
  const endValue = (at: number): void => {
    if (value >= 0 && value < at) expression(work, value, at);
    value = -1;
  };
  while (i < to) {
    const text = work.text(i);
    if (text === ';') break;
    if (value >= 0) {
      if (text === ',') endValue(i);
      i = work.after(i);
      continue;
    }
    if (text === '=') {
      value = i + 1;
      i++;
    } else if (work.opens(i, '{')) {
      break;
    } else if (work.opens(i, '(')) {
      const inner = work.text(i + 1);
      const parameters = i > 0 && (work.isName(i - 1) || work.text(i - 1) === ')');
      if (parameters) work.push('parameters', i + 1, work.match[i]!);
      else if (inner !== '*' && inner !== '(') work.push('parameters', i + 1, work.match[i]!);
      else settleInner(work, i + 1, work.match[i]!);
      i = work.after(i);
    } else if (work.opens(i, '[')) {
      work.push('expression', i + 1, work.match[i]!);
      i = work.after(i);
    } else if (work.isName(i)) {
      i = settleDeclaredWords(work, i, to);
    } else if (text === ':') {
      // A bit field's width; without a name the grammar has no place for it.
      let end = i + 1;
      while (end < to && !/^[,;]$/.test(work.text(end))) end = work.after(end);
      if (!work.isName(i - 1) || isPrimitive(work.text(i - 1))) {
        work.blank(work.text(i - 1) === ',' ? i - 1 : i, end);
      } else expression(work, i + 1, end);
      i = end;
    } else i++;
  }
  endValue(i);
  return i;
}

/** Inside `(*name)(…)` and the like. */
function settleInner(work: Work, from: number, to: number): void {
  let i = from;
  while (i < to) {
    if (work.opens(i, '(')) {
      if (work.isName(i - 1) || work.text(i - 1) === ')') work.push('parameters', i + 1, work.match[i]!);
      i = work.after(i);
    } else if (work.opens(i, '[')) {
      work.push('expression', i + 1, work.match[i]!);
      i = work.after(i);
    } else if (work.isName(i)) i = settleDeclaredWords(work, i, to);
    else i++;
  }
}

/** Names in a row inside a declarator: one is declared, qualifiers stay, the rest are attributes. */
function settleDeclaredWords(work: Work, from: number, to: number): number {
  const plain: Word[] = [];
  let i = from;
  while (i < to && work.isName(i)) {
    if (!isQualifier(work.text(i)) && !isStorage(work.text(i)))
      plain.push({ from: i, to: i + 1, name: work.text(i) });
    i++;
  }
  const before = work.text(from - 1);
  const behind = before === ')' || before === ']';
  if (behind) {
    // Only attributes follow a complete declarator.
    const end = work.opens(i, '(') ? work.after(i) : i;
    work.blank(from, end);
    return end;
  }
  if (plain.length > 1) {
    const declared = takeDeclared(plain, work.text(i), true, -1);
    plain.forEach((word, index) => {
      if (index !== declared) work.blank(word.from, word.to);
    });
  }
  return i;
}
