import { compareHazards } from '../analysis/compare.js';
import type { FactStore } from '../c/store.js';
import { readTreeFacts } from '../c/tree-facts.js';
import type { RuleBook } from '../rules/load.js';
import type { Mark, RuleTest } from '../rules/test-cases.js';
import { changedFunctions } from './changed.js';
import { findingOf, type Finding } from './finding.js';
import { analyse } from './side.js';

/** How a test of rules went. */
export interface RuleTestResult {
  readonly name: string;
  /** Lines that were flagged, and lines that were not, as the marks say. */
  readonly flagged: number;
  readonly unflagged: number;
  /** None when the test passed. */
  readonly problems: readonly RuleTestProblem[];
}

/** Where what was found is not what a test expects. */
export interface RuleTestProblem {
  /** `missing`: a mark says that the line is flagged. `forbidden`: that it is not. `unmarked`: no mark says anything. */
  readonly kind: 'missing' | 'forbidden' | 'unmarked';
  readonly check: string;
  readonly file: string;
  readonly line: number;
  /** The line of code. */
  readonly code: string;
  /** What was found there, by whatever check. */
  readonly found: readonly {
    readonly check: string;
    readonly because: string | null;
    readonly message: string;
  }[];
}

/** Compares the two trees of a test, and what is found with its marks. */
export async function runRuleTest(
  test: RuleTest,
  rules: RuleBook,
  store: FactStore,
): Promise<RuleTestResult> {
  const findings = await findingsOf(test, rules, store);
  const at = ({ file, line }: Place): Finding[] =>
    findings.filter(({ origins }) => origins.some((origin) => origin.file === file && origin.line === line));
  const wrong: (Place & Pick<RuleTestProblem, 'kind' | 'check'>)[] = [];
  for (const { kind, check, file, line } of test.marks) {
    const flagged = at({ file, line }).some(({ rule }) => rule === check);
    if (flagged !== (kind === 'recto')) {
      wrong.push({ kind: flagged ? 'forbidden' : 'missing', check, file, line });
    }
  }
  for (const { rule, origins } of findings) {
    if (test.marks.some((mark) => mark.check === rule && origins.some((origin) => isAt(mark, origin))))
      continue;
    const { file, line } = origins[0]!;
    if (wrong.some((problem) => problem.check === rule && isAt(problem, { file, line }))) continue;
    wrong.push({ kind: 'unmarked', check: rule, file, line });
  }
  const problems: RuleTestProblem[] = [];
  for (const problem of wrong) {
    const text = (await test.after.read(problem.file)) ?? '';
    const found = at(problem).map(({ rule, because, message }) => ({ check: rule, because, message }));
    problems.push({ ...problem, code: text.split('\n')[problem.line - 1]?.trim() ?? '', found });
  }
  const count = (kind: Mark['kind']): number => test.marks.filter((mark) => mark.kind === kind).length;
  return { name: test.name, flagged: count('recto'), unflagged: count('ok'), problems };
}

interface Place {
  readonly file: string;
  readonly line: number;
}

function isAt(a: Place, b: Place): boolean {
  return a.file === b.file && a.line === b.line;
}

/** What a patch from one tree of the test to the other would be told. */
async function findingsOf(test: RuleTest, rules: RuleBook, store: FactStore): Promise<Finding[]> {
  const [before, after] = [await readTreeFacts(test.before, store), await readTreeFacts(test.after, store)];
  const distrusted = new Set(
    test.changed.flatMap((path) =>
      changedFunctions(before.get(path)?.functions ?? [], after.get(path)?.functions ?? []),
    ),
  );
  const old = await analyse(test.before, rules, distrusted, store);
  const tree = await analyse(test.after, rules, distrusted, store);
  return compareHazards(old, tree, test.changed)
    .introduced.map(({ hazard, because }) => findingOf(hazard, because, 1, { tree, rules }))
    .filter((finding) => finding !== null);
}
