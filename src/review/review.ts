import { compareHazards } from '../analysis/compare.js';
import type { FactStore } from '../c/store.js';
import { readTreeFacts } from '../c/tree-facts.js';
import { RectoError } from '../errors.js';
import type { Series } from '../mail/series.js';
import type { Base } from '../tree/base.js';
import type { RuleBook } from '../rules/load.js';
import type { Tree } from '../tree/tree.js';
import { applySeries, type AppliedPatch } from './applied.js';
import { changedFunctions } from './changed.js';
import { findingOf, type Finding } from './finding.js';
import { applicationNotes, meaningNotes } from './notes.js';
import { analyse, type AnalysisProgress } from './side.js';

/** What a review is about. */
export interface ReviewSubject {
  readonly series: Series;
  readonly tree: Tree;
  /** How the base was found; null for a plain folder. */
  readonly base: Base | null;
  /** What the reader should know about input and tree. */
  readonly notes: readonly string[];
}

/** One series against one tree. */
export interface Review {
  readonly series: Series;
  readonly tree: string;
  readonly base: Base | null;
  readonly patches: readonly AppliedPatch[];
  /** All that any patch introduces, in the order of patches; `resolvedBy` marks what a later one takes back. */
  readonly findings: readonly Finding[];
  /** Hazards of the tree before the series that are gone after it. */
  readonly resolved: readonly Finding[];
  readonly notes: readonly string[];
}

/**
 * Reviews a series: applies its patches one by one, analyses the tree before and after each, and reports the
 * hazards that appeared and those that went.
 *
 * @throws RectoError 'nothing-to-review' when no patch applies
 */
export async function reviewSeries(
  subject: ReviewSubject,
  rules: RuleBook,
  store: FactStore,
  progress: AnalysisProgress = () => undefined,
): Promise<Review> {
  const { series, tree } = subject;
  const patches = await applySeries(series.patches, tree);
  assertSomethingApplies(patches, tree);
  const distrusted = await functionsOf(patches, tree, store, progress);
  const findings: Finding[] = [];
  const gone = new Map<string, Finding | null>();
  /** Where in `findings`, or null for what no check makes a finding. */
  const open = new Map<string, number | null>();
  let before = await analyse(tree, rules, distrusted, store, progress);
  for (const { patch, status, files, tree: after } of patches) {
    if (status === 'failed' || status === 'already') continue;
    const side = await analyse(after, rules, distrusted, store, progress);
    const difference = compareHazards(
      before,
      side,
      files.map((file) => file.path),
    );
    rename(open, difference.renamed);
    rename(gone, difference.renamed);
    for (const { hazard, because } of difference.introduced) {
      const finding = findingOf(hazard, because, patch.number, { tree: side, rules });
      open.set(hazard.key, finding && findings.push(finding) - 1);
      // What an earlier patch of the series took away is back.
      gone.delete(hazard.key);
    }
    for (const hazard of difference.resolved) {
      const at = open.get(hazard.key);
      if (at === undefined) {
        gone.set(hazard.key, findingOf(hazard, null, patch.number, { tree: before, rules }));
      } else if (at !== null) findings[at] = { ...findings[at]!, resolvedBy: patch.number };
      open.delete(hazard.key);
    }
    before = side;
  }
  const notes = [
    ...subject.notes,
    ...series.notes,
    ...applicationNotes(patches),
    ...meaningNotes(patches, distrusted, rules),
  ];
  return {
    series,
    tree: tree.name,
    base: subject.base,
    patches,
    findings,
    resolved: [...gone.values()].filter((finding) => finding !== null),
    notes,
  };
}

/** Hazards are known by the names of functions: a patch that renames one renames them. */
function rename<T>(hazards: Map<string, T>, renamed: ReadonlyMap<string, string>): void {
  if (renamed.size === 0) return;
  for (const [key, value] of [...hazards]) {
    const [where = '', updater = '', ...rest] = key.split('|');
    const name = [renamed.get(where) ?? where, renamed.get(updater) ?? updater, ...rest].join('|');
    if (name === key) continue;
    hazards.delete(key);
    hazards.set(name, value);
  }
}

function assertSomethingApplies(patches: readonly AppliedPatch[], tree: Tree): void {
  if (patches.some(({ status }) => status !== 'failed')) return;
  const reasons = applicationNotes(patches);
  throw new RectoError(
    'nothing-to-review',
    [
      `no patch applies to ${tree.name}, so nothing was reviewed:`,
      ...reasons.map((reason) => `  ${reason}`),
      'Name the commit that the series is based on with --base, or another tree with --tree.',
    ].join('\n'),
  );
}

/** Names of the functions that some patch changes, adds or removes. */
async function functionsOf(
  patches: readonly AppliedPatch[],
  tree: Tree,
  store: FactStore,
  progress: AnalysisProgress,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  let before = await readTreeFacts(tree, store, (done, all) => progress('reading source files', done, all));
  for (const { files, tree: after } of patches) {
    const facts = await readTreeFacts(after, store);
    for (const { path } of files) {
      for (const name of changedFunctions(before.get(path), facts.get(path))) changed.add(name);
    }
    before = facts;
  }
  return changed;
}
