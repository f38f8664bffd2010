import type { Action, Expression, FactNode, Place } from '../c/facts.js';
import { AskedNames } from './asked-names.js';
import { assume, truthOf } from './condition.js';
import { askedNames, liveVariables, reversePostorder } from './liveness.js';
import { isPageType, Memory, type Location } from './memory.js';
import { sortOutcomes } from './outcome-order.js';
import { numberOwnValues } from './own-values.js';
import { isVisibleWithoutReference, originOf, PASSED, withOwnership } from './origin.js';
import { placeShown } from './speculation.js';
import type { FunctionEntry, Program } from './program.js';
import { Recorder, wayOf, type FunctionRecord } from './recorder.js';
import { SeenStates } from './seen-states.js';
import { isPart, variableKey } from './state-key.js';
import { State } from './state.js';
import type { FlagUpdate, ParameterCall, PendingMeeting, Summary } from './summary.js';
import { outcomesOf, type Exit } from './outcomes.js';
import { CallEffects } from './calls.js';
import { Iteration } from './iteration.js';
import { UpdateJudge, type PassingObserver } from './judge.js';
import { operation, parameter, result, ZERO, type Term } from './term.js';
import { UnheldPages } from './unheld.js';
import { flagOfBit, wordOfPage } from './update.js';
import { expressionText, placeText } from './text.js';

/** Paths that are told apart at one point before those that agree about folios are joined. */
const PATHS = 40;
/** Paths that differ in what updates depend on, kept at one point beyond that. */
const DECISIVE_PATHS = 80;
/** Paths that differ about folios or in what calls returned, kept beyond that. */
const RESULT_PATHS = 160;
/** Paths that differ about folios, kept beyond that. */
const FOLIO_PATHS = 40;
/** With so many paths those are joined that agree in what updates depend on, in what calls returned, about folios. */
const LIMITS = [PATHS, PATHS + DECISIVE_PATHS, PATHS + DECISIVE_PATHS + RESULT_PATHS];
const MOST_PATHS = PATHS + DECISIVE_PATHS + RESULT_PATHS + FOLIO_PATHS;
/** Ways to leave a function that are summed up. */
const EXITS = 400;
/** Nodes executed in one function before paths are followed only to where few have come; after twice as many, nowhere. */
const STEPS = 20_000;
/** Paths at one point that are few. */
const FEW_PATHS = 8;

/** The summary of a callee; null for one that is being worked on (recursion). */
export type SummaryOf = (entry: FunctionEntry) => Summary | null;

/** What the analysis of one function yields. */
export interface FunctionAnalysis {
  readonly summary: Summary;
  readonly record: FunctionRecord;
}

/** Follows the paths through one function. */
export class Execution {
  private readonly program: Program;
  private readonly entry: FunctionEntry;
  private readonly memory: Memory;
  private readonly recorder = new Recorder();
  private readonly judge: UpdateJudge;
  private readonly unheld: UnheldPages;
  private readonly calls: CallEffects;
  private readonly iteration: Iteration;
  private readonly parameterCalls: ParameterCall[] = [];
  private readonly exits: Exit[] = [];
  private truncated = false;
  /** Names in the conditions of updates that callees make, and of variables that hold what calls returned. */
  private readonly decisive = new Set<string>();
  /** Variables that hold what calls returned: rc, err, ret. */
  private readonly results = new Set<string>();

  constructor(
    program: Program,
    entry: FunctionEntry,
    summaryOf: SummaryOf,
    observer: PassingObserver | null = null,
  ) {
    this.program = program;
    this.entry = entry;
    this.unheld = new UnheldPages(entry.facts, program);
    this.memory = new Memory(program, entry.facts, entry.file);
    this.judge = new UpdateJudge(entry, this.memory, this.recorder, program, this.unheld, observer);
    this.iteration = new Iteration(program, entry, this.memory);
    this.calls = new CallEffects(
      program,
      entry,
      this.memory,
      this.recorder,
      this.judge,
      this.unheld,
      summaryOf,
      (call) => this.parameterCalls.push(call),
    );
  }

