import type { FunctionEntry, Program } from './program.js';
import type { Hazard, HazardReport } from './hazards.js';
import type { CallContext } from './recorder.js';
import type { CallStep, FlagUpdate, Meeting } from './summary.js';
import { bitOperation, flagOfBit } from './update.js';
import { named } from './term.js';

/** What a patch changed so that a hazard appeared. */
export type Cause =
  | 'new-caller'
  | 'widened-caller'
  | 'new-update'
  | 'downgraded-update'
  | 'guard-removed'
  | 'protection-removed'
  | 'published-earlier'
  | 'reference-moved';

/** One side of the comparison. */
export interface Side {
  readonly program: Program;
  readonly report: HazardReport;
}

/**
 * Why a hazard is there after a patch and was not before.
 *
 * @param oldName the name before the patch of a function that it renamed
 */
export function causeOf(hazard: Hazard, before: Side, after: Side, oldName: (name: string) => string): Cause {
  const [meeting] = hazard.meetings as [Meeting, ...Meeting[]];
  const { update } = hazard;
  const updates = updatesIn(before.program, oldName(update.updater), update.file);
  if (update.atomic) {
    const there = updates.some(
      (known) => known.flag === update.flag && known.operation === plain(update.operation),
    );
    if (!there) return 'new-update';
    const called = meeting.chain.some((step) => callsBefore(step, before, oldName) < callsAfter(step, after));
    return called ? 'new-caller' : 'reference-moved';
  }
  if (
    !updates.some(
      (known) => !known.atomic && known.flag === update.flag && known.operation === update.operation,
    )
  ) {
    return updates.some(
      (known) => known.atomic && known.flag === update.flag && known.operation === update.operation,
    )
      ? 'downgraded-update'
      : 'new-update';
  }
  const holder = oldName(meeting.function);
  if (lostGuard(update, before, after, oldName)) return 'guard-removed';
  if (meeting.chain.some((step) => callsBefore(step, before, oldName) < callsAfter(step, after)))
    return 'new-caller';
  const contexts = before.report.contexts.filter(
    (context) =>
      nameOf(context.caller) === holder &&
      context.update.updater === oldName(update.updater) &&
      context.update.identity === update.identity,
  );
  const ownerships = new Set(contexts.map((context) => context.ownership));
  const fresh = meeting.origin.unique;
  if (fresh && (ownerships.has('fresh') || ownerships.size === 0)) return 'published-earlier';
  // What the caller handed over for its own is shown to others here, before the update and not after it.
  if (ownerships.has('passed') && meeting.origin.steps[0]?.publishes) return 'published-earlier';
  if (ownerships.has('frozen') || ownerships.has('sole')) return 'protection-removed';
  if (contexts.some((context) => context.locked) && meeting.origin.locked !== true)
    return 'protection-removed';
  if (meeting.origin.ownership === 'speculative' && ownerships.has('shared')) return 'reference-moved';
  return 'widened-caller';
}

/** Was the update behind a test of its flag before, and is it no more? */
function lostGuard(
  update: FlagUpdate,
  before: Side,
  after: Side,
  oldName: (name: string) => string,
): boolean {
  const then = directContexts(before.report, oldName(update.updater), update);
  const now = directContexts(after.report, update.updater, update);
  if (!now.some((context) => !context.guarded)) return false;
  if (then.length > 0) return then.every((context) => context.guarded);
  // The guard may never have let the update be reached.
  return (
    testsOf(update.flag, before.program, oldName(update.updater), update.file) >
    testsOf(update.flag, after.program, update.updater, update.file)
  );
}

/** Tests of a flag in a function's own text. */
function testsOf(flag: string, program: Program, name: string, file: string): number {
  let count = 0;
  for (const { action } of program.resolve(name, file)?.facts.nodes ?? []) {
    if (action.do !== 'call' || typeof action.callee !== 'string') continue;
    const accessor = program.model.accessors.get(action.callee);
    if (accessor?.operation === 'test' && accessor.flag === flag) count++;
  }
  return count;
}

/** The update itself, in the function that holds it. */
function directContexts(report: HazardReport, updater: string, update: FlagUpdate): CallContext[] {
  return report.contexts.filter(
    (context) =>
      context.caller === context.callee &&
      nameOf(context.caller) === updater &&
      context.update.flag === update.flag &&
      context.update.operation === update.operation,
  );
}

function callsBefore(step: CallStep, before: Side, oldName: (name: string) => string): number {
  return countCalls(before.program.resolve(oldName(step.function), step.file), oldName(step.callee));
}

function callsAfter(step: CallStep, after: Side): number {
  return countCalls(after.program.resolve(step.function, step.file), step.callee);
}

function countCalls(entry: FunctionEntry | null, callee: string): number {
  let count = 0;
  for (const { action } of entry?.facts.nodes ?? []) {
    if (action.do !== 'call') continue;
    if (action.callee === callee) count++;
    else if (action.arguments.some((argument) => argument.kind === 'name' && argument.name === callee))
      count++;
  }
  return count;
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

/** The flag updates that a function's own text has, by the accessors of its tree. */
function updatesIn(
  program: Program,
  name: string,
  file: string,
): readonly Pick<FlagUpdate & { atomic: boolean }, 'flag' | 'operation' | 'atomic'>[] {
  const entry = program.resolve(name, file);
  const updates: Pick<FlagUpdate & { atomic: boolean }, 'flag' | 'operation' | 'atomic'>[] = [];
  for (const { action } of entry?.facts.nodes ?? []) {
    if (action.do === 'call' && typeof action.callee === 'string') {
      const accessor = program.model.accessors.get(action.callee);
      if (accessor && accessor.operation !== 'test') {
        updates.push({ flag: accessor.flag, operation: plain(accessor.operation), atomic: accessor.atomic });
      }
      const bit = bitOperation(action.callee);
      const first = action.arguments[0];
      if (bit && first?.kind === 'name') {
        updates.push({
          flag: flagOfBit(named(first.name)),
          operation: plain(bit.operation),
          atomic: bit.atomic,
        });
      }
    }
    if (action.do === 'assign' && /(->|\.)(flags|_flags_1|f)$/.test(action.to.path.at(-1) ?? '')) {
      const operation = action.operator === '|=' ? 'set' : action.operator === '&=' ? 'clear' : 'change';
      for (const flag of flagNames(action.value)) updates.push({ flag, operation, atomic: false });
    }
  }
  return updates;
}

function plain(operation: FlagUpdate['operation']): FlagUpdate['operation'] {
  if (operation === 'test-and-set') return 'set';
  return operation === 'test-and-clear' ? 'clear' : operation;
}

function flagNames(value: unknown): string[] {
  const names = [...JSON.stringify(value).matchAll(/"PG_(\w+)"/g)].map((match) => match[1]!);
  return names.length === 1 ? names : ['flags'];
}
