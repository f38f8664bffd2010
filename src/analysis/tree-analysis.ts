import { append } from './append.js';
import { affectedFunctions } from './affected.js';
import { CallGraph, calleesFirst, positionsIn } from './call-graph.js';
import type { ChangedDefinitions } from './changed-definitions.js';
import { concernsFolios } from './concern.js';
import { Confirmations } from './confirmations.js';
import { analysisText, summaryText } from './analysis-text.js';
import { mentionedFunctions } from './evidence.js';
import { Execution, type FunctionAnalysis } from './execution.js';
import type { KeptTree } from './kept/kept-tree.js';
import { orderWithChanges, type Order } from './kept-order.js';
import { calleesOf } from './order.js';
import { asksForCallers } from './part.js';
import { pendingNews } from './pending-news.js';
import type { FunctionEntry, Program } from './program.js';
import { Relocation, type LineMap } from './relocation.js';
import type { Summary } from './summary.js';
import { isSameForFolios, isWithoutEffect, type IsWithoutEffect } from './unnoticed.js';

/** The analysis of a tree. */
export interface TreeAnalysis {
  readonly program: Program;
  /** What was found out about functions, by key: at least about those that have a part in hazards. */
  readonly functions: ReadonlyMap<string, FunctionAnalysis>;
  readonly entries: ReadonlyMap<string, FunctionEntry>;
  /** Number of all functions that matter. */
  readonly analysed: number;
}

/** One that was made by what differs from a kept tree. */
export interface RenewedAnalysis extends TreeAnalysis {
  /** What came out otherwise than in the kept tree, by number of the function. */
  readonly renewed: ReadonlyMap<number, FunctionAnalysis | null>;
  /**
   * Of the functions whose contracts were trusted those of which callers would learn something else than in the kept
   * tree. Where there are some, the analysis was given up: what their callers are told is wrong.
   */
  readonly outgrown: ReadonlySet<string>;
  /** Functions that were not asked for the conditions of meetings in their callees, which others had confirmed. */
  readonly unasked: Unasked;
}

/** By number of a function, the numbers of those of its callees that have such meetings. */
export type Unasked = ReadonlyMap<number, ReadonlySet<number>>;

/** What is analysed: a kept tree, and how another one differs from it. */
export interface ChangedTree {
  readonly kept: KeptTree;
  /** The kept tree as a program, and what is known of it otherwise than it was kept: contracts may be distrusted. */
  readonly before: Program;
  readonly renewed: ReadonlyMap<number, FunctionAnalysis | null>;
  readonly unasked: Unasked;
  readonly definitions: ChangedDefinitions;
  readonly program: Program;
  /** Where lines of the kept tree are now. */
  readonly lines: LineMap;
  /** Changed functions whose contracts are trusted as long as their bodies say the same. */
  readonly trusted: ReadonlySet<string>;
}

/** Which functions an analysis is wanted of: those that have a part in hazards, or all. */
export type Extent = 'parts' | 'all';

/** An analysis with what is needed to keep it. */
export interface WholeAnalysis extends RenewedAnalysis {
  /** The functions by number. */
  readonly all: readonly FunctionEntry[];
  readonly graph: CallGraph;
  readonly order: Uint32Array;
}

/** Told how far it has come: functions gone through, of all. */
export type TreeProgress = (done: number, all: number) => void;

/** Times that functions which call each other in a circle are done again. */
const ROUNDS = 2;

/**
 * Analyses a tree by what differs from a kept one: the functions that changed, or whose text means something else, and
 * then whoever calls one of which something else was found out. On an empty tree that is all of them.
 */
export function analyseTree(
  tree: ChangedTree,
  extent: Extent = 'parts',
  progress: TreeProgress = () => undefined,
): RenewedAnalysis {
  return new ChangeAnalysis(tree, extent, progress).run(extent);
}

/** The same, for a tree that is to be kept. */
export function analyseWhole(tree: ChangedTree, progress: TreeProgress = () => undefined): WholeAnalysis {
  return new ChangeAnalysis(tree, 'all', progress).whole();
}

