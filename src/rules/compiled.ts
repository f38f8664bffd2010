import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleBook } from './load.js';
import { SHIPPED_RULES } from './shipped.js';

/** The shipped rules as the build has read and checked them, beside the compiled code. Reading YAML takes longer. */
const COMPILED = fileURLToPath(new URL('shipped.json', import.meta.url));

interface Compiled {
  /** Of the rule files that it was made of. */
  readonly fingerprint: string;
  readonly book: RuleBook;
}

/** The shipped rules, if they were compiled and are still the same; else null. */
export function readCompiledRules(file: string = COMPILED): RuleBook | null {
  if (!existsSync(file)) return null;
  const { fingerprint, book } = JSON.parse(readFileSync(file, 'utf8')) as Compiled;
  return fingerprint === fingerprintOf(SHIPPED_RULES) ? book : null;
}

/** Writes what loadRuleBook() says of the shipped rules. For the build. */
export function writeCompiledRules(book: RuleBook, file: string = COMPILED): void {
  const compiled: Compiled = { fingerprint: fingerprintOf(SHIPPED_RULES), book };
  writeFileSync(file, JSON.stringify(compiled));
}

function fingerprintOf(directory: string): string {
  const hash = createHash('sha256');
  for (const folder of ['.', 'advice', 'checks', 'contracts']) {
    for (const file of readdirSync(join(directory, folder)).sort()) {
      if (!file.endsWith('.yml')) continue;
      const content = readFileSync(join(directory, folder, file));
      hash.update(`${folder}/${file}\0${String(content.length)}\0`).update(content);
    }
  }
  return hash.digest('hex');
}
