import { describe, expect, it } from 'vitest';
import { ruleTestToText } from '../../src/report/rule-tests.js';
import { runRuleTest } from '../../src/review/rule-tests.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { readRuleTests } from '../../src/rules/test-cases.js';
import { NO_STORE, rules } from '../analysis/kernel.js';

const { tests, untested } = readRuleTests(
  SHIPPED_RULES,
  rules.checks.map(({ id }) => id),
);

describe('the tests beside the checks', () => {
  it.each(tests.map((test) => [test.name, test] as const))('%s', async (_, test) => {
    const result = await runRuleTest(test, rules, NO_STORE);
    expect(result.problems.length === 0 ? '' : ruleTestToText(result)).toBe('');
  });

  it('show of each check at least two lines that it finds, and two that it does not', () => {
    const marked = (id: string, kind: string): number =>
      tests.flatMap(({ marks }) => marks).filter((mark) => mark.check === id && mark.kind === kind).length;
    const few = rules.checks.filter(({ id }) => marked(id, 'recto') < 2 || marked(id, 'ok') < 2);
    expect(few.map(({ id }) => id)).toEqual([]);
    expect(untested).toEqual([]);
  });
});