class ChangeAnalysis {
  private readonly tree: ChangedTree;
  private readonly progress: TreeProgress;
  private readonly relocation: Relocation;
  /** Functions of files that differ, by key. */
  private readonly numbers = new Map<string, number>();
  private readonly added: FunctionEntry[] = [];
  private readonly replaced = new Map<number, FunctionEntry | null>();
  /** Functions whose own text is another. */
  private readonly rewritten = new Set<number>();
  private readonly newCallees = new Map<number, readonly number[]>();
  private readonly newCallers = new Map<number, number[]>();
  private readonly results = new Map<number, FunctionAnalysis | null>();
  private order: Order = { functions: new Uint32Array(0), positions: new Int32Array(0) };
  private readonly relocated = new Map<number, FunctionAnalysis | null>();
  private readonly outgrown = new Set<string>();
  private readonly unasked = new Map<number, Set<number>>();
  private readonly confirmations = new Confirmations();
  /** Functions that nobody looked at before, and would not now but for the conditions of meetings in their callees. */
  private readonly lookedAtToAsk = new Set<number>();
  /** Times that a function was asked. */
  private readonly asked = new Map<number, number>();
  /** Is a function asked even for the conditions of meetings that are confirmed? What is kept says so of each. */
  private readonly asksAll: boolean;
  /** What came later in a circle and was left out. */
  private leftOut = false;

  constructor(tree: ChangedTree, extent: Extent, progress: TreeProgress) {
    this.tree = tree;
    this.asksAll = extent === 'all';
    this.progress = progress;
    this.relocation = new Relocation(tree.lines, tree.definitions.changed);
  }

  run(extent: Extent): RenewedAnalysis {
    this.analyse(extent);
    const { outgrown, unasked } = this;
    const functions = new Map<string, FunctionAnalysis>();
    const entries = new Map<string, FunctionEntry>();
    if (outgrown.size > 0) {
      const { program } = this.tree;
      return { program, functions, entries, analysed: 0, renewed: new Map(), outgrown, unasked };
    }
    const put = (number: number, analysis: FunctionAnalysis | null): void => {
      const entry = this.entry(number);
      if (!entry || !analysis) return;
      functions.set(entry.key, analysis);
      entries.set(entry.key, entry);
    };
    const { kept, program } = this.tree;
    const old = extent === 'all' ? Array.from({ length: kept.size }, (_, number) => number) : kept.parts;
    const wanted = new Set([...old, ...this.tree.renewed.keys(), ...this.results.keys()]);
    for (const number of [...wanted].sort((a, b) => a - b)) {
      const made = this.results.get(number);
      put(number, made === undefined ? this.base(number) : made);
    }
    const renewed = new Map([...this.results].filter(([number, made]) => made !== this.base(number)));
    return { program, functions, entries, analysed: this.analysed(), renewed, outgrown, unasked };
  }

  /** How many functions matter now. */
  private analysed(): number {
    const { kept, renewed } = this.tree;
    const matters = (number: number): number => (kept.entry(number).cells ? 1 : 0);
    let { analysed } = kept;
    for (const [number, made] of renewed) analysed += (made ? 1 : 0) - matters(number);
    const before = (number: number): number =>
      number >= kept.size ? 0 : renewed.has(number) ? (renewed.get(number) ? 1 : 0) : matters(number);
    for (const [number, made] of this.results) analysed += (made ? 1 : 0) - before(number);
    for (const [number, entry] of this.replaced) if (!entry) analysed -= before(number);
    return analysed;
  }

  whole(): WholeAnalysis {
    const analysis = this.run('all');
    const numbers = this.inOrderOfFiles();
    const places = new Map(numbers.map((number, place) => [number, place]));
    const graph = CallGraph.of(
      numbers.map((number) => [...this.callees(number)].flatMap((callee) => places.get(callee) ?? [])),
    );
    const order = calleesFirst(numbers.length, numbers.keys(), (place) => graph.callees(place));
    return {
      ...analysis,
      all: numbers.map((number) => this.entry(number)!),
      graph,
      order,
    };
  }

