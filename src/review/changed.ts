import { areOfOne } from '../analysis/kept/kept-tree.js';
import type { FunctionFacts } from '../c/facts.js';

/** Names of the functions that differ between two versions of a file in more than their place. */
export function changedFunctions(
  before: readonly FunctionFacts[],
  after: readonly FunctionFacts[],
): readonly string[] {
  const old = new Map(before.map((facts) => [facts.name, facts]));
  const changed: string[] = [];
  for (const facts of after) {
    const known = old.get(facts.name);
    old.delete(facts.name);
    if (!known || !isSame(known, facts)) changed.push(facts.name);
  }
  return [...changed, ...old.keys()];
}

function isSame(known: FunctionFacts, facts: FunctionFacts): boolean {
  if (areOfOne(known, facts)) return true;
  return known.nodes.length === facts.nodes.length && bodyText(known) === bodyText(facts);
}

/** What a function does, without line numbers. */
function bodyText(facts: FunctionFacts): string {
  return JSON.stringify([
    facts.parameters,
    facts.returns,
    facts.nodes.map(({ action, next }) => [action, next]),
  ]);
}
