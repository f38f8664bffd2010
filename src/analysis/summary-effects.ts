import type { Action } from '../c/facts.js';
import { compatible, conditionsOf } from './constraint.js';
import { setMapping } from './contract-effects.js';
import type { SummaryOf } from './execution.js';
import { folioOf } from './intrinsics.js';
import type { UpdateJudge } from './judge.js';
import type { Memory } from './memory.js';
import { published, withOwnership, type Origin } from './origin.js';
import type { FunctionEntry, Program } from './program.js';
import type { Recorder } from './recorder.js';
import { NO_FACT, withSign, type State } from './state.js';
import { Substitution } from './substitution.js';
import type { FolioChange, FunctionOutcome, ParameterCall, Summary } from './summary.js';
import { familyOf, result, type Term } from './term.js';

type Call = Action & { do: 'call' };

/** Callers further away than this are not asked whether a meeting can be. */
const DISTANCE = 5;

/** What calls do whose functions were analysed. */
export class SummaryEffects {
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

  /** Holds the updates that a callee makes against the folios it gets here. */
  meetUpdates(
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
    for (let at = 0; at < updates.length + atomicUpdates.length; at++) {
      const passed = at < updates.length ? updates[at]! : atomicUpdates[at - updates.length]!;
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
          line: this.memory.lineOf(node),
        });
      }
    }
  }

  apply(
    target: FunctionEntry,
    summary: Summary,
    action: Call,
    args: readonly Term[],
    made: Term,
    before: State,
    node: number,
  ): State[] {
    const states: State[] = [];
    const passed = renewWritten(summary, args, before, node);
    for (const outcome of summary.outcomes) {
      // The last one may have the state itself, but then there is none left should it not apply.
      const state = before.clone();
      if (this.applyOutcome(target, outcome, action, passed, made, state, node)) states.push(state);
    }
    if (states.length === 0) {
      before.setVariable(action.to, made);
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
    // What is written or returned was there when the function was called: `page = *pool; *pool = next; return page`.
    for (const { value } of outcome.stores) if (value) substitution.apply(value);
    if (outcome.result) substitution.apply(outcome.result);
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
      !compatible(value, withSign(NO_FACT, outcome.resultFact.sign), state, constants, true)
    ) {
      return false;
    }
    state.setVariable(action.to, value);
    return true;
  }

  private applyChange(
    target: FunctionEntry,
    change: FolioChange,
    substitution: Substitution,
    state: State,
    node: number,
  ): void {
    const page = folioOf(substitution.apply(change.folio));
    const leaves = page.kind === 'subpage' && change.visible.has('refcount');
    if (leaves && page.number === null && page.other === null) return;
    const folio = leaves ? this.memory.leaveFolio(page, state) : familyOf(page);
    if (folio.kind === 'number' || folio.kind === 'local' || folio.kind === 'error') return;
    const before = this.memory.originOf(folio, state);
    const locked = change.locked === 'passed' ? before.locked : change.locked;
    let after: Origin = { ...before, locked, flags: { ...before.flags, ...change.flags } };
    const step = this.memory.step(node, `${target.facts.name}() is called`);
    const [first] = change.steps;
    for (const place of change.visible) {
      if (place === 'page cache') setMapping(folio, state);
      after = published(after, place, { ...step, says: `${target.facts.name}() makes it visible: ${place}` });
    }
    if (change.ownership !== 'passed' && change.visible.size === 0) {
      after = withOwnership(after, change.ownership, first ? { ...step, says: first.says } : step);
    }
    state.origins.set(folio, after);
  }

  private applyStore(
    target: FunctionEntry,
    store: Store,
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
    } else value = writtenBy(store, node);
    if (store.fact) compatible(value, store.fact, state, this.program.constants, true);
    this.memory.store(this.memory.behind(base, store.name, '', ''), value, state);
  }

  /** A folio that came from inside a callee: the evidence starts there and goes through this call. */
  private through(origin: Origin, target: FunctionEntry, node: number): Origin {
    const step = this.memory.step(node, `${target.facts.name}() returns it`);
    return { ...origin, steps: [...origin.steps.slice(-6), step] };
  }
}

type Store = FunctionOutcome['stores'][number];

/** Stands for what a call wrote where nothing is known of it. */
function writtenBy(store: Store, node: number, earlier = ''): Term {
  return result(node, `${store.base.id}>${store.name}${earlier}`);
}

/**
 * What the same call wrote in an earlier pass of a loop is not what it writes now: whoever holds that holds it under
 * another name.
 *
 * @returns the arguments, by these names
 */
function renewWritten(summary: Summary, args: readonly Term[], state: State, node: number): readonly Term[] {
  const stores = unknownStores(summary);
  if (stores.length === 0) return args;
  const written = new Map(stores.map((store) => [writtenBy(store, node), writtenBy(store, node, "'")]));
  for (const [made, earlier] of written) state.renew(made, earlier);
  return args.map((term) => written.get(term) ?? term);
}

const unknownOf = new WeakMap<Summary, readonly Store[]>();

/** What a function writes of which nothing is known. */
function unknownStores(summary: Summary): readonly Store[] {
  let stores = unknownOf.get(summary);
  if (!stores) {
    stores = summary.outcomes.flatMap((outcome) => outcome.stores.filter(({ value }) => !value));
    unknownOf.set(summary, stores);
  }
  return stores;
}

/** Is this something that a caller may have decided? What memory far behind an argument holds is not. */
function isDecidable(term: Term): boolean {
  return term.symbolic && term.size <= 6 && term.isOfCallers;
}
