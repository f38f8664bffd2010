import type { FactStore } from '../../src/c/store.js';
import type { Finding } from '../../src/review/finding.js';
import { reviewSeries } from '../../src/review/review.js';
import type { RuleBook } from '../../src/rules/load.js';
import type { Kernel } from './kernel.js';
import { seriesOf } from './mail.js';
import type { Case } from './operator.js';

/** What Recto said of a case. */
export interface Verdict {
  /** `right`: the planted hazard is found, or nothing is said of a harmless change. */
  readonly outcome: 'right' | 'missed' | 'false alarm';
  /** All that it said. */
  readonly findings: readonly Finding[];
  /** On a planted hazard: findings that are not the expected one. They are looked at, too. */
  readonly others: readonly Finding[];
}

/**
 * Reviews mails as a user would give them.
 *
 * @throws Error when a patch does not apply: then the generator is wrong
 */
export async function reviewMails(
  mails: string,
  kernel: Kernel,
  rules: RuleBook,
  store: FactStore,
): Promise<readonly Finding[]> {
  const series = await seriesOf(mails);
  const review = await reviewSeries({ series, tree: kernel.tree, base: null, notes: [] }, rules, store);
  for (const { patch, status } of review.patches) {
    if (status !== 'applied') throw new Error(`${patch.subject}: ${status}`);
  }
  return review.findings;
}

/** Holds what was said of a case against what is known of it. */
export function judge(item: Case, findings: readonly Finding[]): Verdict {
  if (item.expects === null) {
    return { outcome: findings.length === 0 ? 'right' : 'false alarm', findings, others: [] };
  }
  const others = findings.filter((finding) => !isExpected(finding, item));
  return { outcome: others.length < findings.length ? 'right' : 'missed', findings, others };
}

/** Is it the finding that the case must give? */
export function isExpected(finding: Finding, { expects }: Case): boolean {
  return (
    expects !== null &&
    finding.patch === expects.patch &&
    expects.in.includes(finding.in) &&
    expects.updaters.includes(finding.updater) &&
    (expects.updates?.includes(finding.update) ?? true) &&
    (expects.flags.includes(finding.flag) || (expects.updates === null && finding.flag === 'flags'))
  );
}

/** Of what was said of several cases at once: is the finding about code that this one changes, or that it names? */
export function concerns(finding: Finding, item: Case): boolean {
  const paths = new Set(item.patches.flatMap((texts) => [...texts.keys()]));
  const names = new Set([
    item.function,
    ...item.touched.map((touched) => touched.function),
    ...(item.expects?.in ?? []),
  ]);
  return (
    names.has(finding.in) ||
    names.has(finding.updater) ||
    paths.has(finding.file) ||
    finding.origins.some(({ file }) => paths.has(file))
  );
}
