import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCompiledRules, writeCompiledRules } from '../../src/rules/compiled.js';
import { loadRuleBook } from '../../src/rules/load.js';
import { openRuleBook } from '../../src/rules/open.js';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { temporaryFolder } from '../tree/repository.js';

describe('rules that the build has read', () => {
  const book = loadRuleBook([SHIPPED_RULES]);

  it('are the same, and are not used when the files have changed since', () => {
    const file = join(temporaryFolder(), 'shipped.json');
    expect(readCompiledRules(file)).toBeNull();
    writeCompiledRules(book, file);
    expect(readCompiledRules(file)).toEqual(book);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/"fingerprint":"\w{8}/, '"fingerprint":"00000000'));
    expect(readCompiledRules(file)).toBeNull();
  });

  it('come with the built command', () => {
    const file = join(import.meta.dirname, '../../dist/rules/shipped.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ book: JSON.parse(JSON.stringify(book)) });
  });

  it('are read from YAML where there is no build, or more than they', async () => {
    const own = temporaryFolder();
    writeFileSync(join(own, 'races.yml'), 'races: []\n');
    for (const folders of [[SHIPPED_RULES], [SHIPPED_RULES, own]]) {
      expect(await openRuleBook(folders)).toEqual(loadRuleBook(folders));
    }
  });
});
