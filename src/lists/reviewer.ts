import { openFactStore } from '../c/open-store.js';
import type { FactStore } from '../c/store.js';
import type { Series } from '../mail/series.js';
import { reviewOnSnapshot, reviewSeries, type Review } from '../review/review.js';
import type { RuleBook } from '../rules/load.js';
import { openRuleBook } from '../rules/open.js';
import { closestSnapshot } from '../snapshot/shipped.js';
import { resolveBase, type Base } from '../tree/base.js';
import { findTree, openTree, type TreePlace } from '../tree/open.js';
import { findRevision } from '../tree/revision.js';

/** Whoever reviews the series of a list. */
export interface Reviewer {
  /**
   * @param branches names that the series or the policy give for what it applies to, the likeliest first
   * @throws RectoError as `reviewSeries` and `openTree` do
   */
  review(series: Series, branches: readonly string[]): Promise<Review>;
  close(): void;
}

/** Reviews against a kernel tree: a git repository or a folder. */
export function treeReviewer(directory: string, ruleFolders: readonly string[]): Reviewer {
  let open: { readonly rules: RuleBook; readonly facts: FactStore } | null = null;
  return {
    async review(series, branches) {
      open ??= { rules: await openRuleBook(ruleFolders), facts: openFactStore() };
      const place = await findTree(directory);
      const base = place.kind === 'git' ? await findBase(place, series, branches) : null;
      const tree = await openTree(place.directory, base?.commit ?? null);
      try {
        return await reviewSeries({ series, tree, base, notes: tree.notes() }, open.rules, open.facts);
      } finally {
        open.facts.flush();
        await tree.close();
      }
    },
    close() {
      open?.facts.close();
      open = null;
    },
  };
}

/** Reviews without a kernel tree: against the snapshot of the release that is closest to each series in time. */
export function snapshotReviewer(ruleFolders: readonly string[]): Reviewer {
  let rules: RuleBook | null = null;
  return {
    async review(series) {
      rules ??= await openRuleBook(ruleFolders);
      const dates = series.patches.flatMap(({ date }) => (date === null ? [] : [date]));
      const snapshot = closestSnapshot(dates.sort().at(-1) ?? null);
      return reviewOnSnapshot({ series, snapshot, notes: [] }, rules);
    },
    close: () => undefined,
  };
}

/** What the series itself says goes first; then the branch it is for, and HEAD where nothing else is known. */
async function findBase(place: TreePlace, series: Series, branches: readonly string[]): Promise<Base> {
  const base = await resolveBase(place.directory, null, series.patches);
  if (base.how !== 'head') return base;
  for (const branch of branches) {
    for (const name of [branch, `refs/remotes/origin/${branch}`]) {
      const commit = await findRevision(place.directory, name);
      if (commit === null) continue;
      return {
        commit,
        how: 'asked',
        why: `base is ${branch} (${commit.slice(0, 12)}), which it was sent for`,
      };
    }
  }
  return base;
}
