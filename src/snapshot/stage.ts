import type { FactNode, FunctionFacts } from '../c/facts.js';
import type { Side } from '../analysis/cause.js';
import type { Definitions, FilledSlot, FunctionEntry } from '../analysis/definitions.js';
import { Execution, type FunctionAnalysis } from '../analysis/execution.js';
import { stateOf, type Frame } from '../analysis/frame.js';
import { findHazards, type HazardReport } from '../analysis/hazards.js';
import { Program } from '../analysis/program.js';
import { summaryText } from '../analysis/analysis-text.js';
import type { State } from '../analysis/state.js';
import { parameter } from '../analysis/term.js';
import type { Summary } from '../analysis/summary.js';
import type { TreeAnalysis } from '../analysis/tree-analysis.js';
import type { RuleData } from '../folio/contract.js';
import { readFragment, type Fragment } from './fragment.js';
import { markOf } from './lines.js';
import { mergeAnalysis } from './merge.js';
import { functionsNamed, temporaries } from './select.js';
import { SnapshotFunction, type Snapshot } from './snapshot.js';
import type { TouchedFunction } from './touched.js';

/** Rounds until functions that call each other agree. */
const ROUNDS = 6;

/**
 * Analyses a series on a snapshot: the release before its first patch, then after each. What a patch shows is read in
 * the frame that the release has there; so is the same code as it was before, so that the two are blind to the same
 * things and differ in what the patch does.
 */
export async function analyseStages(
  snapshot: Snapshot,
  touched: readonly TouchedFunction[],
  count: number,
  rules: RuleData,
): Promise<readonly Side[]> {
  const stages: Stage[] = [];
  let fragments: ReadonlyMap<TouchedFunction, Fragment | null> = new Map();
  for (let number = 0; number < count; number++) {
    const changed = number === 0 ? touched : touched.filter((item) => differs(item, number));
    // A patch that touches nothing of the release leaves everything as it is.
    if (number > 0 && changed.length === 0) {
      stages.push(stages[number - 1]!);
      continue;
    }
    const read = new Map(fragments);
    for (const item of changed) read.set(item, await fragmentOf(item, number, snapshot));
    fragments = read;
    stages.push(new Stage(snapshot, touched, number, fragments, rules));
  }
  const different = [...new Set(stages)];
  if (different.length > 1) followCallers(snapshot, different);
  return stages;
}

/** Is the function other than at the stage before? */
function differs({ stages, renamed }: TouchedFunction, number: number): boolean {
  return stages[number] !== stages[number - 1] || renamed[number] !== renamed[number - 1];
}

/**
 * Analyses what the series touches, then whoever calls what has come to differ between stages, and so on upwards. What
 * is looked at again at one stage is looked at again at all.
 */
function followCallers(snapshot: Snapshot, stages: readonly Stage[]): void {
  /** Names whose calls are looked at again, by the functions that have them. */
  const again = new Map<string, Set<string>>();
  const texts = new Map<string, string>();
  let pending = new Set(stages.flatMap((stage) => [...stage.touchedKeys()]));
  for (let round = 0; round < ROUNDS && pending.size > 0; round++) {
    const changed = new Set<string>();
    const differing = new Set<string>();
    for (const key of pending) {
      const found = stages.map((stage) => stage.update(key, again.get(key) ?? new Set()));
      const text = found.join('\n');
      if (texts.get(key) === text) continue;
      texts.set(key, text);
      const name = key.slice(key.lastIndexOf(':') + 1);
      changed.add(name);
      if (found.some((one) => one !== found[0])) differing.add(name);
    }
    const known = new Set([...texts.keys(), ...pending]);
    pending = new Set([...known].filter((key) => stages.some((stage) => stage.calls(key, changed))));
    for (const name of differing) {
      for (const caller of snapshot.functionsNaming(name)) {
        if (!caller.hasLines) continue;
        const names = again.get(caller.key) ?? new Set<string>();
        if (!names.has(name)) pending.add(caller.key);
        again.set(caller.key, names.add(name));
      }
    }
  }
}

