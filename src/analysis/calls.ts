import type { Action, Expression } from '../c/facts.js';
import type { CallbackContract, Outcome, Ownership, Visibility } from '../folio/contract.js';
import { compatible, conditionsOf } from './constraint.js';
import { isSeenThrough } from './contradiction.js';
import type { SummaryOf } from './execution.js';
import { folioOf, intrinsicCall, SIGNS } from './intrinsics.js';
import type { UpdateJudge } from './judge.js';
import { flagsWordNamed, isPageType, type Memory } from './memory.js';
import {
  isReferenced,
  originOf,
  published,
  referenced,
  withdrawn,
  withOwnership,
  type Origin,
} from './origin.js';
import { structName, type FunctionEntry, type Program } from './program.js';
import type { Recorder } from './recorder.js';
import { NO_FACT, POSITIVE, type State } from './state.js';
import { RCU_READ_LOCK } from './speculation.js';
import { packedArgument, Substitution } from './substitution.js';
import type {
  Condition,
  FlagUpdate,
  FolioChange,
  FunctionOutcome,
  ParameterCall,
  Summary,
} from './summary.js';
import {
  familyOf,
  field,
  flagTest,
  mentionsParameter,
  named,
  number,
  ONE,
  result,
  ZERO,
  type Term,
} from './term.js';
import { expressionText } from './text.js';
import { bitOperation, flagOfBit, leaveFolio, wordOf, wordOfPage } from './update.js';

type Call = Action & { do: 'call' };
type Iterate = Action & { do: 'iterate' };

/** What calls do to the state of one function's paths. */
export class CallEffects {
  private readonly program: Program;
  private readonly entry: FunctionEntry;
  private readonly memory: Memory;
  private readonly recorder: Recorder;
  private readonly judge: UpdateJudge;
  private readonly summaryOf: SummaryOf;
  private readonly onParameterCall: (call: ParameterCall) => void;

  constructor(
    program: Program,
    entry: FunctionEntry,
    memory: Memory,
    recorder: Recorder,
    judge: UpdateJudge,
    summaryOf: SummaryOf,
    onParameterCall: (call: ParameterCall) => void,
  ) {
    this.program = program;
    this.entry = entry;
    this.memory = memory;
    this.recorder = recorder;
    this.judge = judge;
    this.summaryOf = summaryOf;
    this.onParameterCall = onParameterCall;
  }

  /** Names of fields and constants in the conditions that a callee's effects depend on. */
  asks(callee: string): Iterable<string> {
    const target = this.program.resolve(callee, this.entry.file);
    const summary = target ? this.summaryOf(target) : null;
    return summary ? namesAsked(summary) : [];
  }