  /** The numbers of all functions, as a tree has them of which nothing was kept. */
  private inOrderOfFiles(): number[] {
    const { kept, definitions } = this.tree;
    const paths = new Set([...kept.paths(), ...definitions.changed]);
    return [...paths].sort().flatMap((path) => {
      if (definitions.changed.has(path))
        return definitions.functionsIn(path).map((entry) => this.numberOf(entry));
      const [first, count] = kept.range(path);
      return Array.from({ length: count }, (_, index) => first + index);
    });
  }

  private analyse(extent: Extent): void {
    const pending = new Set(this.takeChanges());
    this.order = this.sort(extent);
    this.takeUnasked();
    // In a circle the callee comes later; who calls one that has changed is done without it first.
    for (const number of this.rewritten) {
      if (!this.base(number)) continue;
      for (const caller of this.callers(number)) if (this.isBehind(number, caller)) pending.add(caller);
    }
    let round = pending;
    for (let count = 0; count <= ROUNDS && round.size > 0; count++) {
      const again = this.goThrough(round, count);
      round = this.askCallers(count < ROUNDS ? again : new Set());
    }
    if (this.outgrown.size > 0) return;
    for (const [number, made] of this.results) {
      const base = this.base(number);
      if (base && made && made !== base && analysisText(base) === analysisText(made))
        this.results.set(number, base);
    }
  }

  /** Finds what differs; the numbers of the functions that are done anew. */
  private takeChanges(): ReadonlySet<number> {
    const { kept, before, definitions, program } = this.tree;
    for (const path of definitions.changed) {
      const [first, count] = kept.range(path);
      for (let number = first; number < first + count; number++) this.replaced.set(number, null);
    }
    for (const entry of definitions.changedFunctions()) {
      const known = kept.own(entry.facts.name, entry.file);
      if (!known) this.outgrow(entry.facts.name);
      const number = known?.number ?? kept.size + this.added.length;
      if (known) this.replaced.set(number, entry);
      else this.added.push(entry);
      this.numbers.set(entry.key, number);
      if (!definitions.isKept(entry)) this.rewritten.add(number);
    }
    for (const [number, entry] of this.replaced) {
      if (!entry) this.outgrow(kept.entry(number).facts.name);
    }
    const unnoticed = this.unnoticed();
    for (const number of unnoticed) this.rewritten.delete(number);
    const anew = new Set(this.rewritten);
    for (const number of affectedFunctions(kept, before, program, definitions)) {
      if (this.entry(number)) anew.add(number);
    }
    // Whom an unnoticed change calls may turn out otherwise, too.
    for (const number of [...anew, ...unnoticed]) {
      const callees = [...calleesOf(this.entry(number)!, program)].map((callee) => this.numberOf(callee));
      this.newCallees.set(number, callees);
      for (const callee of callees) {
        append(this.newCallers, callee, number);
      }
    }
    return anew;
  }

  /** Of the functions whose text is another those that are the same for whoever follows folios through them. */
  private unnoticed(): number[] {
    const { kept, before, program, lines } = this.tree;
    return [...this.rewritten].filter((number) => {
      if (number >= kept.size) return false;
      const then = kept.entry(number);
      const now = this.replaced.get(number);
      return (
        now &&
        isSameForFolios(
          then.facts,
          now.facts,
          then.file,
          lines,
          this.withoutEffect(before, then.file),
          this.withoutEffect(program, then.file),
        )
      );
    });
  }

  /** Tells of calls in a file, in the tree of a program, whether they have an effect. */
  private withoutEffect(program: Program, file: string): IsWithoutEffect {
    return (name) => {
      const target = program.resolve(name, file);
      const number = target ? this.numberOf(target) : null;
      const isNew =
        number !== null && (number < 0 || number >= this.tree.kept.size || this.rewritten.has(number));
      if (isNew) return false;
      const callee = number === null ? null : this.base(number);
      return isWithoutEffect(name, program.model, program.contract(name) !== null, callee);
    };
  }

