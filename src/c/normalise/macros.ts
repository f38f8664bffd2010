import { readExpression } from './expressions.js';
import type { Work } from './work.js';

/**
 * `static DEFINE_PER_CPU(struct x, name) = {…};` → `static DEFINE_PER_CPU name = {…};`:
 * the macro stands as the type. The name is the first argument that is a lone
 * word; the second where the macro takes the type first.
 * @returns the index behind the declaration, or -1 when it has another form
 */
export function declareByMacro(work: Work, name: number, to: number): number {
  const open = name + 1;
  const close = work.match[open]!;
  const declared = declaredArgument(work, name, open + 1, close);
  if (declared < 0) return -1;
  let i = close + 1;
  while (i < to && work.opens(i, '[')) {
    work.push('expression', i + 1, work.match[i]!);
    i = work.after(i);
  }
  if (i < to && !/^[=;,]$/.test(work.text(i))) return -1;
  work.blank(open, declared);
  work.blank(declared + 1, close + 1);
  const value = i + 1;
  while (i < to && work.text(i) !== ';') i = work.after(i);
  if (value < i) readExpression(work, value, i);
  return Math.min(i + 1, to);
}

function declaredArgument(work: Work, name: number, from: number, to: number): number {
  const lone: number[] = [];
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && work.text(i) !== ',') {
      i = work.after(i) - 1;
      continue;
    }
    if (i - start === 1 && work.isName(start)) lone.push(start);
    start = i + 1;
  }
  const typeFirst = /PER_CPU|PERCPU/.test(work.text(name));
  return (typeFirst ? lone.at(-1) : lone[0]) ?? -1;
}

/** Arguments of a macro call as token ranges. */
export function splitArguments(work: Work, from: number, to: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && work.text(i) !== ',') {
      i = work.after(i) - 1;
      continue;
    }
    if (from < to) found.push({ from: start, to: i });
    start = i + 1;
  }
  return found;
}

/**
 * A function whose head is a macro: `SYSCALL_DEFINE2(name, type, a, type, b) {`
 * becomes `long name(type a, type b) {`, and any other `MACRO(name, …) {` a
 * function with that name and the rest as parameters.
 */
export function defineByMacro(work: Work, name: number): void {
  const { text: macro, start } = work.tokens[name]!;
  const open = name + 1;
  const close = work.match[open]!;
  const parts = splitArguments(work, open + 1, close);
  const first = parts[0];
  if (
    !first ||
    first.to - first.from !== 1 ||
    !work.isName(first.from) ||
    macro.length < 4 ||
    /[a-z]/.test(macro)
  ) {
    nameless(work, name);
    return;
  }
  const named = work.tokens[first.from]!;
  const shift = parts.length === 1 ? 1 : 0;
  if (shift === 1 && work.canvas.source[named.start - 1] === '\n') {
    nameless(work, name);
    return;
  }
  work.canvas.blank(start, named.end);
  work.canvas.write(start, named.start - start > 6 ? 'long' : 'int');
  work.canvas.write(named.start - shift, named.text);
  work.macroFunctions.set(named.start - shift, { name: named.text, macro });
  if (shift === 1) {
    work.canvas.write(named.end - 1, '(');
    return;
  }
  work.canvas.write(work.tokens[first.to]!.start, '(');
  const rest = parts.slice(1);
  const pairs = rest.length % 2 === 0 && /DEFINE\d+$|_CALL_\d+$/.test(macro);
  if (pairs) {
    for (let k = 0; k < rest.length; k += 2) {
      const comma = work.tokens[rest[k]!.to]!;
      work.canvas.blank(comma.start, comma.end);
      const type = rest[k]!;
      // A type that is itself declared by a macro, or none: any type will do.
      for (let t = type.from; t < type.to; t++) if (work.opens(t, '(')) work.blank(t, work.after(t));
    }
  } else work.push('parameters', rest[0]!.from, close);
}

/** A macro head without a name to take: the macro's own name is left as the function's. */
function nameless(work: Work, name: number): void {
  const { text: macro, start, end } = work.tokens[name]!;
  const close = work.match[name + 1]!;
  if (macro.length < 5) {
    work.blank(name, close + 1);
    return;
  }
  work.canvas.blank(start, work.tokens[close]!.end);
  work.canvas.write(start, `int ${macro.slice(4)}()`);
  work.canvas.blank(end + 2, work.tokens[close]!.end);
  work.macroFunctions.set(start + 4, { name: macro, macro });
}
