import type { Check, Level } from './check.js';
import { hold } from './conditions.js';
import type { Facts } from './facts.js';

/** What the checks say of a difference. */
export interface Verdict {
  readonly check: Check;
  readonly severity: Level;
}

/** The first check that matches, with its severity; null when none does, or when that one is off. */
export function judge(facts: Facts, checks: readonly Check[]): Verdict | null {
  const check = checks.find(({ match }) => match.some((conditions) => hold(conditions, facts)));
  const level = check?.severity.find(({ when }) => hold(when, facts))?.level;
  return check === undefined || level === undefined || level === 'off' ? null : { check, severity: level };
}
