import { append } from './append.js';
import { Execution, type FunctionAnalysis } from './execution.js';
import { calleesOf } from './order.js';
import { PASSED, standingKey, type Origin } from './origin.js';
import { meetConditions } from './outcomes.js';
import type { FunctionEntry, Program } from './program.js';
import type { CallContext } from './recorder.js';
import { NO_SUMMARY, type Condition, type FlagUpdate, type Summary } from './summary.js';
import { parameter } from './term.js';
import type { TreeAnalysis } from './tree-analysis.js';

/** A folio that one call passes, as one path has it. */
export interface PassedFolio {
  readonly call: CallContext;
  /** The parameter of the function that is asked about, from 0. */
  readonly argument: number;
  readonly origin: Origin;
  /** What the caller has to be given itself for that: in terms of its parameters. */
  readonly conditions: readonly Condition[];
}

/** Callers of callers that are asked, while these pass on what they were given. */
const DEPTH = 5;

/** The functions that may call each function, as far as their text shows. */
export function callersOf(target: FunctionEntry, program: Program): readonly FunctionEntry[] {
  let index = callers.get(program);
  if (!index) {
    index = new Map();
    for (const entry of program.functions()) {
      for (const callee of calleesOf(entry, program)) append(index, callee, entry);
    }
    callers.set(program, index);
  }
  return index.get(target) ?? [];
}

const callers = new WeakMap<Program, Map<FunctionEntry, FunctionEntry[]>>();

/**
 * What calls pass to a function, and what their callers pass to them where they pass on what they were given.
 *
 * The callers are gone through again, with a mark instead of what the function does to its arguments: where the mark
 * comes to a folio of theirs, under the conditions on which it does, is what they pass.
 *
 * @param folios parameters to ask about, from 0
 */
export function foliosPassedTo(
  target: FunctionEntry,
  folios: readonly number[],
  analysis: TreeAnalysis,
): readonly PassedFolio[] {
  const { program, functions } = analysis;
  const marks = folios.map((argument) => markOf(target, argument));
  const isMark = (update: FlagUpdate): boolean => marks.includes(update);
  const marked = new Map<string, Summary>([
    [
      target.key,
      {
        ...(functions.get(target.key)?.summary ?? NO_SUMMARY),
        pending: [],
        updates: folios.map((argument, at) => ({
          update: marks[at]!,
          folio: parameter(argument),
          origin: PASSED,
          conditions: [],
          chain: [],
        })),
      },
    ],
  ]);
  const summaryOf = (callee: FunctionEntry): Summary | null => {
    const known = functions.get(callee.key)?.summary ?? null;
    return marked.get(callee.key) ?? (known && { ...known, updates: [], pending: [] });
  };
  const found = new Map<string, PassedFolio[]>();
  let dirty = new Set(callersOf(target, program));
  for (let depth = 0; depth < DEPTH && dirty.size > 0; depth++) {
    const further = new Set<FunctionEntry>();
    for (const caller of dirty) {
      if (caller === target) continue;
      const passed: Omit<PassedFolio, 'conditions'>[] = [];
      const run = new Execution(program, caller, summaryOf, (call, origin) => {
        const argument = folios[marks.indexOf(call.update)];
        if (argument !== undefined) passed.push({ call, argument, origin });
      }).run();
      const { summary } = run;
      found.set(
        caller.key,
        passed.map((item) => ({ ...item, conditions: conditionsOf(item, run) })),
      );
      const updates = summary.updates.filter(({ update }) => isMark(update));
      if (updates.length === 0) continue;
      marked.set(caller.key, { ...summary, updates, pending: [] });
      for (const above of callersOf(caller, program)) further.add(above);
    }
    dirty = further;
  }
  return [...found.values()].flat();
}

/** What all ways on which a call passes such a folio have in common. */
function conditionsOf(
  { call, origin }: Omit<PassedFolio, 'conditions'>,
  { summary, record }: FunctionAnalysis,
): readonly Condition[] {
  const ways =
    call.kind === 'passed'
      ? summary.updates.filter(({ update, chain }) => update === call.update && chain[0]?.line === call.line)
      : record.meetings.filter(
          (meeting) =>
            meeting.update === call.update &&
            meeting.line === call.line &&
            standingKey(meeting.origin) === standingKey(origin),
        );
  const [first, ...others] = ways.map(({ conditions }) => conditions);
  return others.reduce<readonly Condition[]>(meetConditions, first ?? []);
}

/** An update that nothing makes: it stands for the call itself. */
function markOf({ facts, file }: FunctionEntry, argument: number): FlagUpdate {
  return {
    text: `argument ${argument}`,
    identity: `argument ${argument}`,
    flag: '',
    operation: 'change',
    atomic: false,
    word: 'head',
    updater: facts.name,
    file,
    line: facts.line,
  };
}
