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
