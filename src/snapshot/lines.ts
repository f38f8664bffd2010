import { hash } from 'node:crypto';
import { bareLine } from '../patch/text.js';

/** Characters that a snapshot has for one line of code. */
export const MARK = 2;
/** The mark of a line with nothing on it. */
export const BLANK = '..';

/** Lines whose marks are remembered: the versions of a series have most of theirs in common. */
const REMEMBERED = 100_000;

const known = new Map<string, string>();

/**
 * What tells a line from others, without its text and whatever its white space: 12 bits of digests as two characters.
 * Of a line that calls something the second stands for what it calls: lines that are alike in that have it in common.
 */
export function markOf(line: string): string {
  const bare = bareLine(line);
  if (bare === '') return BLANK;
  let mark = known.get(bare);
  if (mark === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    known.set(bare, (mark = newMark(bare)));
  }
  return mark;
}

function newMark(bare: string): string {
  const calls = callsIn(bare);
  const text = digest(bare);
  return calls === '' ? text.slice(0, 2) : text.slice(0, 1) + digest(calls).slice(0, 1);
}

/** Might a line of which only the mark is known call the same as this one? No for one that calls nothing. */
export function callsSame(line: string, mark: string): boolean {
  const calls = callsIn(bareLine(line));
  return calls !== '' && mark[1] === digest(calls)[0];
}

function callsIn(bare: string): string {
  return (bare.match(/\w+(?=\()/g) ?? []).join(' ');
}

function digest(text: string): string {
  return hash('sha1', text, 'base64url');
}
