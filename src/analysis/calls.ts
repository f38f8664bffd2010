import type { Action, Expression } from '../c/facts.js';
import type { CallbackContract } from '../folio/contract.js';
import { namesAsked, namesAskedForUpdates } from './asked.js';
import { ContractEffects } from './contract-effects.js';
import { isSeenThrough } from './contradiction.js';
import type { SummaryOf } from './execution.js';
import { FlagChanges } from './flag-changes.js';
import { intrinsicCall } from './intrinsics.js';
import type { UpdateJudge } from './judge.js';
import type { Memory } from './memory.js';
import type { Origin } from './origin.js';
import { structName, type FunctionEntry, type Program } from './program.js';
import type { Recorder } from './recorder.js';
import { RCU_READ_LOCK } from './speculation.js';
import { isPart, variableKey } from './state-key.js';
import { NO_FACT, POSITIVE, type State } from './state.js';
import { packedArgument } from './substitution.js';
import { SummaryEffects } from './summary-effects.js';
import type { ParameterCall, Summary } from './summary.js';
import { familyOf, number, result, type Term } from './term.js';
import type { UnheldPages } from './unheld.js';

type Call = Action & { do: 'call' };

/** What a name in a call means here. */
interface Callee {
  readonly target: FunctionEntry | null;
  readonly summary: Summary | null;
}

/** What calls do to the state of one function's paths. */
export class CallEffects {
  private readonly program: Program;
  private readonly entry: FunctionEntry;
  private readonly memory: Memory;
  private readonly recorder: Recorder;
  private readonly summaryOf: SummaryOf;
  private readonly onParameterCall: (call: ParameterCall) => void;
  private readonly callees = new Map<string, Callee>();
  private readonly flags: FlagChanges;
  private readonly contracts: ContractEffects;
  private readonly summaries: SummaryEffects;

  constructor(
    program: Program,
    entry: FunctionEntry,
    memory: Memory,
    recorder: Recorder,
    judge: UpdateJudge,
    unheld: UnheldPages,
    summaryOf: SummaryOf,
    onParameterCall: (call: ParameterCall) => void,
  ) {
    this.program = program;
    this.entry = entry;
    this.memory = memory;
    this.recorder = recorder;
    this.summaryOf = summaryOf;
    this.onParameterCall = onParameterCall;
    this.flags = new FlagChanges(program, entry, memory, judge);
    this.contracts = new ContractEffects(program, memory, unheld);
    this.summaries = new SummaryEffects(program, entry, memory, recorder, judge, summaryOf, onParameterCall);
  }

  /** Names that a callee asks about: namesAsked(). */
  asks(callee: string): Iterable<string> {
    const { summary } = this.calleeNamed(callee);
    return summary ? namesAsked(summary) : [];
  }

  /** The same, for the updates only. */
  asksForUpdates(callee: string): Iterable<string> {
    const { summary } = this.calleeNamed(callee);
    return summary ? namesAskedForUpdates(summary) : [];
  }

  private calleeNamed(name: string): Callee {
    let callee = this.callees.get(name);
    if (!callee) {
      const target = this.program.resolve(name, this.entry.file);
      callee = { target, summary: target ? this.summaryOf(target) : null };
      this.callees.set(name, callee);
    }
    return callee;
  }

  /** The states after a call, one per way that it can end. */
  call(action: Call, state: State, node: number): State[] {
    const args = this.argumentTerms(action.arguments, state, node);
    const made = this.freshResult(state, node);
    if (typeof action.callee !== 'string') return this.indirect(action, args, made, state, node);
    const name = action.callee;
    if (name === 'rcu_read_lock') state.facts.set(RCU_READ_LOCK, { ...NO_FACT, sign: POSITIVE });
    if (name === 'rcu_read_unlock') state.facts.delete(RCU_READ_LOCK);
    const intrinsic = intrinsicCall(name, action, args, state, node, this.memory, this.program.constants);
    if (intrinsic) {
      for (const way of intrinsic) way.state.setVariable(action.to, way.value);
      if (action.arguments[0]) this.memory.setType(action.to, castType(action));
      return intrinsic.map((way) => way.state);
    }
    const accessor = this.flags.accessor(name, action, args, state, node);
    if (accessor) return accessor;
    const bits = this.flags.bitOperation(name, action, args, state, node);
    if (bits) return bits;
    this.flags.overwrite(name, action, args, state, node);
    const contract = this.program.contract(name);
    const { target, summary } = this.calleeNamed(name);
    if (target) {
      this.recorder.call(target.key);
      this.memory.setType(action.to, target.facts.returns);
    }
    if (target && summary) this.summaries.meetUpdates(target, summary, args, state, node);
    // What the diff changes is derived from its body, unless too little can be seen there.
    const derived =
      this.program.isDistrusted(name) &&
      summary !== null &&
      (saysSomething(summary) || isSeenThrough(target!, this.program));
    if (contract && !derived) {
      const said = new Set(contract.outcomes.flatMap(({ stores }) => stores.map(({ argument }) => argument)));
      this.forgetConstants(
        args.filter((_, index) => !said.has(index)),
        state,
      );
      return this.contracts.apply(contract.outcomes, name, args, made, action, state, node);
    }
    if (target && summary && summary.outcomes.length > 0 && !isConstantOfConfiguration(target, summary)) {
      // What a summary says is said of the parameters that have names.
      if (target.facts.variadic) this.forgetConstants(args.slice(target.facts.parameters.length), state);
      return this.summaries.apply(target, summary, action, args, made, state, node);
    }
    this.forgetConstants(args, state);
    state.setVariable(action.to, made);
    return [state];
  }

