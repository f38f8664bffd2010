import type { Cause, Side } from '../analysis/cause.js';
import { compareHazards } from '../analysis/compare.js';
import type { Hazard } from '../analysis/hazards.js';
import type { FactStore } from '../c/store.js';
import { RectoError } from '../errors.js';
import type { Series } from '../mail/series.js';
import type { RuleBook } from '../rules/load.js';
import type { SnapshotName } from '../snapshot/build.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Base } from '../tree/base.js';
import type { Tree } from '../tree/tree.js';
import type { AppliedPatch } from './applied.js';
import { findingOf, type Finding, type Level } from './finding.js';
import { snapshotGround, treeGround, type Ground } from './ground.js';
import { onKeptTrees } from './kept-trees.js';
import { applicationNotes, meaningNotes, snapshotNote } from './notes.js';
import { onPrerequisites, prerequisiteNotes } from './prerequisites.js';
import type { AnalysisProgress } from './side.js';

/** What a review is about. */
export interface ReviewSubject {
  readonly series: Series;
  readonly tree: Tree;
  /** How the base was found; null for a plain folder. */
  readonly base: Base | null;
  /** What the reader should know about input and tree; asked for in the end. */
  readonly notes: readonly string[] | Promise<readonly string[]>;
}

/** What a review is about where there is no tree. */
export interface SnapshotSubject extends Pick<ReviewSubject, 'series' | 'notes'> {
  readonly snapshot: Snapshot;
}

/** One series against one tree, or against a snapshot of a release. */
export interface Review {
  readonly series: Series;
  /** Name of the tree, or of the release. */
  readonly tree: string;
  /** The release whose snapshot stands for a tree; null where there is a tree. */
  readonly snapshot: SnapshotName | null;
  /** How the base was found; null for a plain folder and for a snapshot. */
  readonly base: Base | null;
  readonly patches: readonly AppliedPatch[];
  /** All that any patch introduces, in the order of patches; `resolvedBy` marks what a later one takes back. */
  readonly findings: readonly Finding[];
  /** Hazards of the tree before the series that are gone after it. */
  readonly resolved: readonly Finding[];
  readonly notes: readonly string[];
}

/**
 * Reviews a series: applies what it needs beforehand, as far as that is known, then its patches one by one, analyses the tree before and after each, and reports the
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
  const { series, base } = subject;
  const { tree, notes } = await onPrerequisites(subject.tree, series.prerequisites ?? []);
  const told = { series: withNotes(series, notes), notes: subject.notes };
  return onKeptTrees(() => reviewOn(treeGround(tree, rules, store), told, base, rules, progress));
}

/**
 * Reviews a series without a tree: what its patches show is read in the frame that a release has there. What is found
 * so is told with lower confidence.
 *
 * @throws RectoError 'nothing-to-review' when no patch fits to the release
 */
export async function reviewOnSnapshot(
  subject: SnapshotSubject,
  rules: RuleBook,
  progress: AnalysisProgress = () => undefined,
): Promise<Review> {
  const { series } = subject;
  const told = {
    series: withNotes(series, prerequisiteNotes(series.prerequisites ?? [])),
    notes: subject.notes,
  };
  return reviewOn(snapshotGround(subject.snapshot, rules), told, null, rules, progress);
}

/** Whoever reads a review of a series is told of it, in a mail too. */
function withNotes(series: Series, notes: readonly string[]): Series {
  return { ...series, notes: [...series.notes, ...notes] };
}

async function reviewOn(
  ground: Ground,
  { series, notes }: Pick<ReviewSubject, 'series' | 'notes'>,
  base: Base | null,
  rules: RuleBook,
  progress: AnalysisProgress,
): Promise<Review> {
  const placed = await ground.place(series.patches, progress);
  const { patches } = placed;
  assertSomethingApplies(patches, ground);
  const found = (hazard: Hazard, because: Cause | null, patch: number, side: Side): Finding | null => {
    // Whether a folio was looked at again depends on each line in front of the update.
    if (hazard.update.atomic && placed.guessed.has(hazard.in)) return null;
    const finding = findingOf(hazard, because, patch, { tree: side, rules });
    return finding && ground.snapshot ? { ...finding, confidence: LOWER[finding.confidence] } : finding;
  };
  const findings: Finding[] = [];
  const gone = new Map<string, Finding | null>();
  /** Where in `findings`, or null for what no check makes a finding. */
  const open = new Map<string, number | null>();
  let before = await placed.side(0);
  for (const [index, { patch, status, files }] of patches.entries()) {
    if (status === 'failed' || status === 'already') continue;
    const side = await placed.side(index + 1);
    if (side === before) continue;
    const difference = compareHazards(
      before,
      side,
      files.map((file) => file.path),
    );
    rename(open, difference.renamed);
    rename(gone, difference.renamed);
    for (const { hazard, because } of difference.introduced) {
      const isTold = ground.snapshot === null || !followsAnother(hazard, difference.introduced);
      const finding = isTold ? found(hazard, because, patch.number, side) : null;
      open.set(hazard.key, finding && findings.push(finding) - 1);
      // What an earlier patch of the series took away is back.
      gone.delete(hazard.key);
    }
    for (const hazard of difference.resolved) {
      const at = open.get(hazard.key);
      if (at === undefined) {
        gone.set(hazard.key, found(hazard, null, patch.number, before));
      } else if (at !== null) findings[at] = { ...findings[at]!, resolvedBy: patch.number };
      open.delete(hazard.key);
    }
    before = side;
  }
  return {
    series,
    tree: ground.name,
    snapshot: ground.snapshot,
    base,
    patches,
    findings,
    resolved: [...gone.values()].filter((finding) => finding !== null),
    notes: [
      ...(ground.snapshot ? [snapshotNote(ground.name, ground.snapshot)] : []),
      ...(await notes),
      ...series.notes,
      ...applicationNotes(patches, ground.snapshot && ground.name),
      ...placed.notes,
      ...meaningNotes(patches, placed.changed, rules),
      ...(await placed.doubts()),
    ],
  };
}

/**
 * Does it follow from another hazard? Of the atomic updates of a folio the first shows what is wrong with reaching it.
 * Behind lines that no patch shows nobody knows that it is the same folio: there one in a function is enough.
 */
function followsAnother(hazard: Hazard, introduced: readonly { readonly hazard: Hazard }[]): boolean {
  const lineOf = ({ meetings }: Hazard): number => meetings[0]?.line ?? 0;
  return (
    hazard.update.atomic &&
    introduced.some(
      ({ hazard: other }) => other.update.atomic && other.in === hazard.in && lineOf(other) < lineOf(hazard),
    )
  );
}

/** What is seen of a few lines is less sure than what is seen of a tree. */
const LOWER: Readonly<Record<Level, Level>> = { high: 'medium', medium: 'low', low: 'low' };

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

function assertSomethingApplies(patches: readonly AppliedPatch[], { name, snapshot }: Ground): void {
  if (patches.some(({ status }) => status !== 'failed')) return;
  const reasons = applicationNotes(patches, snapshot && name);
  throw new RectoError(
    'nothing-to-review',
    [
      snapshot
        ? `no patch fits to the code of ${name}, and there is no tree, so nothing was reviewed:`
        : `no patch applies to ${name}, so nothing was reviewed:`,
      ...reasons.map((reason) => `  ${reason}`),
      snapshot
        ? 'Name a kernel tree with --tree, or the snapshot of another release with --snapshot.'
        : 'Name the commit that the series is based on with --base, or another tree with --tree.',
    ].join('\n'),
  );
}
