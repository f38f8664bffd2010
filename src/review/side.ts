import { createHash } from 'node:crypto';
import { definitionsOf } from '../analysis/definitions.js';
import { findHazards, type HazardReport } from '../analysis/hazards.js';
import { Program } from '../analysis/program.js';
import { analyseTree, type TreeAnalysis } from '../analysis/tree-analysis.js';
import type { FactStore } from '../c/store.js';
import { readTreeFacts } from '../c/tree-facts.js';
import type { RuleData } from '../folio/contract.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../folio/header.js';
import type { Tree } from '../tree/tree.js';

/** A tree, analysed. */
export interface AnalysedTree {
  readonly program: Program;
  readonly analysis: TreeAnalysis;
  readonly report: HazardReport;
}

/** Where the work of an analysis has come to. */
export type AnalysisProgress = (what: string, done: number, all: number) => void;

interface Remembered {
  readonly key: string;
  readonly rules: RuleData;
  readonly tree: AnalysedTree;
}

/** Analyses of this process, the one used last at the end: the trees of one review differ in a few files. */
const remembered: Remembered[] = [];
const REMEMBERED = 4;

/**
 * Analyses a tree.
 *
 * @param distrusted functions whose contracts are derived again from their bodies
 * @throws RectoError 'not-a-kernel-tree' when its page-flags.h is missing or makes no sense
 */
export async function analyse(
  tree: Tree,
  rules: RuleData,
  distrusted: ReadonlySet<string>,
  store: FactStore,
  progress: AnalysisProgress = () => undefined,
): Promise<AnalysedTree> {
  const derived = withContract(distrusted, rules);
  const key = await keyOf(tree, derived);
  const at = remembered.findIndex((item) => item.key === key && item.rules === rules);
  if (at >= 0) {
    const [known] = remembered.splice(at, 1);
    remembered.push(known!);
    return known!.tree;
  }
  const facts = await readTreeFacts(tree, store, (done, all) => progress('reading source files', done, all));
  const header = await tree.read(PAGE_FLAGS_HEADER);
  const model = readFlagModel(() => header);
  const version = await kernelVersion(tree);
  const program = new Program(definitionsOf(facts), model, rules, version, derived);
  const previous = remembered.findLast((item) => item.rules === rules)?.tree.analysis ?? null;
  const analysis = analyseTree(program, previous, (done, all) => progress('following folios', done, all));
  const analysed: AnalysedTree = { program, analysis, report: findHazards(analysis, rules) };
  remembered.push({ key, rules, tree: analysed });
  if (remembered.length > REMEMBERED) remembered.shift();
  return analysed;
}

/** Only what has a contract can be distrusted: series that touch none share the analysis of their base. */
function withContract(names: ReadonlySet<string>, rules: RuleData): ReadonlySet<string> {
  if (names.size === 0) return names;
  return new Set(rules.contracts.map((contract) => contract.function).filter((name) => names.has(name)));
}

async function keyOf(tree: Tree, distrusted: ReadonlySet<string>): Promise<string> {
  const hash = createHash('sha1');
  for (const file of await tree.files()) hash.update(file.path).update(file.id);
  hash.update((await kernelVersion(tree)) ?? '');
  for (const name of [...distrusted].sort()) hash.update('\0').update(name);
  return hash.digest('hex');
}

/** "6.12", from the tree's Makefile; null where there is none. */
export async function kernelVersion(tree: Tree): Promise<string | null> {
  const makefile = await tree.read('Makefile');
  const version = /^VERSION\s*=\s*(\d+)/m.exec(makefile ?? '');
  const level = /^PATCHLEVEL\s*=\s*(\d+)/m.exec(makefile ?? '');
  return version && level ? `${version[1]}.${level[1]}` : null;
}
