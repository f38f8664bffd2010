import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends the output with one line of counts, for programs that read it: "12 passed, 0 failed, 1 skipped".
 * What keeps tests from running counts as a failure, too: a file that cannot be loaded, a hook that throws,
 * an error outside of any test.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped++;
      }
    }
    const rest = skipped > 0 ? `, ${String(skipped)} skipped` : '';
    process.stdout.write(`\n${String(passed)} passed, ${String(failed)} failed${rest}\n`);
  }
}
