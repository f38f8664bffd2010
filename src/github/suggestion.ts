import { fenced } from '../report/markup.js';
import type { Finding } from '../review/finding.js';
import type { Place } from './placement.js';

/**
 * The commented lines with the atomic accessor in place of the other, when the update stands on just those lines and
 * the tree has that accessor; else null. Every other way out needs more than these lines.
 */
export function suggestAtomic(
  finding: Finding,
  place: Place,
  text: string | null,
  hasAccessor: (name: string) => boolean,
): string | null {
  const { update } = finding;
  const atomic = /^__\w+$/.test(update) ? update.slice(2) : null;
  if (atomic === null || !hasAccessor(atomic)) return null;
  const lines = text?.split('\n').slice(place.startLine - 1, place.line) ?? [];
  // What cannot be shown as it is cannot be suggested.
  if (lines.some((line) => fenced([line])[1] !== line)) return null;
  const before = lines.join('\n');
  const calls = before.match(new RegExp(`\\b${update}\\(`, 'g')) ?? [];
  if (calls.length !== 1) return null;
  return before.replace(new RegExp(`\\b${update}\\(`), `${atomic}(`);
}
