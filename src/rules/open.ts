import { readCompiledRules } from './compiled.js';
import type { RuleBook } from './load.js';
import { SHIPPED_RULES } from './shipped.js';

/**
 * Loads folders of rules as loadRuleBook() does, quickly where they are the shipped ones alone: those were read when
 * Recto was built, and what reads YAML need not be loaded for them.
 *
 * @throws RectoError 'bad-rules' that names file, line and field
 */
export async function openRuleBook(directories: readonly string[]): Promise<RuleBook> {
  const compiled = directories.length === 1 && directories[0] === SHIPPED_RULES ? readCompiledRules() : null;
  if (compiled !== null) return compiled;
  const { loadRuleBook } = await import('./load.js');
  return loadRuleBook(directories);
}