async function fragmentOf(
  { file, release, stages, renamed }: TouchedFunction,
  number: number,
  snapshot: Snapshot,
): Promise<Fragment | null> {
  const lines = stages[number];
  if (!lines) return null;
  return readFragment(lines, {
    facts: release ? withNames(release.facts, renamed[number]!) : NEW_FUNCTION,
    hasFrame: (line) => release?.hasFrame(line) ?? false,
    hasLabel: (name) => release?.lines().some(({ mark }) => mark === markOf(`${name}:`)) ?? false,
    isFunction: (name) => snapshot.own(name, file) !== null || snapshot.global(name) !== null,
  });
}

/** What is not known of a function before its head is read. */
const NEW_FUNCTION: FunctionFacts = {
  name: '',
  kind: 'function',
  isStatic: true,
  isInit: false,
  line: 0,
  endLine: 0,
  returns: '',
  parameters: [],
  variadic: false,
  locals: {},
  nodes: [],
};

function withNames(facts: FunctionFacts, renamed: ReadonlyMap<string, string>): FunctionFacts {
  if (renamed.size === 0) return facts;
  const newName = (name: string): string => renamed.get(name) ?? name;
  return {
    ...facts,
    parameters: facts.parameters.map(({ name, type }) => ({ name: newName(name), type })),
    locals: Object.fromEntries(Object.entries(facts.locals).map(([name, type]) => [newName(name), type])),
  };
}

/** The release at one stage of a series, as far as it is known. */
class Stage implements Side {
  private readonly snapshot: Snapshot;
  private readonly rules: RuleData;
  readonly program: Program;
  private made: HazardReport | null = null;
  private readonly functions = new Map<string, StagedFunction>();
  private readonly results = new Map<
    string,
    { entry: FunctionEntry; named: ReadonlySet<string>; analysis: FunctionAnalysis }
  >();

  constructor(
    snapshot: Snapshot,
    touched: readonly TouchedFunction[],
    number: number,
    fragments: ReadonlyMap<TouchedFunction, Fragment | null>,
    rules: RuleData,
  ) {
    this.snapshot = snapshot;
    this.rules = rules;
    const definitions = new StageDefinitions(snapshot);
    for (const item of touched) {
      const fragment = fragments.get(item) ?? null;
      const isThere = item.stages[number] !== null;
      if (item.release && (!isThere || (fragment && fragment.facts.name !== item.release.name))) {
        definitions.remove(item.release);
      }
      if (!isThere || !fragment) continue;
      const staged = new StagedFunction(
        item.file,
        item.release,
        fragment,
        coveredLines(item),
        item.renamed[number]!,
      );
      this.functions.set(staged.key, staged);
      definitions.add(staged.entry([]));
    }
    this.program = new Program(definitions, snapshot.model, rules, snapshot.version, new Set());
  }

  /** Keys of the functions that the series touches, as far as they are there. */
  touchedKeys(): Iterable<string> {
    return this.functions.keys();
  }

  /**
   * Analyses a function.
   *
   * @param callees names whose calls are looked at again outside of what the series shows
   * @returns what its callers learn of it, as text; '' when it is not there
   */
  update(key: string, callees: ReadonlySet<string>): string {
    const staged = this.staged(key);
    if (!staged) return '';
    const entry = staged.entry([...callees]);
    const found = new Execution(this.program, entry, (callee) => this.summaryOf(callee)).run();
    const analysis = mergeAnalysis(staged.release?.analysis ?? null, found, (line) =>
      staged.covers(line, entry),
    );
    const named = new Set(entry.facts.nodes.flatMap(({ action }) => functionsNamed(action)));
    this.results.set(staged.key, { entry, named, analysis });
    return summaryText(analysis.summary);
  }

  /** Does the function, as it was analysed, call one of these? */
  calls(key: string, names: ReadonlySet<string>): boolean {
    const named = this.results.get(key)?.named;
    return named !== undefined && [...names].some((name) => named.has(name));
  }