  /** A variable whose address is given to a function of which nothing is known may hold anything afterwards. */
  private forgetConstants(args: readonly Term[], state: State): void {
    for (const arg of args) {
      if (arg.kind !== 'local') continue;
      const whole = variableKey(arg.name);
      state.env.keep(
        (key, { kind }) => (kind !== 'number' && kind !== 'name') || (key !== whole && !isPart(key, whole)),
      );
    }
  }

  /** Further arguments of a variadic macro that are handed on are told apart by number. */
  private argumentTerms(expressions: readonly Expression[], state: State, node: number): Term[] {
    const { facts } = this.entry;
    const pack = facts.kind === 'macro' && facts.variadic ? facts.parameters.length - 1 : -1;
    const args: Term[] = [];
    for (const expression of expressions) {
      if (
        pack >= 0 &&
        expression.kind === 'read' &&
        expression.place.base === '__VA_ARGS__' &&
        expression.place.path.length === 0
      ) {
        for (let index = 0; index < 6; index++) args.push(packedArgument(pack, number(index)));
      } else args.push(this.memory.evaluate(expression, state, node));
    }
    return args;
  }

  /** A new value for this call; what the pass before left of it is kept under another name. */
  private freshResult(state: State, node: number): Term {
    const made = result(node);
    state.renew(made, result(node, "'"));
    return made;
  }

  /** A call through a pointer: a slot of an operation table, or a parameter that is a function. */
  private indirect(action: Call, args: readonly Term[], made: Term, state: State, node: number): State[] {
    if (typeof action.callee === 'string') return [state];
    const { callee } = action;
    // (*act)(folio) is act(folio).
    const path = callee.path.at(-1) === '*' ? callee.path.slice(0, -1) : callee.path;
    const slot = path.at(-1)?.replace(/^(->|\.)/, '');
    let contract: CallbackContract | null = null;
    if (slot) {
      const owner = this.memory.typeOf({
        kind: 'read',
        place: { base: callee.base, path: path.slice(0, -1) },
      });
      const struct = structName(owner);
      contract = this.program.callback(struct, slot);
      for (const target of this.program.targets(struct, slot)) {
        this.recorder.call(target.key);
        const summary = this.summaryOf(target);
        if (summary) this.summaries.meetUpdates(target, summary, args, state, node);
      }
    } else {
      const location = this.memory.locate({ base: callee.base, path }, state, node);
      const pointer = location ? this.memory.load(location, state, node) : null;
      if (pointer?.kind === 'name') {
        const target = this.program.resolve(pointer.name, this.entry.file);
        if (target) return this.call({ ...action, callee: pointer.name }, state, node);
      }
      if (pointer?.kind === 'parameter') {
        this.onParameterCall({
          parameter: pointer.number!,
          arguments: args,
          origins: this.ownOrigins(args, state),
          line: this.memory.lineOf(node),
        });
        const type = this.entry.facts.parameters[pointer.number!]?.type ?? '';
        contract = this.program.callback(type.replace(/ ?\*+$/, ''), null);
      }
    }
    if (contract && contract.outcomes.length > 0) {
      return this.contracts.apply(contract.outcomes, slot ?? callee.base, args, made, action, state, node);
    }
    state.setVariable(action.to, made);
    return [state];
  }

  private ownOrigins(args: readonly Term[], state: State): (Origin | null)[] {
    return args.map((term) => (term.symbolic ? null : (state.origins.get(familyOf(term)) ?? null)));
  }
}

/** The type that container_of() and its like are told. */
function castType(action: Call): string {
  const type = action.arguments[1];
  return type?.kind === 'type' ? type.type + ' *' : '';
}

/** Has the body shown anything of what a contract speaks of? */
function saysSomething(summary: Summary): boolean {
  return summary.outcomes.some(
    (outcome) =>
      outcome.resultOrigin !== null ||
      outcome.fills.length > 0 ||
      outcome.changes.some((change) => change.visible.size > 0 || change.ownership !== 'passed'),
  );
}

/**
 * A header's function that gives the same whatever it is asked: the stub of a configuration or of an architecture, such
 * as pmd_leaf() in include/linux/pgtable.h. Elsewhere it tells something.
 */
function isConstantOfConfiguration({ facts, file }: FunctionEntry, { outcomes }: Summary): boolean {
  // The text is looked at where the summary does not tell: for that it must be read.
  if (!file.endsWith('.h') || !outcomes.some(({ result: value }) => value?.symbolic && !value.isOfCallers))
    return false;
  const returned = facts.nodes.filter(({ action }) => action.do !== 'nothing');
  return (
    returned.length === 1 &&
    returned.every(
      ({ action }) => action.do === 'return' && action.value !== null && isConstant(action.value),
    )
  );
}

function isConstant(value: Expression): boolean {
  if (value.kind === 'unary') return isConstant(value.operand);
  return value.kind === 'number' || value.kind === 'name';
}
