import type { FolioChange, FunctionOutcome, PassedUpdate, Summary } from './summary.js';
import { element, isCounter, result, termOf, type Term } from './term.js';

/**
 * Names the values that a function made itself by the order in which its summary mentions them, instead of by the nodes
 * that made them: code that does the same behind a line more is summed up alike, and its callers need no other look.
 */
export function numberOwnValues(summary: Summary): Summary {
  const names = new Map<Term, Term>();
  const nameOf = (term: Term): Term => {
    if (isNameless(term)) return term;
    let name = names.get(term);
    if (!name) {
      name =
        term.kind === 'result'
          ? result(names.size, isCounter(term) ? term.name : '')
          : term.kind === 'element'
            ? element(nameOf(term.base!), `@${String(names.size)}`)
            : termOf({
                ...term,
                base: term.base && nameOf(term.base),
                other: term.other && nameOf(term.other),
              });
      names.set(term, name);
    }
    return name;
  };
  const inUpdate = (update: PassedUpdate): PassedUpdate => {
    const folio = nameOf(update.folio);
    return folio === update.folio ? update : { ...update, folio };
  };
  const inChange = (change: FolioChange): FolioChange => {
    const folio = nameOf(change.folio);
    return folio === change.folio ? change : { ...change, folio };
  };
  const inOutcome = (outcome: FunctionOutcome): FunctionOutcome => ({
    ...outcome,
    result: outcome.result && nameOf(outcome.result),
    changes: outcome.changes.map(inChange),
    stores: outcome.stores.map((store) => ({
      ...store,
      base: nameOf(store.base),
      value: store.value && nameOf(store.value),
    })),
    fills: outcome.fills.map((fill) => ({ ...fill, container: nameOf(fill.container) })),
  });
  return {
    ...summary,
    outcomes: summary.outcomes.map(inOutcome),
    updates: summary.updates.map(inUpdate),
    atomicUpdates: summary.atomicUpdates.map(inUpdate),
    parameterCalls: summary.parameterCalls.map((call) => ({
      ...call,
      arguments: call.arguments.map(nameOf),
    })),
  };
}

/** Is it made of what callers know alone? */
function isNameless(term: Term): boolean {
  return term.symbolic ? !term.isOfElement : term.base === null && term.kind !== 'result';
}
