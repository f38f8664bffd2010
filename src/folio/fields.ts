import { z } from 'zod';
import { didYouMean } from './suggest.js';

/** The kinds of fields that rule files are made of, with errors that say what to write. All scalars arrive as text. */

const needed = (what: string) => ({
  error: (issue: { input: unknown }) =>
    issue.input === undefined ? `${what} is missing` : `${what} must be text`,
});

/** Text that is not empty; `what` names it in errors. */
export const text = (what: string) => z.string(needed(what)).min(1, `${what} is empty`);

/** One of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(allowed: T) =>
  z.enum(allowed, { error: (issue) => notKnown(issue.input, allowed) });

export const truth = oneOf(['true', 'false']).transform((value) => value === 'true');

/** A list, or one item without the list around it. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item));

/** A map with these fields and no others. */
export function strict<T extends z.ZodRawShape>(shape: T) {
  const allowed = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? notKnown(issue.keys[0], allowed)
        : `give fields here: ${allowed.join(', ')}`,
  });
}

/** The error for a word that is not among those that are allowed. */
export function notKnown(word: unknown, allowed: readonly string[]): string {
  const meant = typeof word === 'string' ? didYouMean(word, allowed) : '';
  return `${quote(word)} is not known here; allowed: ${allowed.join(', ')}${meant}`;
}

/** What somebody wrote, for an error. */
export function quote(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : value === undefined ? 'nothing' : 'a list or map';
}
