import type { Hazard, HazardReport } from '../analysis/hazards.js';
import type { CallContext, ContextKind } from '../analysis/recorder.js';

/** Another caller of the function that the finding's folio is passed to, and what it passes. */
export interface FindingCaller {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** `passed`: as it was given itself. */
  readonly passes: ContextKind;
}

/** What says most of a call that passes folios of several kinds. */
const TELLING: readonly ContextKind[] = ['visible', 'unknown', 'passed', 'owned'];

/** The function that `hazard.in` passes the folio to; null when the update is in `hazard.in` itself. */
export function calleeOf(hazard: Hazard): string | null {
  for (const { chain } of hazard.meetings) {
    const step = chain.find((step) => step.function === hazard.in);
    if (step) return step.callee;
  }
  return null;
}

/** Who else calls that function with folios that get to the update, once per call. */
export function callersOf(hazard: Hazard, report: HazardReport): readonly FindingCaller[] {
  const callee = calleeOf(hazard);
  if (callee === null) return [];
  const calls = new Map<string, FindingCaller>();
  for (const context of report.contexts) {
    if (nameOf(context.callee) !== callee || !isSameUpdate(context, hazard)) continue;
    const caller = nameOf(context.caller);
    if (caller === hazard.in || caller === callee) continue;
    const key = `${context.file}:${context.line}`;
    const known = calls.get(key);
    if (known && TELLING.indexOf(known.passes) <= TELLING.indexOf(context.kind)) continue;
    calls.set(key, { function: caller, file: context.file, line: context.line, passes: context.kind });
  }
  return [...calls.values()].sort((a, b) => a.file.localeCompare(b.file, 'en') || a.line - b.line);
}

function isSameUpdate({ update }: CallContext, hazard: Hazard): boolean {
  return (
    update.updater === hazard.update.updater &&
    update.identity === hazard.update.identity &&
    update.word === hazard.update.word
  );
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
