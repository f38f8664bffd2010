import { describe, expect, it } from 'vitest';
import type { Hunk } from '../../src/patch/patch.js';
import { Numbering } from '../../src/snapshot/numbering.js';

describe('numbers of lines after patches', () => {
  it('move behind what comes and goes, and stay in front of it', () => {
    const numbering = new Numbering(0);
    numbering.grow(hunk(10, [' a', ' b', '+new', '+new', ' c', '-gone', ' d']), 0);
    numbering.next();
    expect([9, 10, 11, 12, 14, 100].map((line) => numbering.of(line, 0))).toEqual([9, 10, 11, 14, 15, 101]);
  });

  it('are those before the patch that is looked at', () => {
    const numbering = new Numbering(0);
    numbering.grow(hunk(1, ['+new', ' a']), 0);
    expect(numbering.of(5, 0)).toBe(5);
    numbering.next();
    numbering.grow(hunk(1, ['+new', ' a']), 0);
    expect(numbering.of(5, 0)).toBe(6);
    numbering.next();
    expect(numbering.of(5, 0)).toBe(7);
  });

  it('are counted from the patch that they were seen at', () => {
    const numbering = new Numbering(2);
    numbering.grow(hunk(1, ['+new', ' a']), 0);
    numbering.next();
    numbering.grow(hunk(1, ['+new', '+new', ' a']), 0);
    numbering.next();
    expect([2, 3, 4].map((since) => numbering.of(50, since))).toEqual([53, 52, 50]);
  });

  it('move behind a hunk that shows no line around, and by its offset', () => {
    const numbering = new Numbering(0);
    numbering.grow({ ...hunk(10, ['+new']), oldStart: 10, oldLines: 0 }, 5);
    numbering.next();
    expect([15, 16].map((line) => numbering.of(line, 0))).toEqual([15, 17]);
  });
});

function hunk(oldStart: number, lines: readonly string[]): Hunk {
  const oldLines = lines.filter((line) => !line.startsWith('+')).length;
  const newLines = lines.filter((line) => !line.startsWith('-')).length;
  return { oldStart, oldLines, newStart: oldStart, newLines, section: '', lines };
}
