import type { FactStore } from '../../src/c/store.js';
import type { RuleBook } from '../../src/rules/load.js';
import type { Finding } from '../../src/review/finding.js';
import { reviewSeries } from '../../src/review/review.js';
import type { Kernel } from './kernel.js';
import { seriesOf } from './mail.js';
import type { Case, Expectation } from './operator.js';

/** What Recto said of a case. */
export interface Verdict {
  /** `right`: the planted hazard is found, or nothing is said of a harmless change. */
  readonly outcome: 'right' | 'missed' | 'false alarm' | 'not applied';
  /** All that it said. */
  readonly findings: readonly Finding[];
  /** On a planted hazard: findings that are not the expected one. They are looked at, too. */
  readonly others: readonly Finding[];
}

/** Reviews a case as mails against its kernel, and holds the result against what is known of it. */
export async function judge(
  item: Case,
  mails: string,
  kernel: Kernel,
  rules: RuleBook,
  store: FactStore,
): Promise<Verdict> {
  const series = await seriesOf(mails);
  const review = await reviewSeries({ series, tree: kernel.tree, base: null, notes: [] }, rules, store);
  const { findings } = review;
  if (
    review.patches.length !== item.patches.length ||
    review.patches.some(({ status }) => status !== 'applied')
  ) {
    return { outcome: 'not applied', findings, others: [] };
  }
  if (item.expects === null) {
    return { outcome: findings.length === 0 ? 'right' : 'false alarm', findings, others: [] };
  }
  const expects = item.expects;
  const others = findings.filter((finding) => !isExpected(finding, expects));
  return { outcome: others.length < findings.length ? 'right' : 'missed', findings, others };
}

function isExpected(finding: Finding, expects: Expectation): boolean {
  return (
    finding.patch === expects.patch &&
    expects.in.includes(finding.in) &&
    expects.updaters.includes(finding.updater) &&
    (expects.updates?.includes(finding.update) ?? true) &&
    expects.flags.includes(finding.flag)
  );
}