  private staged(key: string): StagedFunction | null {
    const known = this.functions.get(key);
    if (known) return known;
    const release = this.release(key);
    if (!release || this.program.resolve(release.name, release.file)?.key !== key) return null;
    return new StagedFunction(release.file, release, null, new Set(), new Map());
  }

  private release(key: string): SnapshotFunction | null {
    const colon = key.lastIndexOf(':');
    return this.snapshot.own(key.slice(colon + 1), key.slice(0, colon));
  }

  private summaryOf(entry: FunctionEntry): Summary | null {
    const known = this.results.get(entry.key);
    if (known) return known.analysis.summary;
    return this.release(entry.key)?.summary ?? null;
  }

  /** Made when it is asked for, after callers were followed. */
  get report(): HazardReport {
    return (this.made ??= findHazards(this.analysis(), this.rules));
  }

  private analysis(): TreeAnalysis {
    const functions = new Map<string, FunctionAnalysis>();
    const entries = new Map<string, FunctionEntry>();
    for (const item of this.snapshot.functions()) {
      if (
        !item.hasHazards ||
        this.results.has(item.key) ||
        this.program.resolve(item.name, item.file)?.key !== item.key
      )
        continue;
      functions.set(item.key, item.analysis);
      entries.set(item.key, item);
    }
    for (const [key, { entry, analysis }] of this.results) {
      functions.set(key, analysis);
      entries.set(key, entry);
    }
    return { program: this.program, functions, entries, analysed: functions.size };
  }
}

/** Lines of the release whose text the series shows. */
function coveredLines({ stages }: TouchedFunction): ReadonlySet<number> {
  const covered = new Set<number>();
  for (const line of stages[0] ?? []) if (line.text !== null && line.at !== null) covered.add(line.at);
  return covered;
}

/** A function at one stage: what a series shows of it, and of the rest the calls that are asked for. */
class StagedFunction {
  readonly file: string;
  readonly release: SnapshotFunction | null;
  readonly key: string;
  private readonly fragment: Fragment | null;
  private readonly covered: ReadonlySet<number>;
  private readonly renamed: ReadonlyMap<string, string>;

  constructor(
    file: string,
    release: SnapshotFunction | null,
    fragment: Fragment | null,
    covered: ReadonlySet<number>,
    renamed: ReadonlyMap<string, string>,
  ) {
    this.file = file;
    this.release = release;
    this.fragment = fragment;
    this.covered = covered;
    this.renamed = renamed;
    this.key = `${file}:${(fragment?.facts ?? release!.facts).name}`;
  }

  /** Is what the release has at this line found out anew in the entry? */
  covers(line: number, entry: FunctionEntry): boolean {
    return this.covered.has(line) || (entry as StagedEntry).calls.has(line);
  }

  /** The function as a graph: the code that is shown, then the calls of `callees` outside of it. */
  entry(callees: readonly string[]): StagedEntry {
    const facts = this.fragment?.facts ?? this.release!.facts;
    const nodes: FactNode[] = this.fragment
      ? [...facts.nodes]
      : [{ line: facts.line, action: { do: 'nothing' }, next: [] }];
    const resumes = new Map<number, readonly State[]>();
    for (const [node, line] of this.fragment?.resumes ?? []) resumes.set(node, this.states(line));
    const rest = (this.release?.facts.nodes ?? []).filter(({ line }) => !this.covered.has(line));
    const calls = new Set<number>();
    const used = new Set<FactNode>();
    for (const node of rest) {
      if (!callsOneOf(node, callees)) continue;
      const chain = chainOf(node, rest);
      const states = this.states(chain[0]!.line);
      if (states.length === 0) continue;
      calls.add(node.line);
      resumes.set(nodes.length, states);
      for (const item of chain) {
        used.add(item);
        nodes.push({ ...item, next: [nodes.length + 1] });
      }
      nodes.push({ line: node.line, action: { do: 'nothing' }, next: [] });
    }
    // What else it does is asked for by who compares: nothing leads there.
    for (const node of rest) if (!used.has(node)) nodes.push(node);
    return { file: this.file, key: this.key, facts: { ...facts, nodes }, resumes, calls };
  }