  /**
   * Runs the function and sums up what was seen.
   *
   * @param watch is told every state that gets to a node; the state is changed after it returns
   */
  run(watch: (node: number, state: State) => void = () => undefined): FunctionAnalysis {
    const { nodes } = this.entry.facts;
    const live = liveVariables(nodes);
    const order = reversePostorder(nodes, [0, ...(this.entry.resumes?.keys() ?? [])]);
    for (const { action } of nodes) {
      if (action.do === 'call') this.results.add(action.to);
      if (action.do === 'call' && typeof action.callee === 'string') {
        for (const name of this.calls.asksForUpdates(action.callee)) this.decisive.add(name);
      }
      if (action.do === 'assign' && action.value.kind === 'read' && action.value.place.base.startsWith('%')) {
        this.results.add(action.to.base);
      }
    }
    // What a call returned tells what it did.
    for (const name of this.results) this.decisive.add(name);
    const asked = askedNames(nodes, (name) => this.calls.asks(name));
    const decisive = new AskedNames(this.decisive);
    const results = [...this.results].map(variableKey);
    const coarser = [
      (state: State) => state.relevantSignature(decisive),
      (state: State) => state.constantsSignature(results),
      (state: State) => state.propertySignature(),
    ];
    const seen = nodes.map((): SeenStates | null => null);
    const queue: { node: number; state: State; shared: boolean }[][] = nodes.map(() => []);
    const positions = nodes.map((_, index) => index).sort((a, b) => order[a]! - order[b]!);
    const joins = joinNodes(nodes);
    let steps = 0;
    let late = false;
    const push = (node: number, state: State, alone: boolean): void => {
      // Only where paths meet, or a call ends in several ways, can two be the same; in between a state has one owner,
      // who may change it.
      if (late && (seen[node]?.size ?? 0) >= FEW_PATHS) return;
      const admitted =
        !alone || joins.has(node)
          ? this.admit((seen[node] ??= new SeenStates(coarser)), state.prune(live[node]!), asked[node]!)
          : state;
      if (!admitted) return;
      watch(node, this.withoutUnheld(admitted));
      queue[order[node]!]!.push({ node, state: admitted, shared: !alone || joins.has(node) });
    };
    push(0, this.entryState(), true);
    for (const [node, states] of this.entry.resumes ?? []) {
      for (const state of states) push(node, state.clone(), false);
    }
    for (let position = 0; position < positions.length;) {
      const item = queue[position]!.pop();
      if (!item) {
        position++;
        continue;
      }
      if (++steps > STEPS) late = this.truncated = true;
      if (steps > 2 * STEPS) break;
      const node = nodes[item.node]!;
      const owned = item.shared ? item.state.clone() : item.state;
      const after = this.execute(node, item.node, owned);
      const alone = after.length <= 1 || node.action.do === 'test';
      for (const [target, state] of after) {
        push(target, state, alone);
        const at = order[target]!;
        if (at < position) position = at;
      }
    }
    const record = this.recorder.record();
    const pending: PendingMeeting[] = [...this.recorder.pendingMeetings()];
    const ways = new Set<string>();
    for (const meeting of record.meetings) {
      const way = wayOf(meeting);
      if (meeting.conditions.length === 0 || ways.has(way)) continue;
      ways.add(way);
      pending.push({ meeting, conditions: meeting.conditions, distance: 0 });
    }
    return {
      summary: numberOwnValues({
        outcomes: sortOutcomes(outcomesOf(this.exits, this.program.constants)),
        updates: this.recorder.passedUpdates(),
        atomicUpdates: this.recorder.passedAtomicUpdates(),
        pending,
        parameterCalls: this.parameterCalls.slice(0, 20),
        truncated: this.truncated,
      }),
      record,
    };
  }

