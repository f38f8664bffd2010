import { fenced } from '../report/markup.js';
import type { Finding } from '../review/finding.js';
import type { Place } from './placement.js';

/**
 * What the commented lines should be instead, when a way out changes just those: a test of the flag in front of the
 * update where that is enough, else its atomic accessor. Null when neither helps, or when the update stands elsewhere.
 */
export function suggestInPlace(
  { update, inPlace }: Finding,
  { startLine, line }: Place,
  text: string | null,
): string | null {
  const all = text?.split('\n') ?? [];
  const lines = all.slice(startLine - 1, line);
  // What cannot be shown as it is cannot be suggested.
  if (!/^\w+$/.test(update) || lines.some((one) => fenced([one])[1] !== one)) return null;
  const before = lines.join('\n');
  const call = new RegExp(`\\b${update}\\(`, 'g');
  if ((before.match(call) ?? []).length !== 1) return null;
  const statement = new RegExp(`^(\\s*)${update}\\(([^()]*)\\);$`).exec(before);
  if (inPlace.test !== null && statement && standsAlone(all[startLine - 2], all[line])) {
    const [, indent = '', folio = ''] = statement;
    return `${indent}if (!${inPlace.test}(${folio}))\n${indent}\t${before.trim()}`;
  }
  return inPlace.accessor === null ? null : before.replace(call, () => `${inPlace.accessor!}(`);
}

/** Not the one statement of an `if` or `else`, where another `if` could take the `else` that follows. */
function standsAlone(above: string | undefined, below: string | undefined): boolean {
  return /(?:^|[;{}:/])\s*$/.test(above ?? '') && !/^\s*else\b/.test(below ?? '');
}
