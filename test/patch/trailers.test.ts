import { expect, it } from 'vitest';
import { readBaseCommit, readPrerequisites, readTrailers } from '../../src/patch/trailers.js';

it('reads the last paragraph of a message', () => {
  const message =
    'Note: this is no trailer.\n\nFixes: 0123456789ab ("pond: fill")\nSigned-off-by: Ann\n <ann@example.org>\n';
  expect(readTrailers(message)).toEqual([
    { key: 'Fixes', value: '0123456789ab ("pond: fill")' },
    { key: 'Signed-off-by', value: 'Ann <ann@example.org>' },
  ]);
  expect(readTrailers('')).toEqual([]);
});

it('reads what git format-patch --base writes', () => {
  const text = `x\nbase-commit: ${'1'.repeat(40)}\nprerequisite-patch-id: ${'2'.repeat(40)}\nprerequisite-patch-id: nonsense\n`;
  expect(readBaseCommit(text)).toBe('1'.repeat(40));
  expect(readPrerequisites(text)).toEqual(['2'.repeat(40)]);
  expect(readBaseCommit('the base-commit: 1234567 is')).toBeNull();
});
