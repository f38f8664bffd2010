import type { Contract } from '../folio/contract.js';
import type { SummaryOf } from './execution.js';
import { structName, type FunctionEntry, type Program } from './program.js';
import { UnheldPages } from './unheld.js';
import { bitOperation } from './update.js';

/** Small functions are always read: what they return may be a folio of their argument. */
const SMALL = 14;

/** Is there anything in a function that could matter for folios? Most have nothing, and are not run. */
export function concernsFolios(
  entry: FunctionEntry,
  program: Program,
  callees: readonly FunctionEntry[],
  summaryOf: SummaryOf,
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
  if (new UnheldPages(facts, program).any) return true;
  for (const callee of callees) {
    const summary = summaryOf(callee);
    if (!summary) continue;
    if (summary.updates.length > 0 || summary.pending.length > 0 || summary.parameterCalls.length > 0)
      return true;
    if (summary.outcomes.some(({ resultOrigin }) => resultOrigin?.ownership === 'speculative')) return true;
  }
  return tellsCallers(entry, program, callees, summaryOf);
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
  callees: readonly FunctionEntry[],
  summaryOf: SummaryOf,
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
    const outcomes = summaryOf(callee)?.outcomes ?? [];
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
