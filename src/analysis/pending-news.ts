import type { FunctionAnalysis } from './execution.js';
import { isOfCallers } from './origin.js';
import { wayOf } from './recorder.js';
import { factKey } from './state.js';
import { summaryText } from './analysis-text.js';
import type { PendingMeeting, Summary } from './summary.js';

/**
 * Where all that callers would learn anew of a function is that they are asked for the conditions of further meetings:
 * the ways to these. Null where they would learn something else.
 *
 * @param before null for a function that nobody looked at, as it has nothing to do with folios but these meetings:
 * callers can do without the rest that is found out about it, as they did
 */
export function pendingNews(
  before: FunctionAnalysis | null,
  made: FunctionAnalysis,
): ReadonlySet<string> | null {
  if (before && !saysTheSame(before.summary, made.summary)) return null;
  // Whether anybody passes a list tells about a meeting, too.
  if (hasMeetingOfCallers(made) && !(before && hasMeetingOfCallers(before))) return null;
  const known = new Set(before?.summary.pending.map(pendingKey));
  const news = new Set<string>();
  let kept = 0;
  for (const pending of made.summary.pending) {
    if (known.has(pendingKey(pending))) kept++;
    else news.add(wayOf(pending.meeting));
  }
  return news.size > 0 && kept === (before?.summary.pending.length ?? 0) ? news : null;
}

function saysTheSame(before: Summary, made: Summary): boolean {
  return summaryText({ ...before, pending: [] }) === summaryText({ ...made, pending: [] });
}

function hasMeetingOfCallers({ record }: FunctionAnalysis): boolean {
  return record.meetings.some(({ origin }) => isOfCallers(origin));
}

function pendingKey({ meeting, conditions, distance }: PendingMeeting): string {
  const asked = conditions.map(([term, fact]) => `${term.id}?${factKey(fact)}`).sort();
  return `${wayOf(meeting)}|${String(distance)}|${asked.join(' ')}`;
}
