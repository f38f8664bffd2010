import { callersOf, foliosPassedTo, type PassedFolio } from '../analysis/passing.js';
import type { Step } from '../analysis/origin.js';
import type { FunctionEntry, Program } from '../analysis/program.js';
import type { ContextKind } from '../analysis/recorder.js';
import type { TreeAnalysis } from '../analysis/tree-analysis.js';
import type { FactStore } from '../c/store.js';
import type { Ownership, Visibility } from '../folio/contract.js';
import type { RuleBook } from '../rules/load.js';
import type { Tree } from '../tree/tree.js';
import { explainEffects, type ExplainedEffect } from './explain-effects.js';
import { explainUpdates, type ExplainedUpdate } from './explain-updates.js';
import { functionsMeant } from './function-name.js';
import { onKeptTrees } from './kept-trees.js';
import { analyse, type AnalysisProgress } from './side.js';
import { conditionText } from './term-text.js';

/** What is known of one function. */
export interface Explanation {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly isStatic: boolean;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly returns: string;
  /** File and line of the contract that stands for the body, and its source; null where the body itself is followed. */
  readonly contract: { readonly place: string; readonly source: string } | null;
  readonly updates: readonly ExplainedUpdate[];
  /** The ways in which a call can end, and what it has done to folios then. */
  readonly effects: readonly ExplainedEffect[];
  /** Slots of operation tables that hold it: it is called through these, too. */
  readonly slots: readonly string[];
  /** All calls in the tree, by file and line. */
  readonly calls: readonly ExplainedCall[];
  /** Only a part of the paths through it was followed. */
  readonly truncated: boolean;
}

/** One call, and what it passes. */
export interface ExplainedCall {
  readonly caller: string;
  readonly file: string;
  readonly line: number;
  /** The function's name is an argument there: whoever gets it calls it. */
  readonly asArgument: boolean;
  /** One entry per folio and way; empty where the analysis did not get to the call, or no folio is passed. */
  readonly passes: readonly ExplainedPassing[];
}

/** How a folio stands that a call passes, and the steps that show it. */
export interface ExplainedPassing {
  readonly parameter: string;
  readonly passes: ContextKind;
  readonly ownership: Ownership | 'passed';
  readonly visible: readonly Visibility[];
  /** The folio lock: held, not held, as the caller has it, or null for not known. */
  readonly locked: boolean | 'passed' | null;
  /** What the caller has to be given for that, as code would test it. */
  readonly when: readonly string[];
  readonly steps: readonly Step[];
  /** What the caller was given itself, where it passes that on. */
  readonly given: readonly ExplainedCall[];
}

/**
 * Explains a function: what it updates, what it does to folios, and who calls it with what.
 *
 * @param name a function, or FILE:FUNCTION for one of several
 * @throws RectoError 'usage' when the tree has no such function, with names that are near
 */
export async function explainFunction(
  name: string,
  tree: Tree,
  rules: RuleBook,
  store: FactStore,
  progress: AnalysisProgress = () => undefined,
): Promise<readonly Explanation[]> {
  return onKeptTrees(async () => {
    const { program, analysis } = await analyse(tree, rules, new Set(), store, progress, 'all');
    return functionsMeant(name, program).map((entry) => explain(entry, analysis));
  });
}

function explain(entry: FunctionEntry, analysis: TreeAnalysis): Explanation {
  const { program, functions } = analysis;
  const { facts, file } = entry;
  const known = functions.get(entry.key) ?? null;
  const contract = program.contract(facts.name);
  return {
    function: facts.name,
    file,
    line: facts.line,
    isStatic: facts.isStatic,
    parameters: facts.parameters,
    returns: facts.returns,
    contract: contract && { place: contract.place, source: contract.source },
    updates: explainUpdates(entry, known, program),
    effects: explainEffects(entry, known?.summary ?? null, contract),
    slots: program.slotsHolding(entry).map(({ struct, field }) => `${struct}.${field}`),
    calls: explainCalls(entry, analysis),
    truncated: known?.summary.truncated ?? false,
  };
}

/** A folio, a page, or what a macro takes without saying so. */
function folioParameters({ facts }: FunctionEntry): number[] {
  return facts.parameters.flatMap(({ type }, index) =>
    /^struct (?:folio|page) \*$/.test(type) || (facts.kind === 'macro' && type === '') ? [index] : [],
  );
}

