import type { FactNode } from '../c/facts.js';
import { append } from '../analysis/append.js';
import type { FunctionEntry } from '../analysis/definitions.js';
import type { FunctionAnalysis } from '../analysis/execution.js';
import { stateOf, type Frame } from '../analysis/frame.js';
import type { State } from '../analysis/state.js';
import { parameter } from '../analysis/term.js';
import type { Fragment } from './fragment.js';
import type { Informant, Inquiry } from './inquiry.js';
import { functionsNamed, temporaries } from './select.js';
import type { SnapshotFunction } from './snapshot.js';

/** Entries of a function, and analyses of each, that are remembered: a long series has some of each that others call. */
const REMEMBERED = 32;

/** What the analysis of a function found, as callers are to know it. */
export interface StagedAnalysis {
  readonly entry: StagedEntry;
  readonly analysis: FunctionAnalysis;
  /** What its callers learn of it. */
  readonly text: string;
  /** The functions that it names. */
  readonly named: ReadonlySet<string>;
  /** It is found at all stages that answer the same. */
  readonly inquiry: Inquiry;
}

/**
 * A function as some stages have it: what a series shows of it, and of the rest the calls that are asked for.
 */
export class StagedFunction {
  readonly file: string;
  readonly release: SnapshotFunction | null;
  readonly key: string;
  private readonly fragment: Fragment | null;
  private readonly covered: ReadonlySet<number>;
  private readonly renamed: ReadonlyMap<string, string>;
  private readonly entries = new Map<string, StagedEntry>();
  private readonly found = new Map<StagedEntry, StagedAnalysis[]>();

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

  /** What was found of the entry where the same was answered as here; null when it was not. */
  known(entry: StagedEntry, informant: Informant): StagedAnalysis | null {
    return this.found.get(entry)?.findLast(({ inquiry }) => inquiry.isAnsweredBy(informant)) ?? null;
  }

  remember(found: StagedAnalysis): void {
    append(this.found, found.entry, found);
    const all = this.found.get(found.entry)!;
    if (all.length > REMEMBERED) all.shift();
  }

  /** The function as a graph: the code that is shown, then the calls of `callees` outside of it. The same object each time. */
  entry(callees: readonly string[]): StagedEntry {
    const names = callees.join(',');
    let entry = this.entries.get(names);
    if (!entry) {
      this.entries.set(names, (entry = this.made(callees)));
      if (this.entries.size > REMEMBERED) this.forgetOldest();
    }
    return entry;
  }

  private forgetOldest(): void {
    const [oldest] = this.entries;
    if (!oldest) return;
    const [names, entry] = oldest;
    this.entries.delete(names);
    this.found.delete(entry);
  }

  private made(callees: readonly string[]): StagedEntry {
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
export interface StagedEntry extends FunctionEntry {
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
