import type { FactValues, Facts, FactName } from './facts.js';

/** What a fact has to be: one of these. */
export type Wanted =
  | { readonly kind: 'one-of'; readonly values: readonly (string | boolean)[] }
  | { readonly kind: 'named'; readonly patterns: readonly string[] }
  | { readonly kind: 'number'; readonly least: number; readonly most: number };

/** Conditions on facts: all of them have to hold. */
export interface Conditions {
  readonly all: readonly { readonly fact: FactName; readonly wanted: Wanted }[];
  /** And these must not hold, taken together. */
  readonly not: Conditions | null;
}

/** Holds for everything. */
export const ALWAYS: Conditions = { all: [], not: null };

/** Do the conditions hold? Of a fact with several values it is enough that one fits. */
export function hold({ all, not }: Conditions, facts: Facts): boolean {
  return all.every(({ fact, wanted }) => fits(facts[fact], wanted)) && (not === null || !hold(not, facts));
}

function fits(values: FactValues, wanted: Wanted): boolean {
  switch (wanted.kind) {
    case 'one-of':
      return values.some((value) => wanted.values.includes(value as string | boolean));
    case 'named':
      return values.some((value) => wanted.patterns.some((pattern) => isNamed(String(value), pattern)));
    case 'number':
      return values.some((value) => Number(value) >= wanted.least && Number(value) <= wanted.most);
  }
}

/** `*` stands for any part of a name; matching takes time in proportion to both lengths. */
function isNamed(name: string, pattern: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return name === pattern;
  const [first, ...rest] = parts as [string, ...string[]];
  const last = rest.pop()!;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
