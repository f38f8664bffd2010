import type { Action } from '../c/facts.js';
import { saysReturned } from './contract-effects.js';
import { isPageType, type Memory } from './memory.js';
import { originOf } from './origin.js';
import type { FunctionEntry, Program } from './program.js';
import { NO_FACT, type State } from './state.js';
import { result, type Term } from './term.js';

type Iterate = Action & { do: 'iterate' };

/** What iteration macros do to their loop variables. */
export class Iteration {
  private readonly program: Program;
  private readonly entry: FunctionEntry;
  private readonly memory: Memory;

  constructor(program: Program, entry: FunctionEntry, memory: Memory) {
    this.program = program;
    this.entry = entry;
    this.memory = memory;
  }

  /** One pass of an iteration macro: the loop variables get new values. */
  iterate(action: Iterate, state: State, node: number): State[] {
    const macro = this.program.resolve(action.macro, this.entry.file);
    const contract = this.program.contract(action.macro);
    const container = this.iterated(action, state, node);
    action.arguments.forEach((argument, index) => {
      if (argument.kind !== 'read' || argument.place.path.length > 0) return;
      const name = argument.place.base;
      if (!this.memory.isVariable(name)) return;
      const type = this.memory.typeOf(argument);
      const producer = macro ? producerOf(macro, index) : null;
      if (!isPageType(type)) {
        if (macro && !producer) return;
        if (!macro && index > 0) return;
        state.env.keep((key) => key.base !== null || !key.text.startsWith(`${name}.`));
        const item = result(node, name);
        state.forget(item);
        state.setVariable(name, item);
        return;
      }
      const from = this.program.contract(producer ?? '') ?? contract;
      const returned = from?.outcomes.find(
        (outcome) => outcome.returns && !('argument' in outcome.returns),
      )?.returns;
      if (returned && !('argument' in returned)) {
        const item = result(node, name);
        state.forget(item);
        const says = saysReturned(producer ?? action.macro, returned.visible, returned.ownership);
        state.origins.set(item, originOf(returned, this.memory.step(node, says)));
        state.facts.set(item, { ...NO_FACT, sign: 2 });
        state.setVariable(name, item);
      } else if (container) {
        state.setVariable(name, this.memory.readElement(container, state, node, name));
      } else {
        const item = result(node, name);
        state.forget(item);
        state.setVariable(name, item);
      }
    });
    return [state];
  }

  private iterated(action: Iterate, state: State, node: number): Term | null {
    for (const argument of action.arguments) {
      const type = this.memory.typeOf(argument);
      if (isPageType(type) || argument.kind === 'name' || argument.kind === 'number') continue;
      if (argument.kind === 'address' || (argument.kind === 'read' && /\*|\[\]/.test(type))) {
        return this.memory.evaluate(argument, state, node);
      }
    }
    return null;
  }
}

/** The function whose result a macro assigns to its parameter: `xas_find` in `xas_for_each(xas, entry, max)`. */
function producerOf(macro: FunctionEntry, index: number): string | null {
  const parameterName = macro.facts.parameters[index]?.name;
  if (!parameterName) return null;
  for (const { action } of macro.facts.nodes) {
    if (action.do !== 'assign' || action.to.base !== parameterName || action.to.path.length > 0) continue;
    const { value } = action;
    if (value.kind !== 'read') return 'list_first_entry';
    const call = macro.facts.nodes.find(
      (item) => item.action.do === 'call' && item.action.to === value.place.base,
    );
    return call?.action.do === 'call' && typeof call.action.callee === 'string'
      ? call.action.callee
      : 'list_first_entry';
  }
  return null;
}