function explainCalls(entry: FunctionEntry, analysis: TreeAnalysis): ExplainedCall[] {
  const { program } = analysis;
  const passed = foliosPassedTo(entry, folioParameters(entry), analysis);
  const names = entry.facts.parameters.map((parameter) => parameter.name);
  return callSites(entry, program).map(({ caller, line, asArgument }) => ({
    caller: caller.facts.name,
    file: caller.file,
    line,
    asArgument,
    passes: passings(
      passed.filter(
        ({ call }) => call.callee === entry.key && call.caller === caller.key && call.line === line,
      ),
      passed,
      names,
      analysis,
      new Set([entry.key]),
    ),
  }));
}

interface CallSite {
  readonly caller: FunctionEntry;
  readonly line: number;
  readonly asArgument: boolean;
}

/** Where the text of the tree calls a function, or hands its name to others. */
function callSites(target: FunctionEntry, program: Program): CallSite[] {
  const { name } = target.facts;
  const sites = callersOf(target, program).flatMap((caller) =>
    caller.facts.nodes.flatMap(({ line, action }): CallSite[] => {
      if (action.do === 'iterate') return action.macro === name ? [{ caller, line, asArgument: false }] : [];
      if (action.do !== 'call') return [];
      if (action.callee === name) return [{ caller, line, asArgument: false }];
      const isArgument = action.arguments.some((item) => item.kind === 'name' && item.name === name);
      return isArgument ? [{ caller, line, asArgument: true }] : [];
    }),
  );
  return sites.sort((a, b) => compare(a.caller.file, b.caller.file) || a.line - b.line);
}

/** Paths that agree are one; folios that come the same way and can be seen in different places are, too. */
function passings(
  here: readonly PassedFolio[],
  all: readonly PassedFolio[],
  names: readonly string[],
  analysis: TreeAnalysis,
  above: ReadonlySet<string>,
): ExplainedPassing[] {
  const known = new Map<string, ExplainedPassing>();
  for (const { argument, call, origin, conditions } of here) {
    const { ownership, locked, steps } = origin;
    const ordered = steps.map((step) => `${step.file}:${step.line} ${step.says}`).sort();
    const key = JSON.stringify([argument, call.kind, ownership, ordered]);
    const when = conditionTexts(conditions, call.caller, analysis);
    const before = known.get(key);
    const visible = [...new Set([...(before?.visible ?? []), ...origin.visible])];
    if (before) {
      known.set(key, {
        ...before,
        visible,
        locked: before.locked === locked ? locked : null,
        when: before.when.filter((text) => when.includes(text)),
      });
      continue;
    }
    const given = call.kind === 'passed' ? givenTo(call.caller, argument, all, names, analysis, above) : [];
    const parameter = names[argument] ?? '';
    known.set(key, { parameter, passes: call.kind, ownership, visible, locked, when, steps, given });
  }
  return [...known.values()];
}

/** What the calls of a caller pass to it, as far as it gets to the function that is asked about. */
function givenTo(
  caller: string,
  argument: number,
  all: readonly PassedFolio[],
  names: readonly string[],
  analysis: TreeAnalysis,
  above: ReadonlySet<string>,
): ExplainedCall[] {
  if (above.has(caller)) return [];
  const sites = new Map<string, PassedFolio[]>();
  for (const folio of all) {
    if (folio.call.callee !== caller || folio.argument !== argument) continue;
    const key = `${folio.call.caller}:${folio.call.line}`;
    sites.set(key, [...(sites.get(key) ?? []), folio]);
  }
  return [...sites.values()]
    .map((folios): ExplainedCall => {
      const { call } = folios[0]!;
      return {
        caller: call.caller.slice(call.caller.lastIndexOf(':') + 1),
        file: call.file,
        line: call.line,
        asArgument: false,
        passes: passings(folios, all, names, analysis, new Set([...above, caller])),
      };
    })
    .sort((a, b) => compare(a.file, b.file) || a.line - b.line);
}

function conditionTexts(
  conditions: PassedFolio['conditions'],
  caller: string,
  { entries }: TreeAnalysis,
): string[] {
  const names = entries.get(caller)?.facts.parameters.map(({ name }) => name) ?? [];
  return conditions.flatMap((condition) => conditionText(condition, names) ?? []);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
