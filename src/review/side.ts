import { ChangedDefinitions } from '../analysis/changed-definitions.js';
import { findHazards, type HazardReport } from '../analysis/hazards.js';
import type { KeptTree } from '../analysis/kept/kept-tree.js';
import { Program } from '../analysis/program.js';
import type { LineMap } from '../analysis/relocation.js';
import { analyseTree, type Extent, type RenewedAnalysis } from '../analysis/tree-analysis.js';
import type { FileFacts, FunctionFacts } from '../c/facts.js';
import type { FactStore } from '../c/store.js';
import { concernedFiles, readFileFacts } from '../c/tree-facts.js';
import type { RuleData } from '../folio/contract.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../folio/header.js';
import type { FlagModel } from '../folio/model.js';
import { isSource } from '../tree/blob.js';
import type { Tree } from '../tree/tree.js';
import { readChangedFile, type LineOf } from './changed-file.js';
import { keptTree } from './kept-trees.js';
import { kernelVersion } from './kernel-version.js';
import { emptyTree } from './tree-to-keep.js';

/** A tree, analysed. */
export interface AnalysedTree {
  readonly program: Program;
  readonly analysis: RenewedAnalysis;
  readonly report: HazardReport;
}

/** Where the work of an analysis has come to. */
export type AnalysisProgress = (what: string, done: number, all: number) => void;

/**
 * Analyses a tree: what lies on the one at the bottom is held against what was kept of that.
 *
 * @param distrusted functions whose contracts are derived again from their bodies
 * @param trusted changed functions whose contracts hold as long as their bodies say the same; where one has outgrown
 * its contract, the analysis is given up
 * @throws RectoError 'not-a-kernel-tree' when its page-flags.h is missing or makes no sense
 */
export async function analyse(
  tree: Tree,
  rules: RuleData,
  distrusted: ReadonlySet<string>,
  store: FactStore,
  progress: AnalysisProgress = () => undefined,
  extent: Extent = 'parts',
  trusted: ReadonlySet<string> = new Set(),
): Promise<AnalysedTree> {
  const { bottom, changes } = flatten(tree);
  const kept = await keptTree(bottom, rules, store, progress);
  const derived = withContract(distrusted, rules);
  const key = [...derived].sort().join('\0');
  // A base is another object in each review.
  const place = changes.size === 0 ? kept : tree;
  const known = analysed.get(place);
  const isKnown =
    known?.kept === kept &&
    known.rules === rules &&
    known.key === key &&
    known.extent === extent &&
    [...trusted].every((name) => known.trusted.has(name));
  if (isKnown) return known.found;
  // With distrusted contracts the tree at the bottom is another one already: the stages of a series share that.
  const below =
    derived.size > 0 && tree !== bottom && kept.model
      ? await analyse(bottom, rules, derived, store, progress, extent)
      : null;
  const contracts = { distrusted: derived, trusted };
  const found = await analyseOn(
    kept,
    bottom,
    below,
    tree,
    changes,
    rules,
    contracts,
    store,
    progress,
    extent,
  );
  if (found.analysis.outgrown.size === 0) analysed.set(place, { kept, rules, key, trusted, extent, found });
  return found;
}

/**
 * Of the functions that a series changes those whose contracts are derived again from their bodies: something else
 * comes out of the body than before. A contract that a change has nothing to do with stays.
 *
 * @param trees the stages of the series
 * @param changed names of the functions that it changes
 */
export async function outgrownContracts(
  trees: readonly Tree[],
  changed: ReadonlySet<string>,
  rules: RuleData,
  store: FactStore,
  progress: AnalysisProgress = () => undefined,
): Promise<ReadonlySet<string>> {
  const candidates = withContract(changed, rules);
  let outgrown: ReadonlySet<string> = new Set();
  if (candidates.size === 0) return outgrown;
  for (;;) {
    const found = new Set(outgrown);
    for (const tree of trees) {
      const trusted = new Set([...candidates].filter((name) => !found.has(name)));
      const { analysis } = await analyse(tree, rules, outgrown, store, progress, 'parts', trusted);
      for (const name of analysis.outgrown) found.add(name);
    }
    if (found.size === outgrown.size) return outgrown;
    outgrown = found;
  }
}

