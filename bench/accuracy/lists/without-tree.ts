import { RectoError } from '../../../src/errors.js';
import type { Series } from '../../../src/mail/series.js';
import { reviewOnSnapshot } from '../../../src/review/review.js';
import type { RuleBook } from '../../../src/rules/load.js';
import { closestSnapshot } from '../../../src/snapshot/shipped.js';
import type { RealFinding } from './findings.js';
import { touchesFolios } from './patches.js';

/** What came of the patches of lists without a tree. */
export interface WithoutTree {
  /** Series that were looked at. */
  readonly series: number;
  /** Patches of the series that could be reviewed against the snapshot of a release. */
  readonly reviewed: number;
  /** Those of them that touch folios or pages. */
  readonly concerned: number;
  readonly findings: number;
  /** Series on which the review failed otherwise than by not fitting, with the reason. */
  readonly failures: readonly string[];
}

/**
 * Reviews series against the snapshot of the release that is closest to their date.
 *
 * @param progress false from it ends the review
 * @param found is told each finding
 */
export async function reviewWithoutTree(
  all: readonly Series[],
  rules: RuleBook,
  progress: (done: number, all: number) => boolean = () => true,
  found: (finding: RealFinding) => void = () => undefined,
): Promise<WithoutTree> {
  let findings = 0;
  let looked = 0;
  const failures: string[] = [];
  let reviewed = 0;
  let concerned = 0;
  for (const series of all) {
    try {
      const snapshot = closestSnapshot(series.date);
      const review = await reviewOnSnapshot({ series, snapshot, notes: [] }, rules);
      reviewed += series.patches.length;
      concerned += series.patches.filter((patch) => touchesFolios(patch)).length;
      for (const finding of review.findings) {
        findings++;
        found({ patch: series.patches.find(({ number }) => number === finding.patch)!, finding });
      }
    } catch (error) {
      const fits = !(error instanceof RectoError && error.code === 'nothing-to-review');
      if (fits) failures.push(`${series.subject}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!progress(++looked, all.length)) break;
  }
  return { series: looked, reviewed, concerned, findings, failures };
}
