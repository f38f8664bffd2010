import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ChangedDefinitions } from '../analysis/changed-definitions.js';
import { contradictions } from '../analysis/contradiction.js';
import { DamagedFile, sectionsIn } from '../analysis/kept/blocks.js';
import { KeptTree } from '../analysis/kept/kept-tree.js';
import { Shelf } from '../analysis/kept/shelf.js';
import { keptBytes, type TreeToKeep } from '../analysis/kept/write.js';
import { CallGraph } from '../analysis/call-graph.js';
import { Program } from '../analysis/program.js';
import { analyseWhole } from '../analysis/tree-analysis.js';
import { fingerprint } from '../c/open-store.js';
import type { FactStore } from '../c/store.js';
import { readTreeFacts } from '../c/tree-facts.js';
import type { RuleData } from '../folio/contract.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../folio/header.js';
import type { Tree } from '../tree/tree.js';
import { kernelVersion } from './kernel-version.js';
import type { AnalysisProgress } from './side.js';

interface OpenTree {
  readonly key: string;
  readonly tree: KeptTree;
  /** Takes it off the disk. */
  readonly drop: () => void;
}

/** Trees that this process has open, the one used last at the end. */
const open: OpenTree[] = [];
const OPEN = 3;

/** What computes a kept tree. */
const CODE = ['c', 'folio', 'analysis'].map((name) => join(import.meta.dirname, '..', name));
let codeFingerprint: string | null = null;

/** Lets go of the trees that this process has open: the next review reads what is on disk. */
export function forgetKeptTrees(): void {
  open.length = 0;
}

/**
 * Does what needs kept trees. Should one of them turn out to be damaged while it is read, all are made anew, and it is
 * done again.
 */
export async function onKeptTrees<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    for (const { drop } of open.splice(0)) drop();
    return work();
  }
}

/**
 * The analysis of a tree that nothing lies on: the one that was kept, or one made now, and kept for the next time.
 *
 * @throws RectoError 'not-a-kernel-tree' when its page-flags.h makes no sense
 */
export async function keptTree(
  tree: Tree,
  rules: RuleData,
  store: FactStore,
  progress: AnalysisProgress,
): Promise<KeptTree> {
  const schema = (codeFingerprint ??= fingerprint(...CODE));
  const key = await keyOf(tree, rules);
  const shelf = store.directory === null ? null : new Shelf(join(store.directory, 'analyses'), schema);
  const at = open.findIndex((item) => item.key === key);
  const [known] = at < 0 ? [] : open.splice(at, 1);
  let kept = known?.tree ?? shelf?.open(key) ?? null;
  if (!kept) {
    const bytes = keptBytes(await analyseAll(tree, rules, store, progress), schema);
    // What cannot be kept is made again next time; the store of facts says why.
    shelf?.save(key, bytes);
    kept = new KeptTree(sectionsIn(bytes, schema));
  }
  open.push({ key, tree: kept, drop: () => shelf?.drop(key) });
  if (open.length > OPEN) open.shift();
  return kept;
}

async function analyseAll(
  tree: Tree,
  rules: RuleData,
  store: FactStore,
  progress: AnalysisProgress,
): Promise<TreeToKeep> {
  const files = await readTreeFacts(tree, store, (done, all) => {
    progress('reading source files', done, all);
  });
  const header = await tree.read(PAGE_FLAGS_HEADER);
  const version = await kernelVersion(tree);
  if (header === null && files.size === 0) return { ...NOTHING, version };
  const model = readFlagModel(() => header);
  const kept = emptyTree();
  const definitions = new ChangedDefinitions(kept, files);
  const program = new Program(definitions, model, rules, version, new Set());
  const before = new Program(kept, model, rules, version, new Set());
  const analysis = analyseWhole(
    { kept, before, definitions, program, lines: () => undefined },
    (done, all) => {
      progress('following folios', done, all);
    },
  );
  return {
    version,
    model,
    files,
    entries: analysis.all,
    graph: analysis.graph,
    order: analysis.order,
    analysis: ({ key }) => analysis.functions.get(key) ?? null,
    contradicted: new Set(
      contradictions(analysis).map(({ file, contract }) => `${file}:${contract.function}`),
    ),
  };
}

const NOTHING: TreeToKeep = {
  version: null,
  model: null,
  files: new Map(),
  entries: [],
  graph: CallGraph.of([]),
  order: [],
  analysis: () => null,
  contradicted: new Set(),
};

/** A tree without files: whatever differs from it is all there is. */
export function emptyTree(): KeptTree {
  return new KeptTree(sectionsIn(keptBytes(NOTHING, 'none'), 'none'));
}

async function keyOf(tree: Tree, rules: RuleData): Promise<string> {
  let content = tree.contentId ?? contents.get(tree);
  if (content === undefined) {
    const hash = createHash('sha256');
    for (const { path, id } of await tree.files()) hash.update(`${path}\0${id}\n`);
    content = hash.update((await kernelVersion(tree)) ?? '').digest('hex');
    contents.set(tree, content);
  }
  return createHash('sha256').update(rulesFingerprint(rules)).update(content).digest('hex').slice(0, 32);
}

/** What names the content of trees that have no name for it themselves. */
const contents = new WeakMap<Tree, string>();

const fingerprints = new WeakMap<RuleData, string>();

/** Of what the analysis asks the rules for. */
function rulesFingerprint(rules: RuleData): string {
  let known = fingerprints.get(rules);
  if (known === undefined) {
    const { contracts, arguments: given, fields, callbacks, meanings } = rules;
    known = createHash('sha256')
      .update(JSON.stringify([contracts, given, fields, callbacks, meanings]))
      .digest('hex');
    fingerprints.set(rules, known);
  }
  return known;
}