  /** Puts callees before callers; as in a tree of which nothing was kept, where all of it is asked for. */
  private sort(extent: Extent): Order {
    const { kept } = this.tree;
    const size = kept.size + this.added.length;
    const known = extent === 'parts' ? orderWithChanges(kept, this.newCallees, this.added.length) : null;
    if (known) return known;
    const functions = this.callsAsBefore() ? kept.order : this.orderNow(size);
    return { functions, positions: positionsIn(functions, size) };
  }

  private orderNow(size: number): Uint32Array {
    const { graph } = this.tree.kept;
    const callees = (number: number): ArrayLike<number> =>
      this.newCallees.get(number) ?? graph.callees(number);
    return calleesFirst(size, this.roots(), callees);
  }

  private callsAsBefore(): boolean {
    const { kept } = this.tree;
    if (this.added.length > 0) return false;
    return [...this.newCallees].every(([number, now]) => {
      const then = kept.callees(number);
      return then.length === now.length && now.every((callee, index) => callee === then[index]);
    });
  }

  private *roots(): Iterable<number> {
    const { kept } = this.tree;
    for (let number = 0; number < kept.size + this.added.length; number++) {
      if (this.replaced.get(number) !== null) yield number;
    }
  }

  /**
   * Does functions again, callees first, and whoever calls one that comes out otherwise.
   *
   * @returns those that have to be done once more, because a callee that comes later has changed
   */
  private goThrough(pending: ReadonlySet<number>, round: number): Set<number> {
    const { functions, positions } = this.order;
    const marked = new Uint8Array(functions.length);
    const again = new Set<number>();
    for (const number of pending) marked[positions[number]!] = 1;
    let told = -100;
    for (
      let position = this.nextToDo(marked, 0);
      position < functions.length && !this.isGivenUp();
      position = this.nextToDo(marked, position + 1)
    ) {
      if (position >= told + 100 && round === 0) {
        told = position;
        this.progress(position, functions.length);
      }
      const number = functions[position]!;
      const entry = this.entry(number);
      if (!entry || (this.outgrown.size > 0 && !this.rewritten.has(number))) continue;
      for (const caller of this.redo(number, entry, round)) {
        if (this.isBehind(number, caller)) again.add(caller);
        else marked[positions[caller]!] = 1;
      }
      if (this.leftOut) again.add(number);
    }
    if (round === 0) this.progress(functions.length, functions.length);
    return again;
  }

  /** The next position at which a function is marked, or is to be asked: of a whole tree few are. */
  private nextToDo(marked: Uint8Array, from: number): number {
    const { positions } = this.order;
    let next = marked.indexOf(1, from);
    if (next < 0) next = marked.length;
    for (const number of this.unasked.keys()) {
      const position = positions[number]!;
      if (position >= from && position < next && this.isToAsk(number)) next = position;
    }
    return next;
  }

  /**
   * Does a function again.
   *
   * @returns its callers that learn something else
   */
  private redo(number: number, entry: FunctionEntry, round: number): readonly number[] {
    const before = this.known(number);
    const made = this.perform(number, entry, round);
    this.unasked.delete(number);
    this.results.set(number, made);
    if (isEqual(before, made)) {
      if (before) this.results.set(number, before);
      return [];
    }
    this.confirmations.note(number, before, made);
    if (before && made && tellsTheSame(before, made) && asksForCallers(before) === asksForCallers(made)) {
      // What differs is of no caller's business; who they are may matter to it.
      this.results.set(number, { summary: before.summary, record: made.record });
      return [];
    }
    this.judgeContract(entry.facts.name, this.base(number), made);
    const callers = [...this.callers(number)];
    if (this.onlyAsks(number, entry, before, made)) {
      for (const caller of callers) {
        const callees = this.unasked.get(caller) ?? new Set();
        this.unasked.set(caller, callees.add(number));
      }
      return [];
    }
    const tells = before !== null || (made !== null && tellsSomething(made.summary));
    return tells ? callers : callers.filter((caller) => !this.isBehind(number, caller));
  }

