import { assume, equality, signOf, type Constants } from './condition.js';
import { NO_FACT, type Fact, type State } from './state.js';
import type { Condition } from './summary.js';
import type { Term } from './term.js';

/** What a state knows of values that callers can see. */
export function conditionsOf(state: State): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const [term, fact] of state.facts) {
    if (term.symbolic && term.size <= 8 && term.isOfCallers && !isMomentary(term)) {
      conditions.push([term, fact]);
    }
  }
  return conditions;
}

/** Flag tests belong to the folio, and sums are new values each time: neither is a condition on what was passed. */
function isMomentary(term: Term): boolean {
  if (
    term.kind === 'flag' ||
    term.kind === 'element' ||
    (term.kind === 'operation' && (term.name === '+' || term.name === '-'))
  )
    return true;
  return (term.base !== null && isMomentary(term.base)) || (term.other !== null && isMomentary(term.other));
}

/** Can the value be as a condition demands? Strengthens the state when `commit` is set. */
export function compatible(
  term: Term,
  fact: Fact,
  state: State,
  constants: Constants,
  commit: boolean,
): boolean {
  const sign = signOf(term, state, constants);
  if ((sign & fact.sign) === 0) return false;
  if (fact.equals || fact.differs.length > 0) {
    const probe = state.clone();
    const nothing = (): void => undefined;
    if (fact.equals) {
      const same = equality(term, fact.equals);
      if (!assume(same, true, probe, constants, nothing)) return false;
    }
    for (const other of fact.differs) {
      const same = equality(term, other);
      if (!assume(same, false, probe, constants, nothing)) return false;
    }
  }
  // Compared, negated and flag terms carry their own logic.
  if (term.kind === 'operation' || term.kind === 'flag') {
    const truth = fact.sign === 1 ? false : fact.sign & 1 ? null : true;
    if (truth !== null) {
      const target = commit ? state : state.clone();
      if (!assume(term, truth, target, constants, () => undefined)) return false;
    }
    return true;
  }
  if (commit && term.kind !== 'number' && term.kind !== 'name') {
    const known = state.facts.get(term) ?? NO_FACT;
    const news = fact.differs.filter((other) => !known.differs.includes(other));
    state.facts.set(term, {
      sign: known.sign & fact.sign,
      equals: known.equals ?? fact.equals,
      differs: news.length > 0 ? [...known.differs, ...news] : known.differs,
    });
  }
  return true;
}
