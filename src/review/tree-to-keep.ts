import { CallGraph } from '../analysis/call-graph.js';
import { ChangedDefinitions } from '../analysis/changed-definitions.js';
import { contradictions } from '../analysis/contradiction.js';
import { sectionsIn } from '../analysis/kept/blocks.js';
import { KeptTree } from '../analysis/kept/kept-tree.js';
import type { Shelf } from '../analysis/kept/shelf.js';
import { keptBytes, type DefinedInFile, type TreeToKeep } from '../analysis/kept/write.js';
import { linesOfMoved } from '../analysis/moved-functions.js';
import { Program } from '../analysis/program.js';
import { analyseWhole } from '../analysis/tree-analysis.js';
import type { FileFacts } from '../c/facts.js';
import type { FactStore } from '../c/store.js';
import { usefulThreads } from '../c/lowering.js';
import { concernedFiles, readTreeFacts, type ConcernedFile } from '../c/tree-facts.js';
import type { RuleData } from '../folio/contract.js';
import { PAGE_FLAGS_HEADER, readFlagModel } from '../folio/header.js';
import type { Tree } from '../tree/tree.js';
import { kernelVersion } from './kernel-version.js';
import type { AnalysisProgress } from './side.js';

/** Kept trees that are looked at for one to begin with. */
const CANDIDATES = 6;
/** Where more of a tree's files differ than this part, it is analysed from the beginning. */
const DIFFERENT = 0.25;
/** So is one that would be made of one that was made of one, and so on: what functions in circles know of each other
 * may depend on where the analysis began. */
const GENERATIONS = 20;

const NOTHING: TreeToKeep = {
  version: null,
  rules: '',
  generation: 0,
  model: null,
  files: new Map(),
  ids: new Map(),
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

/**
 * The kept tree from which a tree differs in the fewest files; null where none is like it.
 *
 * @param rules names the rules with which it has to be analysed
 */
export async function nearestTree(tree: Tree, rules: string, shelf: Shelf): Promise<KeptTree | null> {
  const files = await concernedFiles(tree);
  const version = await kernelVersion(tree);
  let nearest: KeptTree | null = null;
  let fewest = Infinity;
  for (const name of shelf.names().slice(0, CANDIDATES)) {
    const kept = shelf.open(name);
    if (kept?.rules !== rules || kept.version !== version || kept.generation >= GENERATIONS) continue;
    const same = files.filter(({ path, id }) => kept.idOf(path) === id).length;
    const different = kept.fileCount - same;
    if (different < fewest && different <= kept.fileCount * DIFFERENT) [nearest, fewest] = [kept, different];
  }
  return nearest;
}

/**
 * Analyses a tree by what differs from a kept one.
 *
 * @param rulesName names the rules
 * @throws RectoError 'not-a-kernel-tree' when its page-flags.h makes no sense
 */
export async function analyseToKeep(
  tree: Tree,
  kept: KeptTree,
  rules: RuleData,
  rulesName: string,
  store: FactStore,
  progress: AnalysisProgress,
): Promise<TreeToKeep> {
  const isKept = ({ path, id }: ConcernedFile): boolean => kept.idOf(path) === id;
  const reading = (done: number, all: number): void => {
    progress('reading source files', done, all);
  };
  const read = await readTreeFacts(tree, store, reading, usefulThreads(), isKept);
  const ids = new Map((await concernedFiles(tree)).map(({ path, id }) => [path, id]));
  const version = await kernelVersion(tree);
  const files = new Map<string, FileFacts | null>(read);
  for (const path of kept.paths()) {
    if (ids.get(path) !== kept.idOf(path) && !read.has(path)) files.set(path, null);
  }
  const header = await tree.read(PAGE_FLAGS_HEADER);
  if (header === null && read.size === 0 && kept.size === 0) return { ...NOTHING, version };
  const isSameHeader = ids.get(PAGE_FLAGS_HEADER) === kept.idOf(PAGE_FLAGS_HEADER);
  const model = kept.model && isSameHeader ? kept.model : readFlagModel(() => header);
  const definitions = new ChangedDefinitions(kept, files);
  const program = new Program(definitions, model, rules, version, new Set());
  const before = new Program(kept, kept.model ?? model, rules, version, new Set());
  const lines = linesOfMoved(kept, definitions);
  const analysis = analyseWhole(
    { kept, before, renewed: new Map(), unasked: new Map(), definitions, program, lines, trusted: new Set() },
    (done, all) => {
      progress('following folios', done, all);
    },
  );
  const defined = new Map<string, DefinedInFile>(read);
  for (const path of kept.paths()) if (!files.has(path)) defined.set(path, kept.definitionsIn(path));
  return {
    version,
    rules: rulesName,
    generation: kept.size === 0 ? 0 : kept.generation + 1,
    model,
    files: new Map([...defined].sort(([a], [b]) => (a < b ? -1 : 1))),
    ids,
    entries: analysis.all,
    graph: analysis.graph,
    order: analysis.order,
    analysis: ({ key }) => analysis.functions.get(key) ?? null,
    contradicted: new Set(
      contradictions(analysis).map(({ file, contract }) => `${file}:${contract.function}`),
    ),
  };
}