  /** The same, for the updates only. */
  asksForUpdates(callee: string): Iterable<string> {
    const target = this.program.resolve(callee, this.entry.file);
    const summary = target ? this.summaryOf(target) : null;
    return summary ? conditionNames([...summary.updates, ...summary.pending]) : [];
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
      for (const way of intrinsic) way.state.env.set(action.to, way.value);
      if (action.arguments[0]) this.memory.setType(action.to, castType(action));
      return intrinsic.map((way) => way.state);
    }
    const accessor = this.accessor(name, action, args, state, node);
    if (accessor) return accessor;
    const bits = this.bitOperation(name, action, args, state, node);
    if (bits) return bits;
    this.overwrite(name, action, args, state, node);
    const contract = this.program.contract(name);
    const target = this.program.resolve(name, this.entry.file);
    if (target) {
      this.recorder.call(target.key);
      this.memory.setType(action.to, target.facts.returns);
    }
    const summary = target ? this.summaryOf(target) : null;
    if (target && summary) this.meetUpdates(target, summary, args, state, node);
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
      return this.applyOutcomes(contract.outcomes, name, args, made, action, state, node);
    }
    if (target && summary && summary.outcomes.length > 0) {
      return this.applySummary(target, summary, action, args, made, state, node);
    }
    this.forgetConstants(args, state);
    state.env.set(action.to, made);
    return [state];
  }

  /** A variable whose address is given to a function of which nothing is known may hold anything afterwards. */
  private forgetConstants(args: readonly Term[], state: State): void {
    for (const arg of args) {
      if (arg.kind !== 'local') continue;
      for (const [key, value] of [...state.env]) {
        if (key !== arg.name && !key.startsWith(`${arg.name}.`) && !key.startsWith(`${arg.name}[`)) continue;
        if (value.kind === 'number' || value.kind === 'name') state.env.delete(key);
      }
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

  private accessor(
    name: string,
    action: Call,
    args: readonly Term[],
    state: State,
    node: number,
  ): State[] | null {
    const accessor = this.program.model.accessors.get(name);
    const page = args[0];
    if (!accessor || !page) {
      const stateName = this.program.model.states.get(name);
      if (stateName && page && !this.program.contract(name)) {
        state.env.set(action.to, flagTest(page, stateName));
        return [state];
      }
      if (this.program.model.pageTypeAccessors.has(name) && !this.program.contract(name)) {
        state.env.set(action.to, result(node));
        return [state];
      }
      return null;
    }
    if (accessor.operation === 'test') {
      state.env.set(action.to, flagTest(page, accessor.flag));
      return [state];
    }
    const { flag, operation, atomic } = accessor;
    this.changeFlag(
      { text: name, flag, operation, atomic, word: wordOf(accessor, page, state) },
      page,
      state,
      node,
    );
    return this.changed(operation, flag, action, page, state, node);
  }

  /** An update in this function, held against the folio. */
  private changeFlag(
    change: Pick<FlagUpdate, 'text' | 'flag' | 'operation' | 'atomic' | 'word'>,
    page: Term,
    state: State,
    node: number,
  ): void {
    const update: FlagUpdate = {
      ...change,
      identity: `${change.atomic ? 'atomic ' : ''}${change.operation} ${change.flag}`,
      updater: this.entry.facts.name,
      file: this.entry.file,
      line: this.lineOf(node),
    };
    this.judge.update(update, page, state, node);
  }

  /** `__set_bit(PG_x, &folio->flags)` and its like. */
  private bitOperation(
    name: string,
    action: Call,
    args: readonly Term[],
    state: State,
    node: number,
  ): State[] | null {
    const bit = bitOperation(name);
    const address = args[1];
    if (!bit || !address) return null;
    const flags = address.kind === 'inside' ? flagsWordNamed(address.name) : null;
    if (!flags) {
      state.env.set(action.to, result(node));
      return [state];
    }
    const page = address.base!;
    const flag = flagOfBit(args[0]!);
    // `PG_##name`: the text of a macro that makes accessors. What it makes is in the flag model.
    if (flag === '') {
      state.env.set(action.to, result(node));
      return [state];
    }
    const text = `${name}(${args[0]!.kind === 'name' ? args[0]!.name : '…'})`;
    const word = flags === '_flags_1' ? 'second' : wordOfPage(page, state);
    this.changeFlag({ ...bit, text, flag, word }, page, state, node);
    return this.changed(bit.operation, flag, action, page, state, node);
  }

  /** `memset(page, 0, sizeof(*page))` writes the flags word, among others. */
  private overwrite(name: string, action: Call, args: readonly Term[], state: State, node: number): void {
    const page = args[0];
    const [written] = action.arguments;
    if (!/^(__)?mem(set|cpy|move)$/.test(name) || !page || !written || page.kind === 'local') return;
    // By its declared type: the address of a page's memory is followed as the page.
    if (!/^struct (page|folio) ?\*$/.test(this.memory.typeOf(written))) return;
    const text = `${name}(${expressionText(written)}, …)`;
    const word = wordOfPage(page, state);
    this.changeFlag({ text, flag: 'flags', operation: 'change', atomic: false, word }, page, state, node);
  }

  /** What an update gives: a flag that was found set, and cleared, tells what a test of it does. */
  private changed(
    operation: FlagUpdate['operation'],
    flag: string,
    action: Call,
    page: Term,
    state: State,
    node: number,
  ): State[] {
    const folio = familyOf(folioOf(page));
    const origin = this.memory.originOf(folio, state);
    const place = this.program.placeShownBy(flag);
    if (operation === 'set' && place) {
      const step = this.memory.step(node, `it is shown to be in ${place}: others take it from there`);
      state.origins.set(folio, published(origin, place, step));
    }
    if (
      operation !== 'test-and-clear' ||
      origin.ownership !== 'speculative' ||
      !place ||
      !isReferenced(origin)
    ) {
      state.env.set(action.to, result(node));
      return [state];
    }
    const found = state.clone();
    const step = this.memory.step(node, `it was visible through ${place}, and was taken from there`);
    found.origins.set(folio, withOwnership(origin, 'shared', step));
    found.env.set(action.to, ONE);
    state.env.set(action.to, ZERO);
    return [found, state];
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
        if (summary) this.meetUpdates(target, summary, args, state, node);
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
          line: this.lineOf(node),
        });
        const type = this.entry.facts.parameters[pointer.number!]?.type ?? '';
        contract = this.program.callback(type.replace(/ ?\*+$/, ''), null);
      }
    }
    if (contract && contract.outcomes.length > 0) {
      return this.applyOutcomes(contract.outcomes, slot ?? callee.base, args, made, action, state, node);
    }
    state.env.set(action.to, made);
    return [state];
  }

  /** Holds the updates that a callee makes against the folios it gets here. */
  private meetUpdates(
    target: FunctionEntry,
    summary: Summary,
    args: readonly Term[],
    state: State,
    node: number,
  ): void {
    const { updates, atomicUpdates, parameterCalls } = summary;
    if (updates.length + atomicUpdates.length + summary.pending.length + parameterCalls.length === 0) return;
    const scratch = state.clone();
    const substitution = new Substitution(this.memory, scratch, args, node);
    for (const passed of [...updates, ...atomicUpdates]) {
      // Under the conditions on which the callee comes to it; they go on to our callers where we cannot tell.
      const there = passed.conditions.length > 0 ? scratch.clone() : scratch;
      const possible = passed.conditions.every(([term, fact]) =>
        compatible(substitution.apply(term), fact, there, this.program.constants, true),
      );
      if (!possible) continue;
      const folio = folioOf(substitution.apply(passed.folio));
      this.judge.passed(passed, target, folio, there, node);
      if (passed.update.atomic) this.judge.carryReached(folio, there, [scratch, state]);
    }
    for (const pending of summary.pending) {
      const conditions = pending.conditions.map(([term, fact]) => [substitution.apply(term), fact] as const);
      if (!conditions.every(([term, fact]) => compatible(term, fact, scratch, this.program.constants, false)))
        continue;
      const open = conditions.filter(([term]) => isDecidable(term));
      const distance = pending.distance + 1;
      if (open.length === 0 || distance > DISTANCE) this.recorder.confirm(pending.meeting);
      else {
        const known = conditionsOf(scratch).filter(([term]) => isDecidable(term));
        const added = known.filter(([term]) => !open.some(([other]) => other === term)).slice(0, 8);
        this.recorder.pendingMeeting({ meeting: pending.meeting, conditions: [...open, ...added], distance });
      }
    }
    for (const parameterCall of summary.parameterCalls) {
      const callee = args[parameterCall.parameter];
      if (callee?.kind === 'name') {
        const final = this.program.resolve(callee.name, this.entry.file);
        const inner = final ? this.summaryOf(final) : null;
        if (!final || !inner) continue;
        this.recorder.call(final.key);
        const finalArgs = parameterCall.arguments.map((term) => substitution.apply(term));
        finalArgs.forEach((term, index) => {
          const origin = parameterCall.origins[index];
          if (origin) scratch.origins.set(familyOf(term), this.through(origin, target, node));
        });
        this.meetUpdates(final, { ...inner, parameterCalls: [] }, finalArgs, scratch, node);
      } else if (callee?.kind === 'parameter') {
        this.onParameterCall({
          parameter: callee.number!,
          arguments: parameterCall.arguments.map((term) => substitution.apply(term)),
          origins: parameterCall.origins,
          line: this.lineOf(node),
        });
      }
    }
  }

  private ownOrigins(args: readonly Term[], state: State): (Origin | null)[] {
    return args.map((term) => (term.symbolic ? null : (state.origins.get(familyOf(term)) ?? null)));
  }

  private applyOutcomes(
    outcomes: readonly Outcome[],
    name: string,
    args: readonly Term[],
    made: Term,
    action: Call,
    before: State,
    node: number,
  ): State[] {
    const states: State[] = [];
    const tests = outcomes[0]?.tests;
    const tested = tests ? args[tests.argument] : undefined;
    if (tests && tested) {
      before.env.set(action.to, flagTest(folioOf(tested), tests.state));
      return [before];
    }
    const apt = outcomes.filter((outcome) => this.isApt(outcome, args, before));
    const certain = apt.filter((outcome) => outcome.of.length > 0 && this.isCertain(outcome, args, before));
    for (const outcome of certain.length > 0 ? certain : apt) {
      const state = apt.length > 1 ? before.clone() : before;
      const value = this.outcomeValue(outcome, name, args, made, state, node);
      if (!value) continue;
      state.env.set(action.to, value);
      this.applyEffects(outcome, name, args, state, node);
      states.push(state);
    }
    return states;
  }

  /** Can the outcome be, given how the folios stand that it is restricted to? */
  private isApt(outcome: Outcome, args: readonly Term[], state: State): boolean {
    return outcome.of.every(
      ({ argument, standing }) => this.stands(args[argument], standing, state) !== false,
    );
  }

  private isCertain(outcome: Outcome, args: readonly Term[], state: State): boolean {
    return outcome.of.every(
      ({ argument, standing }) => this.stands(args[argument], standing, state) === true,
    );
  }

  private stands(argument: Term | undefined, standing: Ownership | Visibility, state: State): boolean | null {
    if (!argument) return null;
    const origin = this.memory.originOf(folioOf(argument), state);
    if (origin.ownership === standing || origin.visible.has(standing as Visibility)) return true;
    return origin.ownership === 'unknown' || origin.ownership === 'passed' ? null : false;
  }

  private outcomeValue(
    outcome: Outcome,
    name: string,
    args: readonly Term[],
    made: Term,
    state: State,
    node: number,
  ): Term | null {
    const { returns } = outcome;
    if (returns && 'argument' in returns) {
      const argument = args[returns.argument];
      if (!argument) return made;
      const folio = returns.head ? familyOf(folioOf(argument)) : folioOf(argument);
      // An argument that is NULL gives NULL; otherwise the class holds for it.
      return folio;
    }
    if (outcome.constant) return named(outcome.constant);
    if (outcome.result === '0' || outcome.result === 'null') return ZERO;
    if (returns?.ownership === 'speculative' && args[0] && this.isKnown(args[0], state)) return args[0];
    if (returns)
      state.origins.set(
        made,
        originOf(returns, this.memory.step(node, saysReturned(name, returns.visible, returns.ownership))),
      );
    const sign = SIGNS[outcome.result] ?? 7;
    if (sign !== 7) state.facts.set(made, { ...NO_FACT, sign });
    return made;
  }

  /** Who knows whose a PFN is does not find its page by chance. */
  private isKnown(pfn: Term, state: State): boolean {
    const { ownership } = this.memory.originOf(pfn, state);
    return ownership !== 'unknown' && ownership !== 'passed' && ownership !== 'speculative';
  }

  private applyEffects(
    outcome: Outcome,
    name: string,
    args: readonly Term[],
    state: State,
    node: number,
  ): void {
    const change = (index: number, how: (origin: Origin) => Origin): void => {
      const argument = args[index];
      if (!argument || argument === ZERO) return;
      const folio = familyOf(folioOf(argument));
      if (folio.kind === 'number' || folio.kind === 'local') return;
      state.origins.set(folio, how(this.memory.originOf(folio, state)));
    };
    for (const { argument, to } of outcome.publishes) {
      const step = this.memory.step(node, `${name}() makes it visible: ${to}`);
      change(argument, (origin) => published(origin, to, step));
      if (to === 'page cache' && args[argument]) this.setMapping(args[argument], state);
      if (to === 'refcount' && args[argument]?.kind === 'subpage') leaveFolio(args[argument], state);
    }
    for (const { argument, from } of outcome.removes) change(argument, (origin) => withdrawn(origin, from));
    for (const { argument, ownership } of outcome.gives) {
      const step = this.memory.step(node, `${name}() makes it ${ownership}`);
      change(argument, (origin) =>
        origin.ownership === 'fresh' && ownership !== 'shared'
          ? origin
          : withOwnership(origin, ownership, step),
      );
    }
    const telling = (flag: string): boolean => this.program.placeShownBy(flag) !== null;
    for (const index of outcome.references) {
      change(index, (origin) => (canBeAnybodys(origin) ? referenced(origin, telling) : origin));
    }
    for (const index of outcome.locks) change(index, (origin) => ({ ...origin, locked: true }));
    for (const index of outcome.unlocks) change(index, (origin) => ({ ...origin, locked: false }));
    for (const { argument, field, state: folioState } of outcome.stores) {
      const base = args[argument];
      if (!base) continue;
      const value = result(node, `*${argument}${field ?? ''}`);
      state.forget(value);
      state.origins.set(
        value,
        originOf(
          folioState,
          this.memory.step(node, saysReturned(name, folioState.visible, folioState.ownership)),
        ),
      );
      this.memory.store(this.memory.behind(base, field ?? '', '', ''), value, state);
    }
    for (const { argument, state: folioState } of outcome.fills) {
      const container = args[argument];
      if (!container) continue;
      const origin = originOf(
        folioState,
        this.memory.step(node, saysReturned(name, folioState.visible, folioState.ownership)),
      );
      state.contents.set(container, [origin]);
    }
    for (const { argument, into } of outcome.collects) {
      const item = args[argument];
      const container = args[into];
      if (!item || !container) continue;
      const folio = familyOf(folioOf(item));
      if (container.kind === 'name') {
        const step = this.memory.step(node, `${name}() puts it on ${container.name}`);
        state.origins.set(folio, published(this.memory.originOf(folio, state), 'list', step));
        continue;
      }
      // A list that is known to be walked by others, such as the queue of folios to split.
      const seen =
        container.kind === 'local'
          ? undefined
          : state.contents.get(container)?.find((other) => isVisible(other));
      if (seen) {
        const step = this.memory.step(node, `${name}() puts it where others find it`);
        const [place = 'list'] = seen.visible;
        state.origins.set(folio, published(this.memory.originOf(folio, state), place, step));
      } else this.memory.collect(container, folio, state);
    }
  }

  /** A folio in the page cache has a mapping: __filemap_add_folio() in mm/filemap.c. */
  private setMapping(folio: Term, state: State): void {
    const family = familyOf(folioOf(folio));
    state.env.delete(`${family.id}>mapping`);
    state.facts.set(field(family, 'mapping'), { ...NO_FACT, sign: POSITIVE });
  }

  private applySummary(
    target: FunctionEntry,
    summary: Summary,
    action: Call,
    args: readonly Term[],
    made: Term,
    before: State,
    node: number,
  ): State[] {
    const states: State[] = [];
    for (const outcome of summary.outcomes) {
      // The last one may have the state itself, but then there is none left should it not apply.
      const state = before.clone();
      if (this.applyOutcome(target, outcome, action, args, made, state, node)) states.push(state);
    }
    if (states.length === 0) {
      before.env.set(action.to, made);
      return [before];
    }
    return states;
  }

  private applyOutcome(
    target: FunctionEntry,
    outcome: FunctionOutcome,
    action: Call,
    args: readonly Term[],
    made: Term,
    state: State,
    node: number,
  ): boolean {
    const { constants } = this.program;
    const substitution = new Substitution(this.memory, state, args, node);
    for (const [term, fact] of outcome.conditions) {
      if (!compatible(substitution.apply(term), fact, state, constants, true)) return false;
    }
    for (const change of outcome.changes) this.applyChange(target, change, substitution, state, node);
    for (const store of outcome.stores) this.applyStore(target, store, substitution, action, state, node);
    for (const { container, origin } of outcome.fills) {
      this.memory.addToContainer(substitution.apply(container), origin, state);
    }
    let value = made;
    if (outcome.result) {
      const family = familyOf(outcome.result);
      if (outcome.resultOrigin && !family.symbolic) {
        const own = substitution.apply(family);
        if (!state.origins.has(own)) {
          state.origins.set(own, this.through(outcome.resultOrigin, target, node));
        }
      }
      value = substitution.apply(outcome.result);
    }
    if (
      outcome.resultFact &&
      !compatible(value, { ...NO_FACT, sign: outcome.resultFact.sign }, state, constants, true)
    ) {
      return false;
    }
    state.env.set(action.to, value);
    return true;
  }

  private applyChange(
    target: FunctionEntry,
    change: FolioChange,
    substitution: Substitution,
    state: State,
    node: number,
  ): void {
    const folio = familyOf(folioOf(substitution.apply(change.folio)));
    if (folio.kind === 'number' || folio.kind === 'local' || folio.kind === 'error') return;
    const before = this.memory.originOf(folio, state);
    const locked = change.locked === 'passed' ? before.locked : change.locked;
    let after: Origin = { ...before, locked, flags: { ...before.flags, ...change.flags } };
    const step = this.memory.step(node, `${target.facts.name}() is called`);
    const [first] = change.steps;
    for (const place of change.visible) {
      if (place === 'page cache') this.setMapping(folio, state);
      after = published(after, place, { ...step, says: `${target.facts.name}() makes it visible: ${place}` });
    }
    if (change.ownership !== 'passed' && change.visible.size === 0) {
      after = withOwnership(after, change.ownership, first ? { ...step, says: first.says } : step);
    }
    state.origins.set(folio, after);
  }

  private applyStore(
    target: FunctionEntry,
    store: FunctionOutcome['stores'][number],
    substitution: Substitution,
    action: Call,
    state: State,
    node: number,
  ): void {
    const base = substitution.apply(store.base);
    let value: Term;
    if (store.value) {
      value = substitution.apply(store.value);
      const family = familyOf(value);
      if (store.origin && !state.origins.has(family)) {
        state.origins.set(family, this.through(store.origin, target, node));
      }
    } else value = result(node, `${store.base.id}>${store.name}`);
    if (store.fact) compatible(value, store.fact, state, this.program.constants, true);
    this.memory.store(this.memory.behind(base, store.name, '', ''), value, state);
  }

  /** A folio that came from inside a callee: the evidence starts there and goes through this call. */
  private through(origin: Origin, target: FunctionEntry, node: number): Origin {
    const step = this.memory.step(node, `${target.facts.name}() returns it`);
    return { ...origin, steps: [...origin.steps.slice(-6), step] };
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
        for (const key of state.env.keys()) if (key.startsWith(`${name}.`)) state.env.delete(key);
        const item = result(node, name);
        state.forget(item);
        state.env.set(name, item);
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
        state.env.set(name, item);
      } else if (container) {
        state.env.set(name, this.memory.readElement(container, state, node, name));
      } else {
        const item = result(node, name);
        state.forget(item);
        state.env.set(name, item);
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

  private lineOf(node: number): number {
    return this.entry.facts.nodes[node]?.line ?? this.entry.facts.line;
  }
}

