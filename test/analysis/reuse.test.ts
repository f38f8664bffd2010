import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/review/side.js';
import { NO_STORE, rules, treeOf, type Files } from './kernel.js';

/** May what was found out about functions of the first tree be taken over to the second, as far as types go? */
async function mayTakeOver(first: Files, second: Files): Promise<boolean> {
  const before = await analyse(treeOf(first), rules, new Set(), NO_STORE);
  const after = await analyse(treeOf(second), rules, new Set(), NO_STORE);
  return after.program.extendsTypesOf(before.program);
}

const header = (fields: string, constants: string): Files => ({
  'include/linux/holder.h': `#define LIMIT 3\n${constants}struct holder {\n\tint count;\n\tstruct folio *folio;\n${fields}};\n`,
});

describe('reuse of an earlier analysis', () => {
  it('is possible where types are the same', async () => {
    expect(await mayTakeOver(header('', ''), { ...header('', ''), 'mm/b.c': 'struct folio *other;\n' })).toBe(
      true,
    );
  });

  it('is not disturbed by fields and constants that nobody used before', async () => {
    expect(await mayTakeOver(header('', ''), header('\tstruct page *spare;\n', '#define OTHER 4\n'))).toBe(
      true,
    );
  });

  it('does everything anew when a field or a constant changes, or goes', async () => {
    expect(await mayTakeOver(header('\tint more;\n', ''), header('\tstruct page *more;\n', ''))).toBe(false);
    expect(await mayTakeOver(header('\tint more;\n', ''), header('', ''))).toBe(false);
    expect(await mayTakeOver(header('', '#define OTHER 4\n'), header('', '#define OTHER 5\n'))).toBe(false);
  });
});
