import { conditionsOf } from './constraint.js';
import type { Memory } from './memory.js';
import { isGuarded } from './guard.js';
import { clearedHere, flagsKey, isOwned, isReferenced, joinFlags, originKey, type Origin } from './origin.js';
import type { FunctionEntry, Program } from './program.js';
import type { CallContext, ContextKind, Recorder } from './recorder.js';
import { NEGATIVE, ZERO_SIGN, type State } from './state.js';
import { canHurtOwner, mayBeOwned, placeShown, walkOf, type Walk } from './speculation.js';
import type { CallStep, FlagUpdate, PassedUpdate } from './summary.js';
import { familyOf, type Term } from './term.js';
import type { UnheldPages } from './unheld.js';

/** Hears of each folio that comes to a call leading to an update, with all that is known of it on that path. */
export type PassingObserver = (context: CallContext, origin: Origin) => void;

/** Known of a folio that an atomic update was found to reach too early. */
const REACHED = 'reached';

/** Calls between an atomic update and the function that found the folio. */
const ATOMIC_CHAIN = 4;

/** Decides, for each update on a path, whom the folio belongs to there, and tells the recorder. */
export class UpdateJudge {
  private readonly entry: FunctionEntry;
  private readonly memory: Memory;
  private readonly recorder: Recorder;
  private readonly program: Program;
  private readonly walk: Walk;
  private readonly unheld: UnheldPages;
  private readonly observer: PassingObserver | null;

  constructor(
    entry: FunctionEntry,
    memory: Memory,
    recorder: Recorder,
    program: Program,
    unheld: UnheldPages,
    observer: PassingObserver | null = null,
  ) {
    this.entry = entry;
    this.memory = memory;
    this.recorder = recorder;
    this.program = program;
    this.unheld = unheld;
    this.observer = observer;
    this.walk = walkOf(entry.facts, program);
  }

  /** An update in this function itself. */
  update(update: FlagUpdate, folio: Term, state: State, node: number): void {
    if (update.atomic) {
      if (!isNoFolio(folio, state))
        this.meetAtomic(update, folio, this.memory.originOf(folio, state), [], state, node);
      this.applyToFlags(update, folio, state);
      return;
    }
    if (isNoFolio(folio, state)) return;
    const origin = this.memory.originOf(folio, state);
    const kind = this.meet(update, folio, origin, [], state, node);
    this.context(update, this.entry.key, kind, origin, node);
    this.applyToFlags(update, folio, state);
  }

  /** A call of a function that updates a folio which it gets from here. */
  passed(passed: PassedUpdate, callee: FunctionEntry, folio: Term, state: State, node: number): void {
    if (isNoFolio(folio, state)) return;
    const mine = this.memory.originOf(folio, state);
    const there = passed.origin;
    // What the callee had tested when it came to the update holds besides what is known here.
    for (const flag in there.tested) {
      if (mine.flags[flag] !== undefined && mine.flags[flag] !== there.tested[flag]) return;
    }
    const origin: Origin = {
      ...mine,
      tested: joinFlags(mine.tested, there.tested),
      flags: joinFlags(mine.flags, there.flags),
      locked: there.locked !== 'passed' ? there.locked : (there.tested['locked'] ?? mine.locked),
    };
    const step: CallStep = {
      function: this.entry.facts.name,
      file: this.entry.file,
      line: this.lineOf(node),
      callee: callee.facts.name,
      calleeFile: callee.file,
    };
    const chain = [step, ...passed.chain];
    if (passed.update.atomic) {
      // What a flag told before the reference was got, it does not tell any more.
      const stale = isReferenced(there) && !isReferenced(mine);
      this.meetAtomic(
        passed.update,
        folio,
        stale ? { ...origin, tested: there.tested } : origin,
        chain,
        state,
        node,
      );
      return;
    }
    const kind = this.meet(passed.update, folio, origin, chain, state, node);
    this.context(passed.update, callee.key, kind, origin, node);
  }