  /** Is all that callers would learn anew of a function what they are asked about meetings? */
  private onlyAsks(
    number: number,
    entry: FunctionEntry,
    before: FunctionAnalysis | null,
    made: FunctionAnalysis | null,
  ): boolean {
    if (this.asksAll || !made || !pendingNews(before, made)) return false;
    if (before) return true;
    if (this.rewritten.has(number)) return false;
    const concerned = this.concerns(number, entry, (callee) => {
      const summary = this.lookedAtToAsk.has(callee) ? null : this.known(callee)?.summary;
      return summary ? { ...summary, pending: [] } : null;
    });
    if (!concerned) this.lookedAtToAsk.add(number);
    return !concerned;
  }

  /** What is known of a function now. */
  private known(number: number): FunctionAnalysis | null {
    const made = this.results.get(number);
    return made === undefined ? this.base(number) : made;
  }

  /** Has each of the contracts that are trusted turned out to be outgrown? There is nothing else to find out then. */
  private isGivenUp(): boolean {
    return this.outgrown.size > 0 && this.outgrown.size === this.tree.trusted.size;
  }

  /** What the analysis that this one is held against did not ask for, and what it has confirmed. */
  private takeUnasked(): void {
    for (const number of this.tree.renewed.keys()) this.confirmations.note(number, null, this.base(number));
    for (const [caller, callees] of this.tree.unasked) {
      if (this.entry(caller)) this.unasked.set(caller, new Set(callees));
    }
  }

  /**
   * Asks callers for the conditions of meetings in their callees, those with the fewest callees first, as long as there
   * is one that nobody confirms: that it can be is all that is wanted to be known of a meeting.
   *
   * @param again those that are done once more anyway
   * @returns these, and those that have to be done once more because something else came out
   */
  private askCallers(again: ReadonlySet<number>): Set<number> {
    const more = new Set(again);
    while (this.outgrown.size === 0) {
      let next = -1;
      for (const caller of this.unasked.keys()) {
        if (more.has(caller) || (this.asked.get(caller) ?? 0) > ROUNDS) continue;
        if (next >= 0 && this.callees(caller).length >= this.callees(next).length) continue;
        if (this.isToAsk(caller)) next = caller;
      }
      if (next < 0) break;
      const entry = this.entry(next);
      this.asked.set(next, (this.asked.get(next) ?? 0) + 1);
      if (!entry) this.unasked.delete(next);
      else for (const caller of this.redo(next, entry, 1)) more.add(caller);
    }
    return more;
  }

  /** Has a function callees with a meeting that nobody has confirmed, for the conditions of which it was not asked? */
  private isToAsk(number: number): boolean {
    for (const callee of this.unasked.get(number) ?? []) if (!this.isConfirmed(callee)) return true;
    return false;
  }

  /** Does somebody confirm each meeting that callers of a function were not asked about in the kept tree? */
  private isConfirmed(number: number): boolean {
    const found = this.known(number);
    return !found || this.confirmations.haveAll(found, () => this.kept(number));
  }

  private judgeContract(name: string, before: FunctionAnalysis | null, made: FunctionAnalysis | null): void {
    if (this.tree.trusted.has(name) && !tellsTheSame(before, made)) this.outgrow(name);
  }

  private outgrow(name: string): void {
    if (this.tree.trusted.has(name)) this.outgrown.add(name);
  }

  /** Does the caller come before the function? */
  private isBehind(number: number, caller: number): boolean {
    const { positions } = this.order;
    return positions[number]! >= positions[caller]!;
  }

  private perform(number: number, entry: FunctionEntry, round: number): FunctionAnalysis | null {
    this.leftOut = false;
    const made = this.execute(number, entry, (callee) => this.summary(callee, number, round, false));
    if (round > 0 || isEqual(this.base(number), made)) return made;
    // In a circle a callee may still say what it had from here before the change.
    this.leftOut = [...this.callees(number)].some(
      (callee) => this.summary(callee, number, round, false) !== this.summary(callee, number, round, true),
    );
    if (!this.leftOut) return made;
    return this.execute(number, entry, (callee) => this.summary(callee, number, round, true));
  }

