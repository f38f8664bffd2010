import type { Check, Level } from './check.js';
import { hold } from './conditions.js';
import { factsOf, type Described } from './facts.js';
import { adviceValues, textValues } from './placeholders.js';
import { render } from './template.js';
import type { WaysOut } from './ways-out.js';

/** What the checks say of a hazard. */
export interface Verdict {
  readonly check: Check;
  readonly severity: Level;
  readonly message: string;
  readonly advice: readonly string[];
}

/** What the first check that matches says; null when none does, or when that one is off. */
export function judge(described: Described, ways: WaysOut, checks: readonly Check[]): Verdict | null {
  const facts = factsOf(described, ways);
  const check = checks.find(({ match }) => match.some((conditions) => hold(conditions, facts)));
  const severity = check?.severity.find(({ when }) => hold(when, facts))?.level ?? 'off';
  if (check === undefined || severity === 'off') return null;
  const values = adviceValues(described, ways);
  return {
    check,
    severity,
    message: render(check.text, textValues([described])),
    advice: check.advice.filter(({ when }) => hold(when, facts)).map(({ text }) => render(text, values)),
  };
}
