import type { FunctionAnalysis } from '../analysis/execution.js';
import type { PassedUpdate } from '../analysis/summary.js';

/**
 * What is known of a function of which a part was looked at anew: of the rest what was known before.
 *
 * @param before null for a function that is new, of which all is known
 * @param covers is the code at that line of the release looked at anew?
 */
export function mergeAnalysis(
  before: FunctionAnalysis | null,
  found: FunctionAnalysis,
  covers: (line: number) => boolean,
): FunctionAnalysis {
  if (!before) return found;
  const { summary, record } = before;
  const kept = ({ line }: { readonly line: number }): boolean => !covers(line);
  return {
    summary: {
      ...summary,
      updates: [...summary.updates.filter((passed) => !covers(lineOf(passed))), ...found.summary.updates],
      atomicUpdates: [
        ...summary.atomicUpdates.filter((passed) => !covers(lineOf(passed))),
        ...found.summary.atomicUpdates,
      ],
      pending: [
        ...summary.pending.filter(({ meeting }) => !record.meetings.includes(meeting) || kept(meeting)),
        ...found.summary.pending,
      ],
      parameterCalls: [...summary.parameterCalls.filter(kept), ...found.summary.parameterCalls],
    },
    record: {
      meetings: [...record.meetings.filter(kept), ...found.record.meetings],
      contexts: [...record.contexts.filter(kept), ...found.record.contexts],
      confirmed: [...new Set([...record.confirmed, ...found.record.confirmed])],
      calls: new Set([...record.calls, ...found.record.calls]),
    },
  };
}

/** Line of the function itself at which it comes to the update. */
function lineOf({ chain, update }: PassedUpdate): number {
  return chain[0]?.line ?? update.line;
}
