import { readDeclarators, settleSpecifiers } from './declarations.js';
import { readExpression } from './expressions.js';
import { declareByMacro } from './macros.js';
import { beginsType, isAsm, isControl } from './words.js';
import type { Work } from './work.js';

/** Reads the statements [from, to) of a block. */
export function readStatements(work: Work, from: number, to: number): void {
  let i = from;
  // Whether a directive may stand here: not between `else` and its statement.
  let between = true;
  while (i < to) {
    if (between) work.keepDirectives(i);
    const { text, kind } = work.tokens[i]!;
    const behind = i + 1;
    if (text === '{' && work.opens(i, '{')) {
      work.push('statements', i + 1, work.match[i]!);
      i = work.after(i);
      between = true;
    } else if (kind !== 'name') {
      i = text === ';' || text === '}' ? behind : readSimple(work, i, to);
      between = true;
    } else if ((text === 'if' || text === 'while' || text === 'switch') && work.opens(behind, '(')) {
      work.push('expression', behind + 1, work.match[behind]!);
      i = work.after(behind);
      between = false;
    } else if (text === 'for' && work.opens(behind, '(')) {
      work.push('for', behind + 1, work.match[behind]!);
      i = work.after(behind);
      between = false;
    } else if (text === 'else' || text === 'do') {
      if (text === 'do' && work.opens(behind, '{')) closeLoop(work, work.after(behind), to);
      i = behind;
      between = false;
    } else if (text === 'case') {
      i = readCase(work, behind, to);
    } else if (text === 'default' && work.text(behind) === ':') {
      i = behind + 1;
    } else if (text === 'return') {
      i = readToSemicolon(work, behind, to);
      between = true;
    } else if (text === 'goto') {
      i = readGoto(work, behind, to);
      between = true;
    } else if (isAsm(text)) {
      i = readAsm(work, i, to);
      between = true;
    } else if (work.text(behind) === ':' && text !== 'default') {
      i = behind + 1;
      between = false;
      if (i >= to) work.insertBefore(i, ';');
    } else if (standsAlone(work, i, to)) {
      // A macro that is whole statements, on a line of its own.
      if (!work.insertBefore(behind, ';')) work.blank(i, behind);
      i = behind;
      between = true;
    } else if (work.opens(behind, '(') && !beginsType(text)) {
      const step = readCallStatement(work, i, to);
      i = step.next;
      between = step.between;
    } else {
      i = readSimple(work, i, to);
      between = true;
    }
  }
  if (between) work.keepDirectives(to);
}

/** Whether NAME is followed by another statement, not by what would continue a declaration or an expression. */
function standsAlone(work: Work, i: number, to: number): boolean {
  if (beginsType(work.text(i)) || isControl(work.text(i))) return false;
  if (i + 1 >= to) return true;
  return work.isName(i + 1) && work.startsLine(i + 1) && work.column(i + 1) <= work.column(i);
}

/** A declaration or an expression, up to its semicolon; returns the index behind it. */
function readSimple(work: Work, from: number, to: number, ends = true): number {
  const specifiers = settleSpecifiers(work, from, to);
  if (!beginsType(work.text(from)) && specifiers.count < 2) return readToSemicolon(work, from, to, ends);
  if (specifiers.name >= 0 && storedMacro(work, from, specifiers.name)) {
    const end = declareByMacro(work, specifiers.name, to);
    if (end >= 0) return end;
  }
  const end = readDeclarators(work, specifiers.end, to, readExpression);
  if (work.opens(end, '{') && end < to) {
    // A macro in front of a block, with no arguments or with odd ones.
    work.blank(from, end);
    return end;
  }
  return Math.min(end + 1, to);
}

/** `static DEFINE_X(a, b);`: only storage words in front of NAME( */
function storedMacro(work: Work, from: number, name: number): boolean {
  for (let i = from; i < name; i++) if (!/^(?:static|extern|const)$/.test(work.text(i))) return false;
  return name > from && work.opens(name + 1, '(');
}

function readToSemicolon(work: Work, from: number, to: number, ends = true): number {
  let i = from;
  while (i < to && work.text(i) !== ';') {
    // A statement without its semicolon in front of a block or a keyword on a new line.
    if (i > from && work.tokens[i]!.kind === 'name' && work.startsLine(i) && endsStatement(work, i)) {
      if (!work.insertBefore(i, ';')) break;
      readExpression(work, from, i);
      return i;
    }
    i = work.after(i);
  }
  if (ends && i >= to && i > from) work.insertBefore(i, ';');
  readExpression(work, from, i);
  return Math.min(i + 1, to);
}

function endsStatement(work: Work, i: number): boolean {
  return (
    /^(?:if|for|while|do|switch|return|goto|break|continue|case|default|else)$/.test(work.text(i)) &&
    /^[)\]]$|^\w/.test(work.text(i - 1))
  );
}

function readCase(work: Work, from: number, to: number): number {
  let i = from;
  let conditional = 0;
  while (i < to && !(work.text(i) === ':' && conditional === 0)) {
    if (work.text(i) === '?') conditional++;
    if (work.text(i) === ':') conditional--;
    i = work.after(i);
  }
  readExpression(work, from, i);
  return i + 1;
}