  private execute(
    number: number,
    entry: FunctionEntry,
    summaryOf: (callee: number) => Summary | null,
  ): FunctionAnalysis | null {
    if (!this.results.get(number) && !this.concerns(number, entry, summaryOf)) return null;
    return new Execution(this.tree.program, entry, (callee) => this.summaryOf(callee, summaryOf)).run();
  }

  private concerns(
    number: number,
    entry: FunctionEntry,
    summaryOf: (callee: number) => Summary | null,
  ): boolean {
    const callees = [...this.callees(number)].flatMap((callee) => this.entry(callee) ?? []);
    return concernsFolios(entry, this.tree.program, callees, (callee) => this.summaryOf(callee, summaryOf));
  }

  private summaryOf(callee: FunctionEntry, summaryOf: (callee: number) => Summary | null): Summary | null {
    const known = this.numberOf(callee);
    return known < 0 ? null : summaryOf(known);
  }

  /**
   * What callers learn of a function.
   *
   * @param strict leave out what was known of one that comes later and mentions who asks
   */
  private summary(callee: number, asker: number, round: number, strict: boolean): Summary | null {
    const made = this.results.get(callee);
    if (made !== undefined) return made?.summary ?? null;
    if (callee === asker) return null;
    const base = this.base(callee);
    if (!base) return null;
    if (round === 0 && this.isBehind(callee, asker)) {
      // One that has changed itself is not known yet.
      if (this.rewritten.has(callee)) return null;
      if (strict && mentionedFunctions(base).has(this.entry(asker)!.facts.name)) return null;
    }
    return base.summary;
  }

  /** What is known of a function of the kept tree, with the lines that it has now. */
  private base(number: number): FunctionAnalysis | null {
    const { kept } = this.tree;
    if (number >= kept.size) return null;
    let analysis = this.relocated.get(number);
    if (analysis === undefined) {
      const renewed = this.tree.renewed.get(number);
      analysis = renewed === undefined ? this.kept(number) : this.moved(number, renewed);
      this.relocated.set(number, analysis);
    }
    return analysis;
  }

  /** What was kept of a function. */
  private kept(number: number): FunctionAnalysis | null {
    const { kept } = this.tree;
    return number >= kept.size ? null : this.moved(number, kept.analysis(number));
  }

  private moved(number: number, known: FunctionAnalysis | null): FunctionAnalysis | null {
    return known && this.relocation.analysis(known, this.tree.kept.entry(number).file);
  }

  private entry(number: number): FunctionEntry | null {
    const { kept } = this.tree;
    if (number >= kept.size) return this.added[number - kept.size]!;
    const replaced = this.replaced.get(number);
    return replaced === undefined ? kept.entry(number) : replaced;
  }

  private numberOf(entry: FunctionEntry): number {
    return this.numbers.get(entry.key) ?? this.tree.kept.own(entry.facts.name, entry.file)?.number ?? -1;
  }

  private callees(number: number): ArrayLike<number> & Iterable<number> {
    return this.newCallees.get(number) ?? this.tree.kept.callees(number);
  }

  private *callers(number: number): Iterable<number> {
    const { kept } = this.tree;
    if (number < kept.size) {
      for (const caller of kept.callers(number)) if (this.replaced.get(caller) !== null) yield caller;
    }
    yield* this.newCallers.get(number) ?? [];
  }
}

function isEqual(a: FunctionAnalysis | null, b: FunctionAnalysis | null): boolean {
  return a === b || (a !== null && b !== null && analysisText(a) === analysisText(b));
}

/** Do callers learn the same? */
function tellsTheSame(a: FunctionAnalysis | null, b: FunctionAnalysis | null): boolean {
  return a === b || (a !== null && b !== null && summaryText(a.summary) === summaryText(b.summary));
}

function tellsSomething(summary: Summary): boolean {
  return (
    summary.updates.length > 0 ||
    summary.pending.length > 0 ||
    summary.outcomes.some((outcome) => outcome.changes.length > 0)
  );
}
