import { NEGATIVE, POSITIVE, ZERO_SIGN, type Fact } from '../analysis/state.js';
import type { Condition } from '../analysis/summary.js';
import { describeTerm, type Term } from '../analysis/term.js';

/** A value as the code of a function names it: parameters by name. */
export function termText(term: Term, parameters: readonly string[]): string {
  return describeTerm(term)
    .replace(/\$(\d+)/g, (_, index: string) => parameters[Number(index)] ?? `argument ${index}`)
    .replace(/^\((.*)\)$/, '$1')
    .replace(/((?:\w+->)*\w+)->\*/g, '*$1');
}

/** A condition as code has it; null where it says nothing that a reader could use. */
export function conditionText([term, fact]: Condition, parameters: readonly string[]): string | null {
  const value = termText(term, parameters);
  // Where another page of a folio is says nothing of the folio.
  if (term.kind === 'subpage') return null;
  // Values of the function's own have no name that callers know.
  if (/@\d/.test(value)) return null;
  const flag = term.kind === 'flag' ? `${term.name} of ${termText(term.base!, parameters)}` : null;
  if (flag !== null) return fact.sign === ZERO_SIGN ? `${flag} clear` : `${flag} set`;
  if (fact.equals) return `${value} == ${termText(fact.equals, parameters)}`;
  if (fact.differs.length > 0) {
    return fact.differs.map((other) => `${value} != ${termText(other, parameters)}`).join(' && ');
  }
  return signText(value, fact);
}

function signText(value: string, { sign }: Fact): string | null {
  switch (sign) {
    case ZERO_SIGN:
      return `!(${value})`.replace(/^!\((\w+)\)$/, '!$1');
    case POSITIVE | NEGATIVE:
      return value;
    case POSITIVE:
      return `${value} > 0`;
    case NEGATIVE:
      return `${value} < 0`;
    case POSITIVE | ZERO_SIGN:
      return `${value} >= 0`;
    case NEGATIVE | ZERO_SIGN:
      return `${value} <= 0`;
    default:
      return null;
  }
}