/** Callers further away than this are not asked whether a meeting can be. */
const DISTANCE = 5;

/** Is this something that a caller may have decided? What memory far behind an argument holds is not. */
function isDecidable(term: Term): boolean {
  return term.symbolic && term.size <= 6 && mentionsParameter(term);
}

function canBeAnybodys({ ownership }: Origin): boolean {
  return ownership === 'speculative' || ownership === 'passed';
}

function isVisible(origin: Origin): boolean {
  return origin.ownership === 'shared' || origin.ownership === 'speculative';
}

/** The type that container_of() and its like are told. */
function castType(action: Call): string {
  const type = action.arguments[1];
  return type?.kind === 'type' ? type.type + ' *' : '';
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

function saysReturned(name: string, visible: readonly string[], ownership: string): string {
  if (ownership === 'fresh') return `${name}() allocates it`;
  if (visible.length > 0) return `${name}() finds it, visible through ${visible.join(' and ')}`;
  return `${name}() returns it, ${ownership}`;
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

const asked = new WeakMap<Summary, ReadonlySet<string>>();

function namesAsked(summary: Summary): ReadonlySet<string> {
  let names = asked.get(summary);
  if (!names) {
    names = conditionNames([...summary.updates, ...summary.pending, ...summary.outcomes]);
    asked.set(summary, names);
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
