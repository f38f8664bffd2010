import { flagsKey, standingKey, type Origin } from './origin.js';
import type { Condition, FunctionOutcome } from './summary.js';
import { describeTerm, type Term } from './term.js';

/**
 * Puts the ways in which a call can end into an order that depends on what they say alone, not on the order in which the
 * paths were gone through: a line more changes that.
 */
export function sortOutcomes(outcomes: readonly FunctionOutcome[]): readonly FunctionOutcome[] {
  if (outcomes.length <= 1) return outcomes;
  const texts = new Map(outcomes.map((outcome) => [outcome, outcomeText(outcome)]));
  return [...outcomes].sort((a, b) =>
    texts.get(a)! < texts.get(b)! ? -1 : texts.get(a)! > texts.get(b)! ? 1 : 0,
  );
}

function outcomeText({
  conditions,
  result: value,
  resultFact,
  resultOrigin,
  changes,
  stores,
  fills,
}: FunctionOutcome): string {
  const inOrigin = (origin: Origin | null): string =>
    origin
      ? `${standingKey(origin)};${String(origin.locked)};${flagsKey(origin.flags)};${flagsKey(origin.tested)}`
      : '';
  return [
    value ? nameless(value) : '',
    String(resultFact?.sign ?? ''),
    inOrigin(resultOrigin),
    ...changes.map(
      (change) =>
        `${nameless(change.folio)}:${inOrigin({ ...change, tested: {}, unique: false, assumed: false })}`,
    ),
    ...stores.map(
      (store) =>
        `${nameless(store.base)}>${store.name}=${store.value ? nameless(store.value) : ''}${inOrigin(store.origin)}`,
    ),
    ...fills.map((fill) => `${nameless(fill.container)}<${inOrigin(fill.origin)}`),
    ...conditions.map(conditionText).sort(),
  ].join('\n');
}

function conditionText([term, { sign, equals, differs }]: Condition): string {
  return `${nameless(term)}?${String(sign)}${equals ? nameless(equals) : ''}!${differs.map(nameless).join('!')}`;
}

/** A term as text, without the names of what the function made itself. */
function nameless(term: Term): string {
  if (term.symbolic && !term.isOfElement && term.kind !== 'operation') return describeTerm(term);
  if (term.kind === 'result') return '@';
  if (!term.base) return describeTerm(term);
  const sides = [term.base, ...(term.other ? [term.other] : [])].map(nameless);
  // The sides of an equation are in the order in which their terms were first met.
  if (term.name === '==') sides.sort();
  return `${term.kind} ${term.kind === 'element' ? '' : term.name} ${String(term.number ?? '')}(${sides.join(', ')})`;
}
