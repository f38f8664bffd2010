import { readDeclarators, settleSpecifiers, type Specifiers } from './declarations.js';
import { readExpression } from './expressions.js';
import { declareByMacro, defineByMacro } from './macros.js';
import { readAsm } from './statements.js';
import { beginsType, isAsm, isControl, isRecord } from './words.js';
import type { Work } from './work.js';

/** Reads top-level items: functions, declarations, and macro calls that are neither. */
export function readItems(work: Work, from: number, to: number): void {
  let i = from;
  while (i < to) {
    work.keepItemDirectives(i);
    const { text, kind } = work.tokens[i]!;
    if (text === ';' || text === '}') i++;
    else if (text === 'extern' && work.tokens[i + 1]?.kind === 'string' && work.opens(i + 2, '{')) {
      work.push('items', i + 3, work.match[i + 2]!);
      i = work.after(i + 2);
    } else if (isAsm(text)) i = readAsm(work, i, to);
    else if (kind !== 'name') i = work.after(i);
    else if (isAlone(work, i, to)) {
      // A macro that brings whole declarations, on a line of its own.
      note(work, i, i + 1);
      work.blank(i, i + 1);
      i++;
    } else i = readMacroItem(work, i, to) ?? readItem(work, i, to);
  }
  work.keepItemDirectives(to);
}

/** Whether NAME stands apart from what follows: a type never does. */
function isAlone(work: Work, i: number, to: number): boolean {
  if (beginsType(work.text(i)) || i + 1 >= to || !work.isName(i + 1)) return false;
  const gap = work.canvas.source.slice(work.tokens[i]!.end, work.tokens[i + 1]!.start);
  return /\n[ \t\r]*\n/.test(gap);
}

/** NAME(args) at the start of an item, where it is the whole item or the head of a function; else null. */
function readMacroItem(work: Work, i: number, to: number): number | null {
  const open = i + 1;
  if (!work.opens(open, '(') || isControl(work.text(i))) return null;
  const next = work.after(open);
  const text = work.text(next);
  if (next < to && text === '{') {
    defineByMacro(work, i);
    work.push('statements', next + 1, work.match[next]!);
    return work.after(next);
  }
  if (next < to && text === '=') {
    const end = declareByMacro(work, i, to);
    return end < 0 ? null : end;
  }
  if (next >= to || text === ';' || work.startsLine(next)) {
    note(work, i, next);
    const end = next < to && text === ';' ? next + 1 : next;
    work.blank(i, end);
    return end;
  }
  return null;
}

function note(work: Work, name: number, behind: number): void {
  const first = work.tokens[name]!;
  work.invocations.push({ name: first.text, start: first.start, end: work.tokens[behind - 1]!.end });
}

/** One declaration or function definition; returns the index behind it. */
function readItem(work: Work, from: number, to: number): number {
  const specifiers = settleSpecifiers(work, from, to);
  const { name } = specifiers;
  if (name >= 0 && !specifiers.typed && work.opens(name + 1, '(')) {
    // Storage words and NAME(args), no type: a macro.
    const next = work.after(name + 1);
    if (next < to && work.opens(next, '{')) {
      defineByMacro(work, name);
      work.push('statements', next + 1, work.match[next]!);
      return work.after(next);
    }
    const declared = declareByMacro(work, name, to);
    if (declared >= 0) return declared;
    if (next >= to || work.text(next) === ';' || (work.startsLine(next) && work.isName(next))) {
      note(work, name, next);
      const end = next < to && work.text(next) === ';' ? next + 1 : next;
      work.blank(from, end);
      return end;
    }
  }
  const body = findBody(work, specifiers.end, to);
  if (body < 0) {
    notePrototype(work, from, specifiers);
    const end = readDeclarators(work, Math.max(specifiers.end, from), to, readExpression);
    if (end < to && work.opens(end, '{')) {
      // A record or an initialiser whose head is hidden in a macro.
      work.blank(from, work.after(end));
      return work.after(end);
    }
    return Math.max(work.text(end) === ';' ? end + 1 : end, from + 1);
  }
  noteEmptyFunction(work, from, specifiers, body);
  readDeclarators(work, specifiers.end, body, readExpression);
  work.push('statements', body + 1, work.match[body]!);
  return work.after(body);
}

/** Notes a declaration that is a type, asterisks, a name, its parameters and a semicolon. */
function notePrototype(work: Work, from: number, specifiers: Specifiers): void {
  const name = declaredFunction(work, from, specifiers);
  if (name < 0) return;
  const semicolon = work.after(name + 1);
  if (work.text(semicolon) !== ';') return;
  work.prototypes.push({
    name: work.text(name),
    start: work.tokens[from]!.start,
    end: work.tokens[semicolon]!.end,
  });
}

/** Notes a definition that is a type, asterisks, a name, its parameters and two braces. */
function noteEmptyFunction(work: Work, from: number, specifiers: Specifiers, body: number): void {
  const name = declaredFunction(work, from, specifiers);
  const last = work.tokens[body + 1];
  if (name < 0 || work.after(name + 1) !== body || work.match[body] !== body + 1 || last!.directives) return;
  work.emptyFunctions.push({
    name: work.tokens[name]!.start,
    start: work.tokens[from]!.start,
    body: work.tokens[body]!.start,
    end: last!.end,
  });
}

/** Index of the name where an item begins with a type, asterisks, a name and parameters; else -1. */
function declaredFunction(work: Work, from: number, { name: known, end, typed }: Specifiers): number {
  if (!typed || work.text(from) === 'typedef') return -1;
  let open = end;
  if (known < 0) {
    while (work.text(open) === '*') open++;
    open++;
  }
  const name = open - 1;
  if (!work.isName(name) || !work.opens(open, '(')) return -1;
  // What is defined in front of it is to be read.
  for (let i = from; i < name; i++) if (work.text(i) === '{') return -1;
  return name;
}

/** Index of the `{` of a function's body, or -1 when the item is no function. */
function findBody(work: Work, from: number, to: number): number {
  let grouped = false;
  for (let i = from; i < to; i = work.after(i)) {
    const text = work.text(i);
    if (text === ';' || text === '=') return -1;
    if (text === '(') grouped = true;
    if (work.opens(i, '{')) return grouped ? i : -1;
    if (isRecord(text) && grouped && work.opens(i + 1, '{')) return -1;
  }
  return -1;
}