interface Analysed {
  /** What it was held against. */
  readonly kept: KeptTree;
  readonly rules: RuleData;
  /** The functions that were distrusted. */
  readonly key: string;
  /** The functions that were held against their contracts. */
  readonly trusted: ReadonlySet<string>;
  readonly extent: Extent;
  readonly found: AnalysedTree;
}

/** Of the functions in the diff. */
interface Contracts {
  readonly distrusted: ReadonlySet<string>;
  readonly trusted: ReadonlySet<string>;
}

/** What was found last in trees, and in kept ones on which nothing lies: reviews come back to them. */
const analysed = new WeakMap<Tree | KeptTree, Analysed>();

async function analyseOn(
  base: KeptTree,
  bottom: Tree,
  below: AnalysedTree | null,
  tree: Tree,
  changes: ReadonlyMap<string, string | null>,
  rules: RuleData,
  { distrusted, trusted }: Contracts,
  store: FactStore,
  progress: AnalysisProgress,
  extent: Extent,
): Promise<AnalysedTree> {
  const model = await modelOf(base, tree, changes);
  const version = changes.has('Makefile') || base.model === null ? await kernelVersion(tree) : base.version;
  // What holds for another release holds for none of what was found out.
  const kept = version === base.version ? base : emptyTree();
  const files = new Map<string, FileFacts | null>();
  if (kept !== base) {
    const sources = (await concernedFiles(tree)).filter(({ path }) => !changes.has(path));
    for await (const { file, text } of tree.readMany(sources)) {
      files.set(file.path, await readFileFacts(file.path, text, store));
    }
  }
  const maps = new Map<string, LineOf>();
  for (const [path, text] of changes) {
    const { facts, newLine } = await readChangedFile(kept, path, () => bottom.read(path), text, store);
    if (isSource(path)) files.set(path, facts);
    maps.set(path, newLine);
  }
  const definitions = new ChangedDefinitions(kept, files);
  const program = new Program(definitions, model, rules, version, distrusted);
  const basis =
    below && kept === base
      ? { before: below.program, renewed: below.analysis.renewed, unasked: below.analysis.unasked }
      : {
          before: new Program(kept, kept.model ?? model, rules, version, new Set()),
          renewed: new Map(),
          unasked: new Map(),
        };
  const lines: LineMap = (file, line) => maps.get(file)?.(line);
  const changed = { kept, ...basis, definitions, program, lines, trusted };
  const analysis = analyseTree(changed, extent, (done, all) => {
    progress('following folios', done, all);
  });
  return { program, analysis, report: findHazards(analysis, rules) };
}

/** The functions that a file of a tree has. */
export async function functionsIn(
  path: string,
  tree: Tree,
  rules: RuleData,
  store: FactStore,
  progress: AnalysisProgress = () => undefined,
): Promise<readonly FunctionFacts[]> {
  const { bottom, changes } = flatten(tree);
  const kept = await keptTree(bottom, rules, store, progress);
  const text = changes.get(path);
  if (text === undefined) return kept.functionsIn(path).map(({ facts }) => facts);
  const { facts } = await readChangedFile(kept, path, () => bottom.read(path), text, store);
  return facts?.functions ?? [];
}

/** The tree at the bottom, and what differs from it in the end. */
function flatten(tree: Tree): { bottom: Tree; changes: ReadonlyMap<string, string | null> } {
  const layers: ReadonlyMap<string, string | null>[] = [];
  let bottom = tree;
  for (; bottom.layer; bottom = bottom.layer.below) layers.unshift(bottom.layer.changes);
  return { bottom, changes: new Map(layers.flatMap((changes) => [...changes])) };
}

async function modelOf(
  kept: KeptTree,
  tree: Tree,
  changes: ReadonlyMap<string, string | null>,
): Promise<FlagModel> {
  if (kept.model && !changes.has(PAGE_FLAGS_HEADER)) return kept.model;
  const header = await tree.read(PAGE_FLAGS_HEADER);
  return readFlagModel(() => header);
}

/** Only what has a contract can be distrusted: series that touch none share the analysis of their base. */
function withContract(names: ReadonlySet<string>, rules: RuleData): ReadonlySet<string> {
  if (names.size === 0) return names;
  return new Set(rules.contracts.map((contract) => contract.function).filter((name) => names.has(name)));
}
