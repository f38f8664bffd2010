import type { FactStore } from '../c/store.js';
import { openFactStore } from '../c/open-store.js';
import { RectoError } from '../errors.js';
import type { Finding } from '../review/finding.js';
import { lineMap } from '../patch/line-map.js';
import { applySeries } from '../review/applied.js';
import { reviewOnSnapshot, reviewSeries, type Review } from '../review/review.js';
import { kernelVersion } from '../review/kernel-version.js';
import type { RuleBook } from '../rules/load.js';
import { openRuleBook } from '../rules/open.js';
import { SHIPPED_RULES } from '../rules/shipped.js';
import { closestSnapshot, snapshotNear } from '../snapshot/shipped.js';
import { openTree } from '../tree/open.js';
import { overlay } from '../tree/overlay.js';
import type { Tree } from '../tree/tree.js';
import type { PullRequestChanges } from './git-series.js';
import { placeFinding, spotsOf, type Place } from './placement.js';
import type { SourceTree } from './source.js';
import { suggestInPlace } from './suggestion.js';

/** A pull request to be judged: nothing but data, so that another thread can do it. */
export interface JudgeTask {
  readonly title: string;
  readonly changes: PullRequestChanges;
  readonly tree: SourceTree;
  /** Folders with rules of the repository's own. */
  readonly ruleFolders: readonly string[];
}

/** A finding, and where it is to be told. */
export interface PlacedFinding {
  readonly finding: Finding;
  readonly place: Place | null;
  /** What the lines of the place should be instead, when no other line needs to change. */
  readonly suggestion: string | null;
}

/** What a review came to. */
export interface Judgement {
  /** What it was judged by, for people: "v6.12 (3f2a…)", "the snapshot of Linux 6.12". */
  readonly tree: string;
  /** What the pull request as a whole brings in. */
  readonly findings: readonly PlacedFinding[];
  /** What one of its commits brings in and a later one takes back. */
  readonly takenBack: readonly Finding[];
  /** What was in the tree before, and is not any more. */
  readonly resolved: readonly Finding[];
  readonly patches: readonly { readonly number: number; readonly subject: string }[];
  readonly notes: readonly string[];
}

/** Does the work of a review. @throws RectoError as reviewSeries does, and what `signal` says when it is aborted */
export type Judge = (task: JudgeTask, signal: AbortSignal) => Promise<Judgement>;

/** Judges in this thread. */
export async function judge(task: JudgeTask): Promise<Judgement> {
  const rules = await openRuleBook([SHIPPED_RULES, ...task.ruleFolders]);
  const trees = await openTrees(task);
  const store = openFactStore();
  try {
    const review = await reviewTask(task, trees.before, rules, store);
    const open = review.findings.filter(({ resolvedBy }) => resolvedBy === null);
    return {
      tree: review.snapshot === null ? review.tree : `the snapshot of ${review.tree}`,
      findings: await placeAll(
        open,
        review,
        await stagesOf(task, review, trees.before),
        trees.after,
        task.changes,
      ),
      takenBack: review.findings.filter(({ resolvedBy }) => resolvedBy !== null),
      resolved: review.resolved,
      patches: review.patches.map(({ patch }) => ({ number: patch.number, subject: patch.subject })),
      notes: review.notes,
    };
  } finally {
    store.close();
    await trees.before.close();
    await trees.after.close();
  }
}

/** On the tree; from the API alone on the snapshot of a release, as far as that knows the code. */
async function reviewTask(
  { title, changes, tree }: JudgeTask,
  before: Tree,
  rules: RuleBook,
  store: FactStore,
): Promise<Review> {
  const { patches, notes } = changes;
  const date = patches.at(-1)?.date ?? null;
  const series = { subject: title, version: 1, messageId: null, date, patches, notes };
  if (tree.kind === 'files') {
    const version = await kernelVersion(before);
    try {
      const snapshot = version === null ? closestSnapshot(date) : snapshotNear(version);
      return await reviewOnSnapshot({ series, snapshot, notes: [] }, rules);
    } catch (error) {
      const unknown = error instanceof RectoError && ['nothing-to-review', 'no-tree'].includes(error.code);
      if (!unknown) throw error;
    }
  }
  return reviewSeries({ series, tree: before, base: null, notes: [] }, rules, store);
}

/** The tree after each patch, by the patch's number: a review on a snapshot has none. */
async function stagesOf(
  { changes }: JudgeTask,
  { snapshot, patches }: Review,
  before: Tree,
): Promise<ReadonlyMap<number, Tree>> {
  const applied = snapshot === null ? patches : await applySeries(changes.patches, before);
  return new Map(applied.map(({ patch, tree }) => [patch.number, tree ?? before]));
}

interface Trees {
  readonly before: Tree;
  readonly after: Tree;
}

async function openTrees({ tree, changes }: JudgeTask): Promise<Trees> {
  if (tree.kind === 'files') {
    return { before: overlay(NO_FILES, tree.before), after: overlay(NO_FILES, tree.after) };
  }
  const before = await openTree(tree.directory, changes.mergeBase);
  return { before, after: await openTree(tree.directory, tree.head) };
}

const NO_FILES: Tree = {
  name: 'the files that the pull request changes',
  read: () => Promise.resolve(null),
  files: () => Promise.resolve([]),
  async *readMany() {
    // There is nothing to read.
  },
  close: () => Promise.resolve(),
};

async function placeAll(
  findings: readonly Finding[],
  review: Review,
  stages: ReadonlyMap<number, Tree>,
  head: Tree,
  { diff }: PullRequestChanges,
): Promise<PlacedFinding[]> {
  const placed: PlacedFinding[] = [];
  for (const finding of findings) {
    const then = stages.get(finding.patch);
    const paths = new Set(spotsOf(finding).map(({ file }) => file));
    const texts = new Map<string, { readonly then: string | null; readonly now: string | null }>();
    for (const path of paths)
      texts.set(path, { then: (await then?.read(path)) ?? null, now: await head.read(path) });
    const place = placeFinding(finding, {
      diff,
      textAt: (path) => texts.get(path)?.now ?? null,
      toHead: (path) => {
        const text = texts.get(path);
        if (!text || text.then === null || text.now === null) return null;
        const toHead = lineMap(text.then, text.now);
        return (line) => toHead(ownLine(review, finding.patch, path, line));
      },
    });
    const text = place && (texts.get(place.path)?.now ?? null);
    const suggestion = place && suggestInPlace(finding, place, text);
    placed.push({ finding, place, suggestion });
  }
  return placed;
}

/** A line as the pull request numbers it: a review on a snapshot has the numbers of the release. */
function ownLine({ snapshot, patches }: Review, number: number, path: string, line: number): number {
  if (snapshot === null) return line;
  const applied = patches.find(({ patch }) => patch.number === number);
  const hunks = applied?.files.find((file) => file.path === path)?.hunks ?? [];
  const nearest = hunks.filter((hunk) => hunk.line <= line).at(-1) ?? hunks[0];
  return line - (nearest?.offset ?? 0);
}