/** `goto *target[x];`: the grammar takes a label only. */
function readGoto(work: Work, from: number, to: number): number {
  let end = from;
  while (end < to && work.text(end) !== ';') end = work.after(end);
  if (end - from > 1) work.standIn(from, end);
  return Math.min(end + 1, to);
}

/** Assembler has macros, and operands that the grammar does not take: its text and operands go. */
export function readAsm(work: Work, from: number, to: number): number {
  let i = from + 1;
  while (i < to && work.isName(i)) i++;
  if (!work.opens(i, '(')) return i;
  const close = work.match[i]!;
  const { start, end } = work.tokens[from]!;
  if (work.text(from) === 'asm_inline') work.canvas.replace(start, end, 'asm');
  const inside = work.tokens[i]!.end;
  if (!work.canvas.replace(inside, work.tokens[close]!.start, '""')) {
    work.blank(from, close + 1);
    return close + 1;
  }
  if (/^(?:__inline__|__inline)$/.test(work.text(i - 1))) work.blank(i - 1, i);
  return work.text(close + 1) === ';' ? close + 2 : close + 1;
}

/** NAME(args) at the start of a statement: a call, a declaration, or a macro that brings a loop or a block. */
function readCallStatement(work: Work, i: number, to: number): { next: number; between: boolean } {
  const open = i + 1;
  const next = work.after(open);
  const token = work.tokens[next];
  if (next >= to) {
    // The last statement of a block, without its semicolon.
    endCall(work, i, next);
    return { next, between: true };
  }
  if (token!.text === '{') return { next: makeLoop(work, i), between: false };
  if (token!.text === '=' && work.opens(next + 1, '{')) {
    const end = declareByMacro(work, i, to);
    if (end >= 0) return { next: end, between: true };
  }
  if (token!.kind === 'name' && !isAsm(token!.text)) {
    if (work.startsLine(next)) {
      // A directive between them (`#undef x`) says that the macro is complete.
      if (work.column(next) > work.column(i) && token!.text !== 'else' && !token!.directives) {
        return { next: makeLoop(work, i), between: false };
      }
      endCall(work, i, next);
      return { next, between: true };
    }
    if (
      /^(?:if|for|while|do|switch|return|goto|break|continue)$/.test(token!.text) ||
      callFollows(work, next)
    ) {
      return { next: makeLoop(work, i), between: false };
    }
  }
  if (
    /^(?:\*|\(|\+\+|--)$/.test(token!.text) &&
    work.startsLine(next) &&
    work.column(next) > work.column(i) &&
    work.isName(next + 1)
  ) {
    const head = work.text(i);
    if (/for_?each|^for_/i.test(head)) return { next: makeLoop(work, i), between: false };
  }
  return { next: readSimple(work, i, to), between: true };
}

/** A macro call that is a statement but has no semicolon: it gets one, or goes. */
function endCall(work: Work, i: number, next: number): void {
  if (work.insertBefore(next, ';')) work.push('arguments', i + 2, next - 1);
  else work.blank(i, next);
}

/** `for_each_x(a) call(b);` on one line, as against `TYPE(a) name;`. */
function callFollows(work: Work, i: number): boolean {
  return (
    work.isName(i) &&
    (work.opens(i + 1, '(') ||
      (/^(?:->|\.|[-+|&]?=|\+\+|--)$/.test(work.text(i + 1)) && /[a-z]/.test(work.text(i - 1))))
  );
}

/**
 * Turns `list_for_each_entry(a, b, c)` into `while (a, b, c)` of the same
 * length, and notes the macro's name; a shorter name becomes `if`.
 */
function makeLoop(work: Work, i: number): number {
  const { text, start, end } = work.tokens[i]!;
  const open = i + 1;
  const close = work.match[open]!;
  const word = text.length >= 5 ? 'while' : 'if';
  if (text.length < 2) {
    work.blank(i, close + 1);
    return close + 1;
  }
  work.loops.set(start, text);
  work.canvas.replace(start, end, word);
  if (close === open + 1 && !work.canvas.insert(work.tokens[open]!.end, work.tokens[close]!.start, '0')) {
    if (text.length > word.length) {
      work.canvas.write(end - 1, '(0');
    } else {
      work.loops.delete(start);
      work.blank(i, close + 1);
    }
    return close + 1;
  }
  work.push('arguments', open + 1, close);
  return close + 1;
}

/** `do { … } for_each_x(a);`: the macro stands for the `while` of the loop. */
function closeLoop(work: Work, i: number, to: number): void {
  const { text, start, end } = work.tokens[i] ?? { text: 'while', start: 0, end: 0 };
  if (i >= to || text === 'while' || text.length < 5 || !work.isName(i) || !work.opens(i + 1, '(')) return;
  if (work.text(work.after(i + 1)) !== ';') return;
  work.loops.set(start, text);
  work.canvas.replace(start, end, 'while');
}

/** Reads the header of a `for`: a declaration or expressions. */
export function readForHeader(work: Work, from: number, to: number): void {
  let end = from;
  while (end < to && work.text(end) !== ';') end = work.after(end);
  if (from < end) readSimple(work, from, end, false);
  for (let i = end + 1; i <= to; i = end + 1) {
    end = i;
    while (end < to && work.text(end) !== ';') end = work.after(end);
    readExpression(work, i, end);
    if (end >= to) break;
  }
}
