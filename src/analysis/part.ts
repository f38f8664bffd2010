import type { FunctionAnalysis } from './execution.js';

/**
 * Has a function a part in the hazards of its tree, or in what is said of them as a whole? The others need not be looked
 * at to find these.
 *
 * @param isPending does the function of that key leave meetings to its callers to confirm?
 */
export function hasPart({ summary, record }: FunctionAnalysis, isPending: (key: string) => boolean): boolean {
  return (
    record.meetings.length > 0 ||
    record.contexts.length > 0 ||
    record.confirmed.length > 0 ||
    summary.pending.length > 0 ||
    // Who stands in an operation table is called with what its contract says.
    summary.updates.length > 0 ||
    summary.truncated ||
    [...record.calls].some(isPending)
  );
}
