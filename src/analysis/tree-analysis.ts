import type { Contract } from '../folio/contract.js';
import { Execution, type FunctionAnalysis } from './execution.js';
import { bottomUp, calleesOf } from './order.js';
import { analysisText, Reuse } from './reuse.js';
import type { Summary } from './summary.js';
import { structName, type FunctionEntry, type Program } from './program.js';
import { bitOperation } from './update.js';

/** The analysis of every function of a tree that matters. */
export interface TreeAnalysis {
  readonly program: Program;
  readonly functions: ReadonlyMap<string, FunctionAnalysis>;
  readonly entries: ReadonlyMap<string, FunctionEntry>;
}

/** Small functions are always read: what they return may be a folio of their argument. */
const SMALL = 14;

/**
 * Analyses all functions of a program, callees first.
 *
 * @param previous the analysis of a tree that differs little: what cannot have changed is taken from it
 */
export function analyseTree(
  program: Program,
  previous: TreeAnalysis | null = null,
  progress: (done: number, all: number) => void = () => undefined,
): TreeAnalysis {
  const callees = new Map<FunctionEntry, Set<FunctionEntry>>();
  const calleesKnown = (entry: FunctionEntry): Set<FunctionEntry> => {
    let known = callees.get(entry);
    if (!known) {
      known = calleesOf(entry, program);
      callees.set(entry, known);
    }
    return known;
  };
  const order = bottomUp(program, calleesKnown);
  const functions = new Map<string, FunctionAnalysis>();
  const entries = new Map<string, FunctionEntry>();
  const summaryOf = (entry: FunctionEntry) => functions.get(entry.key)?.summary ?? null;
  const reuse = previous ? new Reuse(program, previous, functions) : null;
  order.forEach((entry, index) => {
    if (index % 100 === 0) progress(index, order.length);
    const known = reuse?.of(entry, calleesKnown(entry));
    if (known !== undefined) {
      if (known) {
        entries.set(entry.key, entry);
        functions.set(entry.key, known);
      }
      return;
    }
    if (!concernsFolios(entry, program, functions, calleesKnown(entry))) return;
    const analysis = new Execution(program, entry, summaryOf).run();
    entries.set(entry.key, entry);
    functions.set(entry.key, reuse?.same(entry, analysis) ?? analysis);
  });
  const kept = (entry: FunctionEntry): boolean =>
    previous !== null && functions.get(entry.key) === previous.functions.get(entry.key);
  repeatCircles(order, functions, entries, program, calleesKnown, kept);
  progress(order.length, order.length);
  return { program, functions, entries };
}

/** Times that functions which call each other in a circle are done again. */
const ROUNDS = 2;

/**
 * In a circle of calls the first function is done before the one it calls. It is done again with what was found out
 * since, and so is whoever calls it, as long as that changes anything.
 *
 * @param kept was it taken over from a tree in which that has been done?
 */
function repeatCircles(
  order: readonly FunctionEntry[],
  functions: Map<string, FunctionAnalysis>,
  entries: Map<string, FunctionEntry>,
  program: Program,
  callees: (entry: FunctionEntry) => ReadonlySet<FunctionEntry>,
  kept: (entry: FunctionEntry) => boolean,
): void {
  const position = new Map(order.map((entry, index) => [entry, index]));
  let dirty = new Set<FunctionEntry>();
  for (const entry of order) {
    for (const callee of callees(entry)) {
      if (position.get(callee)! <= position.get(entry)! || (kept(entry) && kept(callee))) continue;
      const summary = functions.get(callee.key)?.summary;
      if (summary && tellsSomething(summary)) dirty.add(entry);
    }
  }
  for (let round = 0; round < ROUNDS && dirty.size > 0; round++) {
    const changed = new Set<FunctionEntry>();
    for (const entry of order) {
      if (!dirty.has(entry) && ![...callees(entry)].some((callee) => changed.has(callee))) continue;
      if (!functions.has(entry.key) && !concernsFolios(entry, program, functions, callees(entry))) continue;
      const before = functions.get(entry.key);
      const analysis = new Execution(
        program,
        entry,
        (callee) => functions.get(callee.key)?.summary ?? null,
      ).run();
      if (before && analysisText(before) === analysisText(analysis)) continue;
      functions.set(entry.key, analysis);
      entries.set(entry.key, entry);
      changed.add(entry);
    }
    dirty = new Set(
      order.filter((entry) =>
        [...callees(entry)].some(
          (callee) => changed.has(callee) && position.get(callee)! > position.get(entry)!,
        ),
      ),
    );
  }
}

function tellsSomething(summary: Summary): boolean {
  return (
    summary.updates.length > 0 ||
    summary.pending.length > 0 ||
    summary.outcomes.some((outcome) => outcome.changes.length > 0)
  );
}

/** Is there anything in a function that could matter for folios? Most have nothing, and are not run. */
function concernsFolios(
  entry: FunctionEntry,
  program: Program,
  functions: ReadonlyMap<string, FunctionAnalysis>,
  callees: ReadonlySet<FunctionEntry>,
): boolean {
  const { facts } = entry;
  if (facts.nodes.length <= SMALL) return facts.nodes.length > 0;
  const given = program.receives(facts.name)?.arguments ?? [];
  if (given.some(({ state }) => state.ownership === 'speculative')) return true;
  for (const { action } of facts.nodes) {
    if (action.do === 'assign') {
      const last = action.to.path.at(-1);
      if (last && /(^|[.>])(_?flags(_1)?|f)$/.test(last)) return true;
    }
    if (action.do === 'call' && typeof action.callee === 'string') {
      const accessor = program.model.accessors.get(action.callee);
      if (accessor && !accessor.atomic) return true;
      if (bitOperation(action.callee)?.atomic === false) return true;
      if (findsByChance(program.contract(action.callee))) return true;
    }
  }
  for (const callee of callees) {
    const summary = functions.get(callee.key)?.summary;
    if (!summary) continue;
    if (summary.updates.length > 0 || summary.pending.length > 0 || summary.parameterCalls.length > 0)
      return true;
    if (summary.outcomes.some(({ resultOrigin }) => resultOrigin?.ownership === 'speculative')) return true;
  }
  return tellsCallers(entry, program, functions, callees);
}

/** Does a call give a folio that may be anybody's? */
function findsByChance(contract: Contract | null): boolean {
  return (contract?.outcomes ?? []).some(
    ({ returns }) => returns !== null && 'ownership' in returns && returns.ownership === 'speculative',
  );
}

/** Can a function return, store or change a folio of its caller? */
function tellsCallers(
  entry: FunctionEntry,
  program: Program,
  functions: ReadonlyMap<string, FunctionAnalysis>,
  callees: ReadonlySet<FunctionEntry>,
): boolean {
  const { facts } = entry;
  const carries = [facts.returns, ...facts.parameters.map((variable) => variable.type)].some(
    (type) =>
      /^struct (folio|page|list_head)\b|^void ?\*/.test(type) || program.holdsFolios(structName(type)),
  );
  if (!carries) return false;
  for (const { action } of facts.nodes) {
    if (action.do !== 'call' || typeof action.callee !== 'string') continue;
    if (program.contract(action.callee) || program.model.accessors.has(action.callee)) return true;
  }
  for (const callee of callees) {
    const outcomes = functions.get(callee.key)?.summary.outcomes ?? [];
    if (
      outcomes.some(
        (outcome) => outcome.resultOrigin ?? (outcome.changes.length > 0 || outcome.fills.length > 0),
      )
    ) {
      return true;
    }
  }
  return false;
}
