import type { FunctionEntry, Program } from './program.js';

/** The functions that a function may call, as far as its own text shows. */
export function calleesOf(entry: FunctionEntry, program: Program): Set<FunctionEntry> {
  const callees = new Set<FunctionEntry>();
  const add = (name: string): void => {
    const target = program.resolve(name, entry.file);
    if (target) callees.add(target);
  };
  for (const { action } of entry.facts.nodes) {
    if (action.do === 'iterate') add(action.macro);
    if (action.do !== 'call') continue;
    if (typeof action.callee === 'string') add(action.callee);
    else {
      const slot = action.callee.path.filter((step) => step !== '*').at(-1);
      if (slot) for (const target of program.targetsNamed(slot.replace(/^(->|\.)/, ''))) callees.add(target);
    }
    for (const argument of action.arguments) if (argument.kind === 'name') add(argument.name);
  }
  callees.delete(entry);
  return callees;
}

/** All functions, callees before callers as far as there is no recursion. */
export function bottomUp(
  program: Program,
  callees: (entry: FunctionEntry) => Iterable<FunctionEntry>,
): FunctionEntry[] {
  const order: FunctionEntry[] = [];
  const visited = new Set<FunctionEntry>();
  for (const root of program.functions()) {
    if (visited.has(root)) continue;
    visited.add(root);
    const stack: { entry: FunctionEntry; next: Iterator<FunctionEntry> }[] = [
      { entry: root, next: callees(root)[Symbol.iterator]() },
    ];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const { done, value } = top.next.next();
      if (done) {
        order.push(top.entry);
        stack.pop();
      } else if (!visited.has(value)) {
        visited.add(value);
        stack.push({ entry: value, next: callees(value)[Symbol.iterator]() });
      }
    }
  }
  return order;
}
