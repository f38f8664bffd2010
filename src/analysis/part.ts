import type { FunctionAnalysis } from './execution.js';
import { isOfCallers } from './origin.js';

/**
 * Has a function a part in the hazards of its tree, or in what is said of them as a whole? The others need not be looked
 * at to find these.
 *
 * @param isAsked is it asked of the function of that key whether anybody calls it?
 */
export function hasPart({ summary, record }: FunctionAnalysis, isAsked: (key: string) => boolean): boolean {
  return (
    record.meetings.length > 0 ||
    record.contexts.length > 0 ||
    record.confirmed.length > 0 ||
    summary.pending.length > 0 ||
    // Who stands in an operation table is called with what its contract says.
    summary.updates.length > 0 ||
    summary.truncated ||
    [...record.calls].some(isAsked)
  );
}

/** Does it matter for a function's meetings whether anybody calls it? */
export function asksForCallers({ summary, record }: FunctionAnalysis): boolean {
  return summary.pending.length > 0 || record.meetings.some(({ origin }) => isOfCallers(origin));
}
