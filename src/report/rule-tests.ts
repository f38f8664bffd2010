import type { RuleTestProblem, RuleTestResult } from '../review/rule-tests.js';
import { counted, printable, wrap } from './lines.js';
import { PLAIN, type Style } from './style.js';

/** What the tests of a folder of rules gave. */
export interface RuleTestReport {
  readonly results: readonly RuleTestResult[];
  /** Files of checks that have no test. */
  readonly untested: readonly string[];
}

/** One test for people: a line, and below it what is not as its marks say. */
export function ruleTestToText(result: RuleTestResult, style: Style = PLAIN): string {
  const { name, flagged, unflagged, problems } = result;
  if (problems.length === 0)
    return `ok    ${printable(name)}  ${style.quiet(`${flagged} flagged, ${unflagged} not`)}\n`;
  const lines = problems.flatMap((problem) => problemLines(name, problem));
  return [style.strong(`FAIL  ${printable(name)}`), ...lines].join('\n') + '\n';
}

function problemLines(name: string, { kind, check, file, line, code, found }: RuleTestProblem): string[] {
  const what = {
    missing: `${check} should be found here, and is not`,
    forbidden: `${check} is found here, and should not be`,
    unmarked: `${check} is found here, and no mark expects it`,
  }[kind];
  return [
    `  ${name}/after/${file}:${line}: ${what}`,
    `    ${printable(code)}`,
    ...found.flatMap((finding) =>
      wrap(`${finding.check} (${finding.because ?? 'none'}): ${finding.message}`, '    found: ', '      '),
    ),
    ...(kind === 'missing' && found.length === 0 ? ['    found: nothing'] : []),
  ];
}

/** The last lines of a run. */
export function ruleTestSummary({ results, untested }: RuleTestReport): string {
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  const lines = untested.map((file) => `no test  ${printable(file)}`);
  lines.push(`${counted(results.length, 'test')}, ${results.length - failed} passed, ${failed} failed`);
  return lines.join('\n') + '\n';
}

/** The same as JSON. */
export function ruleTestsToJson({ results, untested }: RuleTestReport): object {
  return {
    version: 1,
    tests: results.map(({ name, flagged, unflagged, problems }) => ({
      name,
      passed: problems.length === 0,
      flagged,
      unflagged,
      problems,
    })),
    untested,
  };
}
