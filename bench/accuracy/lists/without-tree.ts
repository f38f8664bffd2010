import { RectoError } from '../../../src/errors.js';
import type { Series } from '../../../src/mail/series.js';
import { reviewOnSnapshot } from '../../../src/review/review.js';
import type { RuleBook } from '../../../src/rules/load.js';
import { closestSnapshot } from '../../../src/snapshot/shipped.js';
import type { RealFinding } from './findings.js';
import { touchesFolios } from './patches.js';

/** What came of the patches of lists without a tree. */
export interface WithoutTree {
  /** Patches of the series that could be reviewed against the snapshot of a release. */
  readonly reviewed: number;
  /** Those of them that touch folios or pages. */
  readonly concerned: number;
  readonly findings: readonly RealFinding[];
  /** Series on which the review failed otherwise than by not fitting, with the reason. */
  readonly failures: readonly string[];
}

/** Reviews every series against the snapshot of the release that is closest to its date. */
export async function reviewWithoutTree(
  all: readonly Series[],
  rules: RuleBook,
  progress: (done: number, all: number) => void,
): Promise<WithoutTree> {
  const findings: RealFinding[] = [];
  const failures: string[] = [];
  let reviewed = 0;
  let concerned = 0;
  for (const [index, series] of all.entries()) {
    try {
      const snapshot = closestSnapshot(series.date);
      const review = await reviewOnSnapshot({ series, snapshot, notes: [] }, rules);
      reviewed += series.patches.length;
      concerned += series.patches.filter((patch) => touchesFolios(patch)).length;
      for (const finding of review.findings) {
        findings.push({ patch: series.patches.find(({ number }) => number === finding.patch)!, finding });
      }
    } catch (error) {
      const fits = !(error instanceof RectoError && error.code === 'nothing-to-review');
      if (fits) failures.push(`${series.subject}: ${error instanceof Error ? error.message : String(error)}`);
    }
    progress(index + 1, all.length);
  }
  return { reviewed, concerned, findings, failures };
}
