import type { FunctionFacts } from '../c/facts.js';
import type { Side } from '../analysis/cause.js';
import type { FunctionEntry } from '../analysis/definitions.js';
import { Execution, type FunctionAnalysis } from '../analysis/execution.js';
import { findHazards, type HazardReport } from '../analysis/hazards.js';
import { Program } from '../analysis/program.js';
import { summaryText } from '../analysis/analysis-text.js';
import type { Summary } from '../analysis/summary.js';
import type { TreeAnalysis } from '../analysis/tree-analysis.js';
import type { RuleData } from '../folio/contract.js';
import { readFragment, type Fragment } from './fragment.js';
import { markOf } from './lines.js';
import { mergeAnalysis } from './merge.js';
import { Inquiry, type Informant } from './inquiry.js';
import { functionsNamed } from './select.js';
import type { Snapshot, SnapshotFunction } from './snapshot.js';
import { StageDefinitions } from './stage-definitions.js';
import { StagedFunction, type StagedAnalysis, type StagedEntry } from './staged-function.js';
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
  const covered = new Map(touched.map((item) => [item, coveredLines(item)]));
  const callers = new Map<string, StagedFunction>();
  let shown: ReadonlyMap<TouchedFunction, StagedFunction | null> = new Map();
  for (let number = 0; number < count; number++) {
    const changed = number === 0 ? touched : touched.filter((item) => differs(item, number));
    // A patch that touches nothing of the release leaves everything as it is.
    if (number > 0 && changed.length === 0) {
      stages.push(stages[number - 1]!);
      continue;
    }
    const read = new Map(shown);
    for (const item of changed) {
      const fragment = await fragmentOf(item, number, snapshot);
      const { file, release, renamed } = item;
      read.set(
        item,
        fragment && new StagedFunction(file, release, fragment, covered.get(item)!, renamed[number]!),
      );
    }
    shown = read;
    stages.push(new Stage(snapshot, touched, number, shown, callers, rules));
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
  const texts = new Map<string, readonly string[]>();
  let pending = new Set(stages.flatMap((stage) => [...stage.touchedKeys()]));
  for (let round = 0; round < ROUNDS && pending.size > 0; round++) {
    const changed = new Set<string>();
    const differing = new Set<string>();
    for (const key of pending) {
      const found = stages.map((stage) => stage.update(key, again.get(key) ?? new Set()));
      if (texts.get(key)?.every((text, index) => text === found[index])) continue;
      texts.set(key, found);
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
    hasLabel: (name) => release?.marks.some(({ mark }) => mark === markOf(`${name}:`)) ?? false,
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

/** Lines of the release whose text the series shows. */
function coveredLines({ stages }: TouchedFunction): ReadonlySet<number> {
  const covered = new Set<number>();
  for (const line of stages[0] ?? []) if (line.text !== null && line.at !== null) covered.add(line.at);
  return covered;
}

/** The release at one stage of a series, as far as it is known. */
class Stage implements Side, Informant {
  private readonly snapshot: Snapshot;
  private readonly rules: RuleData;
  readonly program: Program;
  private made: HazardReport | null = null;
  private readonly definitions: StageDefinitions;
  private readonly functions = new Map<string, StagedFunction>();
  private readonly callers: Map<string, StagedFunction>;
  private readonly results = new Map<string, StagedAnalysis>();

  /**
   * @param shown what the series shows of the functions that it touches; null where they are not there, or unreadable
   * @param callers the functions that it does not touch, as far as they were looked at, for all stages
   */
  constructor(
    snapshot: Snapshot,
    touched: readonly TouchedFunction[],
    number: number,
    shown: ReadonlyMap<TouchedFunction, StagedFunction | null>,
    callers: Map<string, StagedFunction>,
    rules: RuleData,
  ) {
    this.snapshot = snapshot;
    this.rules = rules;
    this.callers = callers;
    this.definitions = new StageDefinitions(snapshot);
    for (const item of touched) {
      const staged = shown.get(item) ?? null;
      const isThere = item.stages[number] !== null;
      if (item.release && (!isThere || (staged && staged.key !== item.release.key))) {
        this.definitions.remove(item.release);
      }
      if (!isThere || !staged) continue;
      this.functions.set(staged.key, staged);
      this.definitions.add(staged.entry([]));
    }
    this.program = new Program(this.definitions, snapshot.model, rules, snapshot.version, new Set());
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
    const found = staged.known(entry, this) ?? this.analyse(staged, entry);
    this.results.set(staged.key, found);
    return found.text;
  }

  private analyse(staged: StagedFunction, entry: StagedEntry): StagedAnalysis {
    const inquiry = new Inquiry();
    this.definitions.inquiry = inquiry;
    const found = new Execution(this.program, entry, ({ key }) => {
      const summary = this.summaryAt(key);
      inquiry.noteSummary(key, summary);
      return summary;
    }).run();
    this.definitions.inquiry = null;
    const analysis = mergeAnalysis(staged.release?.analysis ?? null, found, (line) =>
      staged.covers(line, entry),
    );
    const named = new Set(entry.facts.nodes.flatMap(({ action }) => functionsNamed(action)));
    const result = { entry, analysis, text: summaryText(analysis.summary), named, inquiry };
    staged.remember(result);
    return result;
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
    let caller = this.callers.get(key);
    if (!caller) {
      caller = new StagedFunction(release.file, release, null, new Set(), new Map());
      this.callers.set(key, caller);
    }
    return caller;
  }

  private release(key: string): SnapshotFunction | null {
    const colon = key.lastIndexOf(':');
    return this.snapshot.own(key.slice(colon + 1), key.slice(0, colon));
  }

  own(name: string, file: string): FunctionEntry | null {
    return this.definitions.own(name, file);
  }

  global(name: string): FunctionEntry | null {
    return this.definitions.global(name);
  }

  summaryAt(key: string): Summary | null {
    const known = this.results.get(key);
    return known ? known.analysis.summary : (this.release(key)?.summary ?? null);
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