  /** An atomic update is no danger but to an owner who knows nothing of it. */
  private meetAtomic(
    update: FlagUpdate,
    folio: Term,
    origin: Origin,
    chain: readonly CallStep[],
    state: State,
    node: number,
  ): void {
    if (this.entry.facts.isInit || !canHurtOwner(update, origin, this.program)) return;
    if (this.unheld.mayBeAnybodys(familyOf(folio), state, node) === false) return;
    if (placeShown(origin, this.program)) return;
    const key = `${update.updater}|${update.identity}|${isReferenced(origin)}`;
    if (mayBeOwned(origin, state, this.walk)) {
      // The first update of a folio shows what is wrong with reaching it; the others follow from it.
      if (origin.flags[REACHED]) return;
      this.markReached(folio, state);
      this.recorder.meeting(`${key}|${update.line}|${originKey(origin)}|${chain[0]?.line ?? 0}`, () => ({
        update,
        function: this.entry.facts.name,
        file: this.entry.file,
        line: this.lineOf(node),
        chain,
        origin,
        conditions: conditionsOf(state),
      }));
    } else if (origin.ownership === 'passed' && chain.length < ATOMIC_CHAIN) {
      const family = familyOf(folio);
      const conditions = conditionsOf(state);
      this.recorder.passedAtomically(`${key}|${family.id}`, {
        update,
        folio: family,
        origin,
        conditions,
        chain,
      });
    }
  }

  private markReached(folio: Term, state: State): void {
    const family = familyOf(folio);
    const origin = this.memory.originOf(family, state);
    state.origins.set(family, { ...origin, flags: { ...origin.flags, [REACHED]: true } });
  }

  /** What was found on a copy of a state holds for the state. */
  carryReached(folio: Term, from: State, to: readonly State[]): void {
    if (!this.memory.originOf(folio, from).flags[REACHED]) return;
    for (const state of to) if (state.origins.has(familyOf(folio))) this.markReached(folio, state);
  }

  private context(update: FlagUpdate, callee: string, kind: ContextKind, origin: Origin, node: number): void {
    const context: CallContext = {
      caller: this.entry.key,
      callee,
      update,
      kind,
      ownership: origin.ownership,
      locked: origin.locked === true,
      guarded: isGuarded(update, origin),
      file: this.entry.file,
      line: this.lineOf(node),
    };
    this.recorder.context(context);
    this.observer?.(context, origin);
  }

  private meet(
    update: FlagUpdate,
    folio: Term,
    origin: Origin,
    chain: readonly CallStep[],
    state: State,
    node: number,
  ): ContextKind {
    if (isOwned(origin) || this.entry.facts.isInit) return 'owned';
    if (this.unheld.mayBeAnybodys(familyOf(folio), state, node) === false) return 'unknown';
    const key = `${update.updater}|${update.text}|${update.line}|${originKey(origin)}|${flagsKey(origin.tested)}`;
    switch (origin.ownership) {
      case 'shared':
      case 'speculative':
      case 'sole':
        this.recorder.meeting(`${key}|${chain[0]?.line ?? 0}`, () => ({
          update,
          function: this.entry.facts.name,
          file: this.entry.file,
          line: this.lineOf(node),
          chain,
          origin,
          conditions: conditionsOf(state),
        }));
        return 'visible';
      case 'passed':
        if (chain.length < 8) {
          this.recorder.passed(`${key}|${familyOf(folio).id}`, () => ({
            update,
            folio: familyOf(folio),
            origin,
            conditions: conditionsOf(state),
            chain,
          }));
        }
        return 'passed';
      default:
        return 'unknown';
    }
  }

  /** After an update by this path the flag is known, as long as nobody else can change it. */
  applyToFlags(update: { flag: string; operation: string }, folio: Term, state: State): void {
    if (update.operation !== 'set' && update.operation !== 'clear') return;
    const value = update.operation === 'set';
    const family = familyOf(folio);
    const origin = this.memory.originOf(family, state);
    if (origin.ownership === 'unknown' && !state.origins.has(family)) return;
    const tested = without(origin.tested, update.flag);
    // Others may change the flag of a visible folio back: that is no more than a passing observation.
    const lasting = isOwned(origin) || origin.ownership === 'passed' || origin.ownership === 'sole';
    const changed: Origin = lasting
      ? { ...origin, tested, flags: { ...origin.flags, [update.flag]: value } }
      : {
          ...origin,
          flags: { ...without(origin.flags, update.flag), [clearedHere(update.flag)]: !value },
          tested: { ...tested, [update.flag]: value },
        };
    state.origins.set(family, update.flag === 'locked' ? { ...changed, locked: value } : changed);
  }

  private lineOf(node: number): number {
    return this.entry.facts.nodes[node]?.line ?? this.entry.facts.line;
  }
}

function without(flags: Readonly<Record<string, boolean>>, flag: string): Record<string, boolean> {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => name !== flag));
}

/** NULL and error pointers: code that would update through them does not get there. */
function isNoFolio(folio: Term, state: State): boolean {
  if (folio.kind === 'number' || folio.kind === 'error') return true;
  const sign = state.facts.get(folio)?.sign;
  return sign === ZERO_SIGN || sign === NEGATIVE;
}
