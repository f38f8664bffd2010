import type { Side } from '../analysis/cause.js';
import type { FactStore } from '../c/store.js';
import { RectoError } from '../errors.js';
import type { Patch } from '../patch/patch.js';
import type { RuleData } from '../folio/contract.js';
import type { SnapshotName } from '../snapshot/build.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import { analyseStages } from '../snapshot/stage.js';
import { placeSeries } from '../snapshot/touched.js';
import type { Tree } from '../tree/tree.js';
import { applySeries, statusOf, type AppliedPatch, type PatchedTree } from './applied.js';
import { changedFunctions } from './changed.js';
import { contradictionNotes } from './notes.js';
import { analyse, functionsIn, outgrownContracts, type AnalysisProgress } from './side.js';
import { snapshotNotes } from './snapshot-notes.js';

/** What series are reviewed against: a tree, or a snapshot of a release where there is none. */
export interface Ground {
  /** For people: "v6.12 (3f2a…)", a folder's name, "Linux 6.12". */
  readonly name: string;
  /** Null for a tree. */
  readonly snapshot: SnapshotName | null;
  /** Puts patches on it, one after the other. */
  place(patches: readonly Patch[], progress: AnalysisProgress): Promise<PlacedPatches>;
}

/** A series, placed on its ground. */
export interface PlacedPatches {
  readonly patches: readonly AppliedPatch[];
  /** Names of the functions that some patch changes, adds or removes. */
  readonly changed: ReadonlySet<string>;
  /** Functions that are patched only in part, or perhaps in the wrong place. */
  readonly guessed: ReadonlySet<string>;
  /** What the reader should know of how they were placed. */
  readonly notes: readonly string[];
  /** The ground with the first `count` patches, analysed. */
  side(count: number): Promise<Side>;
  /** What the ground itself makes doubtful in a review. */
  doubts(): Promise<readonly string[]>;
}

/** A tree as ground. */
export function treeGround(tree: Tree, rules: RuleData, store: FactStore): Ground {
  return {
    name: tree.name,
    snapshot: null,
    async place(series, progress) {
      const patches = await applySeries(series, tree);
      const changed = patches.some(({ status }) => status !== 'failed')
        ? await functionsOf(patches, tree, rules, store, progress)
        : new Set<string>();
      const stages = patches.map((patch) => patch.tree);
      const outgrown = await outgrownContracts(stages, changed, rules, store, progress);
      return {
        patches,
        changed,
        guessed: new Set(),
        notes: [],
        side: (count) => analyse(stages[count - 1] ?? tree, rules, outgrown, store, progress),
        doubts: async () =>
          contradictionNotes((await analyse(tree, rules, outgrown, store, progress)).analysis),
      };
    },
  };
}

/** A snapshot as ground. */
export function snapshotGround(snapshot: Snapshot, rules: RuleData): Ground {
  const { name, version, date } = snapshot;
  return {
    name,
    snapshot: { version, date },
    async place(series, progress) {
      progress('looking for the code in the snapshot', 0, 1);
      const { files, touched, guessed } = await placeSeries(series, snapshot);
      if (touched.length === 0 && files.flat().every(({ status }) => status === 'applied')) {
        throw new RectoError(
          'nothing-to-review',
          `the snapshot of ${name} has nothing of the code that is changed, so it cannot be judged without a tree: ` +
            'name one with --tree',
        );
      }
      const patches = series.map((patch, index): AppliedPatch => ({
        patch,
        files: files[index]!,
        status: statusOf(files[index]!),
        tree: null,
      }));
      const changed = new Set(
        touched.flatMap(({ release, stages }) =>
          release && stages.some((lines) => lines !== stages[0]) ? [release.name] : [],
        ),
      );
      progress('following folios', 0, 1);
      const stages = await analyseStages(snapshot, touched, patches.length + 1, rules);
      return {
        patches,
        changed,
        guessed,
        notes: snapshotNotes(series, patches, snapshot),
        side: (count) => Promise.resolve(stages[count]!),
        doubts: () => Promise.resolve([]),
      };
    },
  };
}

async function functionsOf(
  patches: readonly PatchedTree[],
  tree: Tree,
  rules: RuleData,
  store: FactStore,
  progress: AnalysisProgress,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  let before = tree;
  for (const { files, tree: after } of patches) {
    for (const { path } of files) {
      const then = await functionsIn(path, before, rules, store, progress);
      const now = await functionsIn(path, after, rules, store, progress);
      for (const name of changedFunctions(then, now)) changed.add(name);
    }
    before = after;
  }
  return changed;
}
