import type { ContextKind } from '../analysis/recorder.js';
import type { FactStore } from '../c/store.js';
import type { RuleBook } from '../rules/load.js';
import type { Tree } from '../tree/tree.js';
import { findingOf, type Finding } from './finding.js';
import { onKeptTrees } from './kept-trees.js';
import { contradictionNotes } from './notes.js';
import { analyse, type AnalysedTree, type AnalysisProgress } from './side.js';

/** What is in a tree today, whoever brought it in. */
export interface Audit {
  readonly tree: string;
  /** Sorted by place. Their `patch` and `because` mean nothing. */
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
  readonly notes: readonly string[];
}

/** How much the analysis saw: what it did not see, it could not report. */
export interface Coverage {
  readonly functions: number;
  /** Calls that hand a folio to a function which updates it non-atomically, by what they hand over. */
  readonly contexts: Readonly<Record<ContextKind, number>>;
  /** Those of which nothing is known. */
  readonly unknown: readonly UnknownContext[];
  /** Functions of which only a part of the paths was followed. */
  readonly truncated: readonly string[];
}

/** A call that hands over a folio of which nothing is known. */
export interface UnknownContext {
  readonly caller: string;
  readonly file: string;
  readonly line: number;
  readonly callee: string;
  readonly update: string;
}

/** Finds the non-atomic flag updates of a tree that meet folios others can see. */
export async function auditTree(
  tree: Tree & { notes?(): Promise<readonly string[]> },
  rules: RuleBook,
  store: FactStore,
  progress: AnalysisProgress = () => undefined,
): Promise<Audit> {
  return onKeptTrees(() => auditNow(tree, rules, store, progress));
}

async function auditNow(
  tree: Tree & { notes?(): Promise<readonly string[]> },
  rules: RuleBook,
  store: FactStore,
  progress: AnalysisProgress,
): Promise<Audit> {
  const analysed = await analyse(tree, rules, new Set(), store, progress);
  const findings = [...analysed.report.hazards.values()]
    .map((hazard) => findingOf(hazard, null, 0, { tree: analysed, rules }))
    .filter((finding) => finding !== null)
    .sort((a, b) => byPlace(a.origins[0] ?? a, b.origins[0] ?? b));
  const notes = [...((await tree.notes?.()) ?? []), ...contradictionNotes(analysed.analysis)];
  return { tree: tree.name, findings, coverage: coverageOf(analysed), notes };
}

/** Counts what the analysis of a tree saw and what it did not. */
export function coverageOf({ analysis, report }: AnalysedTree): Coverage {
  const contexts: Record<ContextKind, number> = { owned: 0, visible: 0, passed: 0, unknown: 0 };
  for (const { kind } of report.contexts) contexts[kind]++;
  return {
    functions: analysis.analysed,
    contexts,
    unknown: report.unknownContexts
      .map(({ caller, callee, file, line, update }) => ({
        caller: nameOf(caller),
        file,
        line,
        callee: nameOf(callee),
        update: update.text,
      }))
      .sort(byPlace),
    truncated: [...analysis.functions]
      .filter(([, { summary }]) => summary.truncated)
      .map(([key]) => key)
      .sort(),
  };
}

interface Place {
  readonly file: string;
  readonly line: number;
}

function byPlace(a: Place, b: Place): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line;
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
