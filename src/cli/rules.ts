import { relative, resolve } from 'node:path';
import { openFactStore } from '../c/open-store.js';
import { RectoError } from '../errors.js';
import { ruleTestsToJson, ruleTestSummary, ruleTestToText } from '../report/rule-tests.js';
import { styleFor } from '../report/style.js';
import { runRuleTest, type RuleTestResult } from '../review/rule-tests.js';
import { loadRuleBook } from '../rules/load.js';
import { SHIPPED_RULES } from '../rules/shipped.js';
import { readRuleTests } from '../rules/test-cases.js';
import { status } from './failure.js';
import { startProgress } from './progress.js';
import { ruleFolders } from './review-request.js';
import { note, write, type Terminal } from './terminal.js';

/** Options of `recto rules test`. */
export interface RulesTestOptions {
  readonly format: 'text' | 'json';
}

/**
 * `recto rules test`: runs the tests of the rules in a folder, on top of those that come with Recto; without one, the
 * tests of the latter.
 */
export async function testRules(
  folder: string | undefined,
  options: RulesTestOptions,
  terminal: Terminal,
): Promise<number> {
  const own = folder === undefined ? [] : [folder];
  const directory = folder === undefined ? SHIPPED_RULES : resolve(terminal.cwd, folder);
  const rules = loadRuleBook(directory === SHIPPED_RULES ? [SHIPPED_RULES] : ruleFolders(own, terminal));
  const { tests, untested } = readRuleTests(
    directory,
    rules.checks.map(({ id }) => id),
  );
  if (tests.length === 0) {
    const name = relative(terminal.cwd, directory) || '.';
    throw new RectoError(
      'usage',
      `there are no tests in ${name}: those of ${untested[0] ?? 'checks/mine.yml'} go into a folder of its name beside ` +
        `it, each with the files that a patch changes in before/ and after/ (docs/rules.md)`,
    );
  }
  const store = openFactStore();
  const progress = startProgress(terminal);
  try {
    const results: RuleTestResult[] = [];
    for (const test of tests) {
      progress.step('running tests', results.length, tests.length);
      const result = await runRuleTest(test, rules, store);
      results.push(result);
      if (options.format === 'json') continue;
      progress.clear();
      await write(terminal, ruleTestToText(result, styleFor(terminal.stdout)));
    }
    progress.end();
    const report = { results, untested };
    await write(
      terminal,
      options.format === 'json'
        ? JSON.stringify(ruleTestsToJson(report), null, 2) + '\n'
        : ruleTestSummary(report),
    );
    return results.some(({ problems }) => problems.length > 0) ? status.findings : status.fine;
  } finally {
    progress.end();
    store.close();
    if (store.trouble !== null)
      note(terminal, `the facts could not be kept for the next run: ${store.trouble}`);
  }
}