  private entryState(): State {
    const state = new State();
    this.entry.facts.parameters.forEach((variable, index) => {
      const term = parameter(index);
      state.setVariable(variable.name, term);
      if (isPageType(variable.type)) state.origins.set(term, PASSED);
    });
    for (const { argument, state: folio } of this.program.receives(this.entry.facts.name)?.arguments ?? []) {
      const step = this.memory.step(
        0,
        `every caller of ${this.entry.facts.name}() passes a folio that is ${folio.ownership}`,
      );
      state.origins.set(parameter(argument), { ...originOf(folio, step), assumed: true, unique: false });
    }
    return state;
  }

  /** Takes a state in unless it is known; joins it with one that differs in nothing that matters. Null: nothing new. */
  private admit(seen: SeenStates, state: State, asked: AskedNames): State | null {
    const signature = state.relevantSignature(asked);
    let met = seen.join(state, signature);
    // What the updates below depend on is kept as long as it can be.
    for (let way = 0; met === undefined && way < LIMITS.length && seen.size >= LIMITS[way]!; way++) {
      met = seen.joinAlike(state, way);
    }
    if (met !== undefined) return met;
    if (seen.size >= MOST_PATHS) {
      this.truncated = true;
      return null;
    }
    seen.add(signature, state);
    return state;
  }

  private execute(node: FactNode, index: number, state: State): [number, State][] {
    const { action } = node;
    this.unheld.look(index, state);
    switch (action.do) {
      case 'nothing':
        if (node.next.length === 0) this.exit(state, null);
        break;
      case 'declare':
        state.env.delete(variableKey(action.name));
        break;
      case 'return': {
        const value = action.value ? this.memory.evaluate(action.value, state, index) : null;
        this.exit(state, value);
        return [];
      }
      case 'assign':
        this.assign(action, state, index);
        break;
      case 'test':
        return this.test(action.condition, node, index, state);
      case 'iterate':
        return this.iteration.iterate(action, state, index).map((next) => [node.next[0]!, next]);
      case 'call':
        return this.calls.call(action, state, index).map((next) => [node.next[0]!, next]);
    }
    return node.next.map((target) => [target, state]);
  }

  private withoutUnheld(state: State): State {
    if (!this.unheld.any) return state;
    const told = state.clone();
    this.unheld.forget(told);
    return told;
  }

  private exit(state: State, result: Term | null): void {
    if (this.exits.length >= EXITS) return;
    this.unheld.forget(state);
    this.exits.push({ state, result });
  }

  private assign(action: Action & { do: 'assign' }, state: State, node: number): void {
    const location = this.memory.locate(action.to, state, node);
    const value = this.memory.evaluate(action.value, state, node);
    if (!location) return;
    this.rawFlagsWrite(action, location, value, state, node);
    if (action.operator === '=') {
      // A value made anew on each pass of a loop is not the one of the pass before.
      this.memory.store(location, value, state);
      if (action.value.kind === 'read') this.copyFields(location, action.value.place, state, node);
      if (action.to.path.length === 0) this.memory.setType(action.to.base, this.memory.typeOf(action.value));
      return;
    }
    const before = this.memory.load(location, state, node);
    this.memory.store(location, this.compound(action.operator, before, value, node, state), state);
  }

  /** `copy = job` copies what the fields of a struct hold. */
  private copyFields(to: Location, place: Place, state: State, node: number): void {
    const from = this.memory.locate(place, state, node);
    if (to.kind !== 'variable' || from?.kind !== 'variable') return;
    const whole = variableKey(from.key);
    if (!state.env.keys().some((key) => isPart(key, whole))) return;
    for (const [key, value] of state.env) {
      if (isPart(key, whole) && key.text[from.key.length] === '.')
        state.setVariable(to.key + key.text.slice(from.key.length), value);
    }
  }

