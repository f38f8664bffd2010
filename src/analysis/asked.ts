import type { Condition, Summary } from './summary.js';
import type { Term } from './term.js';

const asked = new WeakMap<Summary, ReadonlySet<string>>();

/** Names of fields and constants in the conditions that a function's effects depend on. */
export function namesAsked(summary: Summary): ReadonlySet<string> {
  let names = asked.get(summary);
  if (!names) {
    names = conditionNames([...summary.updates, ...summary.pending, ...summary.outcomes]);
    asked.set(summary, names);
  }
  return names;
}

const askedForUpdates = new WeakMap<Summary, ReadonlySet<string>>();

/** The same, for its updates only. */
export function namesAskedForUpdates(summary: Summary): ReadonlySet<string> {
  let names = askedForUpdates.get(summary);
  if (!names) {
    names = conditionNames([...summary.updates, ...summary.pending]);
    askedForUpdates.set(summary, names);
  }
  return names;
}

function conditionNames(
  items: readonly { readonly conditions: readonly Condition[] }[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (term: Term): void => {
    if (term.kind === 'field' || term.kind === 'name') found.add(term.name);
    if (term.base) visit(term.base);
    if (term.other) visit(term.other);
  };
  for (const { conditions } of items) for (const [term] of conditions) visit(term);
  return found;
}
