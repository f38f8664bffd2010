import { describe, expect, it } from 'vitest';
import { functionNamedBy } from '../../src/patch/section.js';

describe('functionNamedBy', () => {
  it.each([
    ['static int pond_fill(struct pond *pond,', 'pond_fill'],
    ['static __always_inline void __pond_fill(struct pond *pond,', '__pond_fill'],
    ['static __printf(2, 3) void pond_log(struct pond *pond, const char *fmt, ...)', 'pond_log'],
    ['struct pond *pond_get (int n)', 'pond_get'],
    ['SYSCALL_DEFINE3(pond_open, int, n,', 'SYSCALL_DEFINE3(pond_open'],
    ['struct pond {', null],
    ['int pond_fill(struct pond *pond);', null],
    ['EXPORT_SYMBOL(pond_fill);', null],
    ['out:', null],
    ['', null],
  ])('%s', (section, name) => {
    expect(functionNamedBy(section)).toBe(name);
  });
});
