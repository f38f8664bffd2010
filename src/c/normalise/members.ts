import { readDeclarators, settleSpecifiers } from './declarations.js';
import { readExpression } from './expressions.js';
import { declareByMacro, splitArguments } from './macros.js';
import { beginsType, isControl } from './words.js';
import type { Work } from './work.js';

/** Reads the members of a struct or union. */
export function readMembers(work: Work, from: number, to: number): void {
  let i = from;
  while (i < to) {
    work.keepDirectives(i);
    const { text, kind } = work.tokens[i]!;
    if (text === ';' || kind !== 'name') {
      const behind = work.after(i);
      work.blank(i, behind);
      i = behind;
    } else if (work.opens(i + 1, '(') && !isControl(text) && readMacroMember(work, i, to)) {
      const behind = work.after(i + 1);
      i = behind < to && work.text(behind) === ';' ? behind + 1 : behind;
    } else if (
      !beginsType(text) &&
      work.isName(i + 1) &&
      work.startsLine(i + 1) &&
      work.column(i + 1) <= work.column(i)
    ) {
      // A macro that brings members, on a line of its own.
      work.blank(i, i + 1);
      i++;
    } else {
      const specifiers = settleSpecifiers(work, i, to);
      let behind = Math.max(specifiers.end, i);
      if (specifiers.name < 0 && work.text(behind) === ':') {
        // A bit field without a name.
        const colon = behind;
        while (behind < to && !/^[,;]$/.test(work.text(behind))) behind = work.after(behind);
        work.blank(colon, behind);
      }
      const end = readDeclarators(work, behind, to, readExpression);
      if (end >= to) work.blank(i, to);
      if (end < to && work.opens(end, '{')) work.blank(i, work.after(end));
      i = Math.max(end < to ? work.after(end) : end, i + 1);
    }
  }
  work.keepDirectives(to);
}

/** `struct_group(name, members)`, `DECLARE_BITMAP(name, bits);`: returns false for what is an ordinary member. */
function readMacroMember(work: Work, i: number, to: number): boolean {
  const open = i + 1;
  const close = work.match[open]!;
  const behind = close + 1;
  const ended = behind < to && work.text(behind) === ';';
  const inner = membersInside(work, open + 1, close);
  if (inner >= 0) {
    work.blank(i, inner);
    work.blank(close, ended ? behind + 1 : behind);
    work.push('members', inner, close);
    return true;
  }
  if (behind < to && !ended && !work.startsLine(behind)) return false;
  if (!ended || declareByMacro(work, i, to) < 0) work.blank(i, ended ? behind + 1 : behind);
  return true;
}

/** Where the members begin in a macro's arguments that hold whole members, or -1. */
function membersInside(work: Work, from: number, to: number): number {
  let semicolon = from;
  while (semicolon < to && work.text(semicolon) !== ';') semicolon = work.after(semicolon);
  if (semicolon >= to) return -1;
  for (const part of splitArguments(work, from, to)) {
    if (part.to - part.from > 1) return part.from;
  }
  return -1;
}

/** Reads the names of an enum; what is no name with an optional value goes. */
export function readEnumerators(work: Work, from: number, to: number): void {
  let i = from;
  while (i < to) {
    if (work.text(i) === ',') {
      if (i === from || work.text(i - 1) === ',') work.blank(i, i + 1);
      i++;
      continue;
    }
    let end = i;
    while (end < to && work.text(end) !== ',') {
      if (
        end > i &&
        work.isName(end) &&
        work.startsLine(end) &&
        /^[)\w]/.test(work.text(end - 1)) &&
        work.text(end - 1) !== '='
      ) {
        const named = work.isName(i);
        if (named && work.insertBefore(end, ',')) break;
        if (!named) break;
      }
      end = work.after(end);
    }
    readEnumerator(work, i, end);
    i = Math.max(end, i + 1);
  }
}

function readEnumerator(work: Work, from: number, to: number): void {
  if (!work.isName(from)) {
    work.blank(from, to);
    return;
  }
  // Words of the grammar that stddef.h and others define here.
  if (/^(?:true|false|TRUE|FALSE|NULL)$/.test(work.text(from))) work.glueWord(from);
  let i = from + 1;
  while (i < to && work.text(i) !== '=') i = work.after(i);
  if (i > from + 1) work.blank(from + 1, i);
  if (i < to) readExpression(work, i + 1, to);
}

/** Reads the parameters of a function. */
export function readParameters(work: Work, from: number, to: number): void {
  for (const part of splitArguments(work, from, to)) {
    if (part.from === part.to) {
      const comma = part.to < to ? part.to : part.from - 1;
      work.blank(comma, comma + 1);
      continue;
    }
    const first = work.tokens[part.from]!;
    if (first.text === '...') continue;
    if (first.kind !== 'name' && first.text !== '*' && first.text !== '(') {
      work.standIn(part.from, part.to);
      continue;
    }
    const specifiers = settleSpecifiers(work, part.from, part.to);
    readDeclarators(work, specifiers.end, part.to, readExpression);
  }
}
