import type { FunctionAnalysis } from './execution.js';
import type { FunctionEntry, Program } from './program.js';
import type { TreeAnalysis } from './tree-analysis.js';

/** Takes over what is the same in a tree analysed before: functions whose text and whose callees did not change. */
export class Reuse {
  private readonly program: Program;
  private readonly previous: TreeAnalysis;
  private readonly functions: ReadonlyMap<string, FunctionAnalysis>;
  /** Names whose meaning differs between the two trees apart from bodies: accessors, contracts. */
  private readonly changedNames: ReadonlySet<string>;
  /** Types or constants changed, or tables differ: everything is done anew. */
  private readonly nothing: boolean;

  constructor(program: Program, previous: TreeAnalysis, functions: ReadonlyMap<string, FunctionAnalysis>) {
    this.program = program;
    this.previous = previous;
    this.functions = functions;
    this.changedNames = changedNames(program, previous.program);
    this.nothing = !program.extendsTypesOf(previous.program);
  }

  /** The analysis to take over: null when the function did not matter then and cannot now, undefined to do it anew. */
  of(entry: FunctionEntry, callees: ReadonlySet<FunctionEntry>): FunctionAnalysis | null | undefined {
    if (this.nothing) return undefined;
    const before = this.previous.program.resolve(entry.facts.name, entry.file);
    if (before?.key !== entry.key || before.facts !== entry.facts) return undefined;
    for (const { action } of entry.facts.nodes) {
      if (action.do === 'call' && typeof action.callee === 'string' && this.changedNames.has(action.callee)) {
        return undefined;
      }
      if (action.do === 'call' && typeof action.callee === 'string') {
        const then = this.previous.program.resolve(action.callee, entry.file);
        const now = this.program.resolve(action.callee, entry.file);
        if (then?.key !== now?.key) return undefined;
      }
    }
    for (const callee of callees) {
      // In a circle of calls the callee comes later; should it have changed, this one is done again then.
      if (!this.functions.has(callee.key) && this.isUnchanged(callee)) continue;
      if (this.functions.get(callee.key) !== this.previous.functions.get(callee.key)) return undefined;
    }
    return this.previous.functions.get(entry.key) ?? null;
  }

  private isUnchanged(entry: FunctionEntry): boolean {
    return this.previous.program.resolve(entry.facts.name, entry.file)?.facts === entry.facts;
  }

  /** The old analysis when the new one says the same: then callers need not be done anew. */
  same(entry: FunctionEntry, analysis: FunctionAnalysis): FunctionAnalysis | null {
    const before = this.previous.functions.get(entry.key);
    if (!before) return null;
    return analysisText(before) === analysisText(analysis) ? before : null;
  }
}

const texts = new WeakMap<FunctionAnalysis, string>();

/** An analysis as text: equal texts say the same, down to the lines. */
export function analysisText(analysis: FunctionAnalysis): string {
  let text = texts.get(analysis);
  if (text === undefined) {
    text = JSON.stringify([analysis.summary, analysis.record], (_key, value: unknown) => {
      if (value instanceof Set) return [...value];
      if (typeof value === 'object' && value !== null && 'symbolic' in value && 'id' in value)
        return `#${String(value.id)}`;
      return value;
    });
    texts.set(analysis, text);
  }
  return text;
}

function changedNames(after: Program, before: Program): ReadonlySet<string> {
  const changed = new Set<string>();
  const { accessors: now } = after.model;
  const { accessors: then } = before.model;
  for (const name of new Set([...now.keys(), ...then.keys()])) {
    const a = now.get(name);
    const b = then.get(name);
    if (
      !a ||
      !b ||
      a.atomic !== b.atomic ||
      a.word !== b.word ||
      a.operation !== b.operation ||
      a.flag !== b.flag
    ) {
      changed.add(name);
    }
  }
  for (const name of [...after.model.pageTypeAccessors, ...before.model.pageTypeAccessors]) {
    if (after.model.pageTypeAccessors.has(name) !== before.model.pageTypeAccessors.has(name))
      changed.add(name);
  }
  for (const name of after.contractDifference(before)) changed.add(name);
  return changed;
}