  private states(line: number): readonly State[] {
    const { parameters } = this.fragment?.facts ?? this.release!.facts;
    return (this.release?.frames(line) ?? []).map((frame, number) => {
      const state = stateOf(withNewNames(frame, this.renamed), number);
      parameters.forEach(({ name }, index) => {
        if (!state.variable(name)) state.setVariable(name, parameter(index));
      });
      return state;
    });
  }
}

/** An entry, with the lines of the calls that it has besides the code that is shown. */
interface StagedEntry extends FunctionEntry {
  readonly calls: ReadonlySet<number>;
}

function withNewNames(frame: Frame, renamed: ReadonlyMap<string, string>): Frame {
  if (renamed.size === 0) return frame;
  const newName = <T>([name, value]: readonly [string, T]) => [renamed.get(name) ?? name, value] as const;
  return { ...frame, variables: frame.variables.map(newName), values: frame.values.map(newName) };
}

function callsOneOf({ action }: FactNode, callees: readonly string[]): boolean {
  return functionsNamed(action).some((name) => callees.includes(name));
}

/** A call, and in front of it those that make its arguments. */
function chainOf(call: FactNode, nodes: readonly FactNode[]): FactNode[] {
  const wanted = new Set(temporaries(call.action));
  const chain = [call];
  for (let at = nodes.indexOf(call) - 1; at >= 0; at--) {
    const node = nodes[at]!;
    if (node.action.do !== 'call' || !wanted.has(node.action.to)) continue;
    for (const name of temporaries(node.action)) wanted.add(name);
    chain.unshift(node);
  }
  return chain;
}

/** The definitions of the release, with what a series changes. */
class StageDefinitions implements Definitions {
  readonly constants;
  private readonly snapshot: Snapshot;
  private readonly removed = new Set<string>();
  private readonly byFile = new Map<string, Map<string, FunctionEntry>>();
  private readonly globals = new Map<string, FunctionEntry>();

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
    this.constants = snapshot.constants;
  }

  add(entry: FunctionEntry): void {
    const known = this.byFile.get(entry.file) ?? new Map<string, FunctionEntry>();
    known.set(entry.facts.name, entry);
    this.byFile.set(entry.file, known);
    const { name, isStatic } = entry.facts;
    if (!isStatic || this.snapshot.global(name)?.key === entry.key) this.globals.set(name, entry);
  }

  remove(entry: FunctionEntry): void {
    this.removed.add(entry.key);
  }

  functions(): Iterable<FunctionEntry> {
    return [...this.snapshot.functions()].filter(({ key }) => !this.removed.has(key));
  }

  functionsNamed(name: string): Iterable<FunctionEntry> {
    return [...this.snapshot.functionsNamed(name)].filter(({ key }) => !this.removed.has(key));
  }

  functionsIn(file: string): Iterable<FunctionEntry> {
    const own = this.byFile.get(file);
    const others = [...this.snapshot.functionsIn(file)].filter(
      ({ key, name }) => !this.removed.has(key) && !own?.has(name),
    );
    return [...(own?.values() ?? []), ...others];
  }

  own(name: string, file: string): FunctionEntry | null {
    return this.byFile.get(file)?.get(name) ?? this.left(this.snapshot.own(name, file));
  }

  global(name: string): FunctionEntry | null {
    return this.globals.get(name) ?? this.left(this.snapshot.global(name));
  }

  private left(entry: SnapshotFunction | null): FunctionEntry | null {
    return entry && !this.removed.has(entry.key) ? entry : null;
  }

  fields(struct: string): Readonly<Record<string, string>> | null {
    return this.snapshot.fields(struct);
  }

  structs(): Iterable<readonly [string, Readonly<Record<string, string>>]> {
    return this.snapshot.structs();
  }

  slotsNamed(field: string): readonly FilledSlot[] {
    return this.snapshot.slotsNamed(field);
  }

  slotsHolding(entry: FunctionEntry): readonly FilledSlot[] {
    return this.snapshot.slotsHolding(entry);
  }

  slots(): Iterable<FilledSlot> {
    return this.snapshot.slots();
  }
}
