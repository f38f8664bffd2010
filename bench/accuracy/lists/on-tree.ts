import type { FactStore } from '../../../src/c/store.js';
import { readTreeFacts } from '../../../src/c/tree-facts.js';
import { RectoError } from '../../../src/errors.js';
import type { Series } from '../../../src/mail/series.js';
import { applySeries } from '../../../src/review/applied.js';
import type { Finding } from '../../../src/review/finding.js';
import { reviewSeries } from '../../../src/review/review.js';
import type { RuleBook } from '../../../src/rules/load.js';
import type { Tree } from '../../../src/tree/tree.js';
import type { RealFinding } from './findings.js';

/** What came of the patches of lists on one tree. */
export interface ListResult {
  /** Patches that apply, alone or with their series. */
  readonly applied: number;
  /** Those of them that change a file which handles folios or pages. */
  readonly concerned: number;
  /** Series that were reviewed because of these, and all that were to be. */
  readonly reviewed: number;
  readonly fitting: number;
  readonly findings: number;
  /** Series on which the review failed, with the reason. */
  readonly failures: readonly string[];
}

/** Series of different files that are reviewed at once. */
const TOGETHER = 24;

/**
 * Reviews the series that apply to a tree, and of others each patch that applies alone. Those that change different
 * files are reviewed together first, patch by patch, and each alone where anything is said.
 *
 * @param progress false from it ends the review
 * @param found is told each finding
 */
export async function reviewOnTree(
  all: readonly Series[],
  tree: Tree,
  rules: RuleBook,
  store: FactStore,
  progress: (done: number, all: number) => boolean,
  found: (finding: RealFinding) => void,
): Promise<ListResult> {
  const facts = await readTreeFacts(tree, store);
  const fitting: Series[] = [];
  let applied = 0;
  let concerned = 0;
  for (const series of all) {
    for (const one of await whatApplies(series, tree)) {
      applied += one.patches.length;
      const touching = one.patches.filter(({ files }) =>
        files.some(({ oldPath }) => oldPath !== null && facts.has(oldPath)),
      );
      concerned += touching.length;
      if (touching.length > 0) fitting.push(one);
    }
  }
  let findings = 0;
  const failures: string[] = [];
  const review = async (series: Series): Promise<readonly Finding[] | null> => {
    try {
      return (await reviewSeries({ series, tree, base: null, notes: [] }, rules, store)).findings;
    } catch (error) {
      failures.push(`${series.subject}: ${error instanceof RectoError ? error.message : String(error)}`);
      return null;
    }
  };
  let done = 0;
  for (const group of groups(fitting)) {
    const together = group.length > 1 ? await review(joined(group)) : null;
    if (together === null || together.length > 0) {
      for (const series of group) {
        for (const finding of (await review(series)) ?? []) {
          findings++;
          found({ patch: series.patches.find(({ number }) => number === finding.patch)!, finding });
        }
      }
    }
    done += group.length;
    if (!progress(done, fitting.length)) break;
  }
  return { applied, concerned, reviewed: done, fitting: fitting.length, findings, failures };
}

/** The series, when all of it applies, else those of its patches that do. */
async function whatApplies(series: Series, tree: Tree): Promise<Series[]> {
  const inTree = await Promise.all(
    series.patches.map(async ({ files }) => {
      for (const { oldPath } of files)
        if (oldPath !== null && (await tree.read(oldPath)) !== null) return true;
      return false;
    }),
  );
  if (!inTree.includes(true)) return [];
  if (await applies(series, tree)) return [series];
  const alone = series.patches
    .filter((_, index) => inTree[index])
    .map((patch) => ({ ...series, patches: [{ ...patch, number: 1 }] }));
  const fitting: Series[] = [];
  for (const one of alone) if (await applies(one, tree)) fitting.push(one);
  return fitting;
}

async function applies(series: Series, tree: Tree): Promise<boolean> {
  const patches = await applySeries(series.patches, tree);
  return patches.every(({ status }) => status === 'applied');
}

function groups(all: readonly Series[]): Series[][] {
  const made: { members: Series[]; paths: Set<string> }[] = [];
  for (const series of all) {
    const paths = series.patches.flatMap(({ files }) =>
      files.flatMap(({ oldPath, newPath }) => [oldPath, newPath]),
    );
    const named = paths.filter((path) => path !== null);
    const fitting = made.find(
      ({ members, paths: taken }) =>
        members.length < TOGETHER &&
        members[0]!.patches.length === series.patches.length &&
        !named.some((path) => taken.has(path)),
    );
    if (fitting) {
      fitting.members.push(series);
      for (const path of named) fitting.paths.add(path);
    } else made.push({ members: [series], paths: new Set(named) });
  }
  return made.map(({ members }) => members);
}

function joined(group: readonly Series[]): Series {
  const [first] = group as [Series, ...Series[]];
  return {
    ...first,
    patches: first.patches.map((patch, index) => ({
      ...patch,
      number: index + 1,
      files: group.flatMap(({ patches }) => patches[index]!.files),
    })),
  };
}
