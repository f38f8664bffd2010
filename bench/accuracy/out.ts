import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../src/review/finding.js';
import type { RealFinding } from './lists/findings.js';
import type { Measured } from './measure.js';

/** Writes down a case that has to be looked at: the mails, what was expected, and what was said. */
export function keepCase(folder: string, version: string, one: Measured, number: number): void {
  const { operator, item, mails, verdict } = one;
  if (verdict.outcome === 'right' && verdict.others.length === 0) return;
  const what = verdict.outcome === 'right' ? 'more than expected' : verdict.outcome;
  const lines = [
    `${what}: ${item.says}`,
    `expected: ${item.expects === null ? 'nothing' : JSON.stringify(item.expects)}`,
    'said:',
    ...(verdict.findings.length > 0 ? verdict.findings.flatMap(told) : ['  nothing']),
    '',
    mails,
  ];
  const name = `${version}-${operator.name}-${String(number)}-${item.function}.mbox`;
  writeFileSync(join(folder, name), lines.join('\n'));
}

/** Writes down what was said of a real patch. */
export function keepFinding(folder: string, tree: string, { patch, finding }: RealFinding): void {
  const lines = [
    `${patch.subject} <${patch.messageId ?? ''}> on ${tree}:`,
    ...told(finding),
    finding.message,
    ...finding.origins.flatMap(({ path }) =>
      path.map((step) => `    ${step.file}:${String(step.line)} ${step.function}(): ${step.says}`),
    ),
    '',
    '',
  ];
  appendFileSync(join(folder, 'real-patches.txt'), lines.join('\n'));
}

/** Writes down the series that could not be reviewed, and why. */
export function keepFailures(folder: string, tree: string, failures: readonly string[]): void {
  if (failures.length === 0) return;
  appendFileSync(
    join(folder, 'failures.txt'),
    failures.map((failure) => `on ${tree}: ${failure}\n`).join(''),
  );
}

function told(finding: Finding): string[] {
  return [
    `  patch ${String(finding.patch)}: ${finding.update} (${finding.flag}) in ${finding.updater}(), ` +
      `visible in ${finding.in}(), because ${finding.because ?? ''}, ${finding.severity}, ${finding.confidence} confidence`,
  ];
}