  private compound(operator: string, before: Term, value: Term, node: number, state: State): Term {
    if (operator === '|=') {
      if (before === ZERO) return value;
      if (value === ZERO) return before;
      const term = operation('|', before, value);
      if (term.size <= 8) return term;
    }
    if (operator === '&=' && (before === ZERO || value === ZERO)) return ZERO;
    const made = result(node, 'compound');
    state.forget(made);
    return made;
  }

  /** `folio->flags |= x`, `page[1].flags = y`, `*page = *other`. */
  private rawFlagsWrite(
    action: Action & { do: 'assign' },
    location: Location,
    value: Term,
    state: State,
    node: number,
  ): void {
    if (location.kind !== 'memory') return;
    const flags = this.memory.flagsWord(location, state);
    const wholePage = location.name === '' && /^struct (page|folio)$/.test(location.type);
    if (!flags && !wholePage) return;
    const word = flags === '_flags_1' ? 'second' : wordOfPage(location.base);
    const text = wholePage
      ? `${placeText(action.to)} = …`
      : `${placeText(action.to)} ${action.operator} ${expressionText(action.value)}`;
    const operation = action.operator === '|=' ? 'set' : action.operator === '&=' ? 'clear' : 'change';
    const update: FlagUpdate = {
      text,
      identity: `${operation} ${flagOfBit(value)}`,
      flag: flagOfBit(value),
      operation,
      atomic: false,
      word,
      updater: this.entry.facts.name,
      file: this.entry.file,
      line: this.entry.facts.nodes[node]!.line,
    };
    this.judge.update(update, location.base, state, node);
  }

  private test(condition: Expression, node: FactNode, index: number, state: State): [number, State][] {
    const term = this.memory.evaluate(condition, state, index);
    const known = truthOf(term, state, this.program.constants);
    const results: [number, State][] = [];
    for (const [slot, truth] of [
      [0, true],
      [1, false],
    ] as const) {
      if (known === !truth) continue;
      const next = known === null && truth ? state.clone() : state;
      const learned = (folio: Term, count: number): void => this.learnCount(folio, count, next, index);
      if (!assume(term, truth, next, this.program.constants, learned)) continue;
      this.recognise(next, index);
      results.push([node.next[slot]!, next]);
    }
    return results;
  }

  /** With a reference, a flag that only folios others can see have set tells that nobody takes it for his alone. */
  private recognise(state: State, node: number): void {
    if (!state.origins.values().some(({ ownership }) => ownership === 'speculative')) return;
    for (const [folio, origin] of state.origins) {
      if (origin.ownership !== 'speculative') continue;
      const place = placeShown(origin, this.program);
      if (!place) continue;
      const step = this.memory.step(node, `it is visible through ${place} once it is referenced`);
      state.origins.set(folio, {
        ...withOwnership(origin, 'shared', step),
        visible: new Set([...origin.visible, place]),
      });
    }
  }

  /** A reference count that was tested: 1 is ours alone, 0 is nobody's. */
  private learnCount(folio: Term, count: number, state: State, node: number): void {
    const origin = this.memory.originOf(folio, state);
    if (count === 1) {
      if (origin.ownership === 'fresh' || origin.ownership === 'frozen') return;
      // The caches and the LRU reach it without the reference that was counted.
      if (isVisibleWithoutReference(origin)) return;
      const step = this.memory.step(node, 'its reference count was tested to be one');
      state.origins.set(folio, withOwnership(origin, 'sole', step));
    } else if (count === 0) {
      if (origin.ownership === 'fresh') return;
      const step = this.memory.step(node, 'its reference count is zero');
      state.origins.set(folio, withOwnership(origin, 'frozen', step));
    }
  }
}

/** Nodes that several edges lead to, and the entry. */
function joinNodes(nodes: readonly FactNode[]): ReadonlySet<number> {
  const edges = nodes.map(() => 0);
  for (const node of nodes) for (const target of node.next) edges[target]!++;
  const joins = new Set<number>([0]);
  edges.forEach((count, index) => {
    if (count > 1) joins.add(index);
  });
  return joins;
}
