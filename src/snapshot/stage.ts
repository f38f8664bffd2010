import type { FunctionFacts } from '../c/facts.js';
import type { Side } from '../analysis/cause.js';
import type { FunctionEntry } from '../analysis/definitions.js';
import { Execution, type FunctionAnalysis } from '../analysis/execution.js';
import { findHazards, type HazardReport } from '../analysis/hazards.js';
import { Program } from '../analysis/program.js';
import { summaryText } from '../analysis/analysis-text.js';
import type { Summary } from '../analysis/summary.js';
import { asksForCallers } from '../analysis/part.js';
import type { TreeAnalysis } from '../analysis/tree-analysis.js';
import type { RuleData } from '../folio/contract.js';
import { mergeAnalysis } from './merge.js';
import { Inquiry, type Informant } from './inquiry.js';
import { concernedFunctions } from './concerned.js';
import { functionsNamed } from './select.js';
import type { Snapshot, SnapshotFunction } from './snapshot.js';
import { StageDefinitions } from './stage-definitions.js';
import type { StagedFunction, StagedAnalysis, StagedEntry } from './staged-function.js';
import { StagedFunctions } from './staged-functions.js';
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
  const known = knownOf(snapshot, rules);
  const concerned = concernedFunctions(touched, snapshot, rules);
  let shown: ReadonlyMap<TouchedFunction, StagedFunction | null> = new Map();
  for (let number = 0; number < count; number++) {
    const changed = number === 0 ? concerned : concerned.filter((item) => differs(item, number));
    // A patch that touches nothing of the release leaves everything as it is.
    if (number > 0 && changed.length === 0) {
      stages.push(stages[number - 1]!);
      continue;
    }
    const read = new Map(shown);
    for (const item of changed) read.set(item, await known.functions.touched(item, number));
    shown = read;
    stages.push(new Stage(known, concerned, number, shown, stages.at(-1) ?? known.stage));
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

/** What the series that are reviewed on a snapshot by the same rules have in common. */
class KnownRelease {
  readonly snapshot: Snapshot;
  readonly rules: RuleData;
  readonly functions: StagedFunctions;
  /** Those that have a part in the hazards of the release. */
  readonly parts: readonly SnapshotFunction[];
  /** The release as it is. */
  readonly stage: Stage;

  constructor(snapshot: Snapshot, rules: RuleData) {
    this.snapshot = snapshot;
    this.rules = rules;
    this.functions = new StagedFunctions(snapshot);
    this.parts = [...snapshot.functions()].filter(({ hasHazards }) => hasHazards);
    this.stage = new Stage(this, [], 0, new Map(), null);
  }
}

const knownReleases = new WeakMap<Snapshot, WeakMap<RuleData, KnownRelease>>();

function knownOf(snapshot: Snapshot, rules: RuleData): KnownRelease {
  const byRules = knownReleases.get(snapshot) ?? new WeakMap<RuleData, KnownRelease>();
  knownReleases.set(snapshot, byRules);
  const known = byRules.get(rules) ?? new KnownRelease(snapshot, rules);
  byRules.set(rules, known);
  return known;
}

/** The release at one stage of a series, as far as it is known. */
class Stage implements Side, Informant {
  readonly program: Program;
  private readonly known: KnownRelease;
  private made: HazardReport | null = null;
  private readonly definitions: StageDefinitions;
  private readonly functions = new Map<string, StagedFunction>();
  private readonly previous: Stage | null;
  private readonly results = new Map<string, StagedAnalysis>();

  /**
   * @param shown what the series shows of the functions that it touches; null where they are not there, or unreadable
   * @param previous the stage before that is another one; null for the release as it is
   */
  constructor(
    known: KnownRelease,
    touched: readonly TouchedFunction[],
    number: number,
    shown: ReadonlyMap<TouchedFunction, StagedFunction | null>,
    previous: Stage | null,
  ) {
    const { snapshot, rules } = known;
    this.known = known;
    this.previous = previous;
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
    const { nodes } = entry.facts;
    const inquiry = new Inquiry(
      new Set(nodes.flatMap(({ action }) => (action.do === 'iterate' ? [action.macro] : []))),
    );
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
    const named = new Set(nodes.flatMap(({ action }) => functionsNamed(action)));
    const text = summaryText(analysis.summary);
    const result = {
      entry,
      analysis: { ...analysis, summary: this.known.functions.said(staged.key, text, analysis.summary) },
      text,
      named,
      inquiry,
    };
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
    return this.known.functions.caller(release);
  }

  private release(key: string): SnapshotFunction | null {
    const colon = key.lastIndexOf(':');
    return this.known.snapshot.own(key.slice(colon + 1), key.slice(0, colon));
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
    if (!this.made) {
      const { previous } = this;
      this.made =
        previous && this.isLike(previous) ? previous.report : findHazards(this.analysis(), this.known.rules);
    }
    return this.made;
  }

  /**
   * Do the same hazards follow from it as from another stage? They do where what differs has no part in hazards, and
   * nothing of what differs is asked for by what has.
   */
  private isLike(other: Stage): boolean {
    if (!this.definitions.removesAsMuchAs(other.definitions)) return false;
    for (const key of new Set([...this.functions.keys(), ...other.functions.keys()])) {
      const here = this.factsOf(key);
      const there = other.factsOf(key);
      if (here && there ? here.isStatic !== there.isStatic : this.known.snapshot.knows((here ?? there)!.name))
        return false;
    }
    const calls = new Set<string>();
    for (const key of new Set([...this.results.keys(), ...other.results.keys()])) {
      const here = this.partOf(key);
      const there = other.partOf(key);
      if (here === there) continue;
      // The order of what has a part is that of the keys, which is the same where both have them.
      if ((here && takesPart(here)) || (there && takesPart(there))) return false;
      for (const callee of differences(here?.record.calls, there?.record.calls)) calls.add(callee);
    }
    return [...calls].every((key) => !this.isAsked(key) && !other.isAsked(key));
  }

  /** Does it matter for some hazard whether anybody calls it? */
  private isAsked(key: string): boolean {
    const analysis = this.partOf(key);
    return analysis !== null && asksForCallers(analysis);
  }

  /** What hazards are found by in a function; null where it has no part in them, or is not there. */
  private partOf(key: string): FunctionAnalysis | null {
    const found = this.results.get(key)?.analysis;
    if (found) return found;
    const release = this.release(key);
    return release?.hasHazards && !this.definitions.removes(release) ? release.analysis : null;
  }

  private factsOf(key: string): FunctionFacts | null {
    const touched = this.functions.get(key);
    if (touched) return touched.entry([]).facts;
    const release = this.release(key);
    return release && !this.definitions.removes(release) ? release.facts : null;
  }

  private analysis(): TreeAnalysis {
    const functions = new Map<string, FunctionAnalysis>();
    const entries = new Map<string, FunctionEntry>();
    for (const item of this.known.parts) {
      if (this.results.has(item.key) || this.program.resolve(item.name, item.file)?.key !== item.key)
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

/** Whether hazards can follow from it, beside that it calls others. */
function takesPart({ summary, record }: FunctionAnalysis): boolean {
  return (
    record.meetings.length > 0 ||
    record.contexts.length > 0 ||
    record.confirmed.length > 0 ||
    summary.pending.length > 0 ||
    summary.updates.length > 0
  );
}

function differences(a: ReadonlySet<string> = new Set(), b: ReadonlySet<string> = new Set()): string[] {
  return [...[...a].filter((item) => !b.has(item)), ...[...b].filter((item) => !a.has(item))];
}
