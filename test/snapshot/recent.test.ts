import { describe, expect, it } from 'vitest';
import { Recent } from '../../src/snapshot/recent.js';

describe('what was asked for last', () => {
  it('forgets what was not asked for longest, when the keys become too long', () => {
    const recent = new Recent<number>(6);
    recent.set('aa', 1);
    recent.set('bb', 2);
    recent.set('cc', 3);
    expect(recent.get('aa')).toBe(1);
    recent.set('dd', 4);
    expect(['aa', 'bb', 'cc', 'dd'].map((key) => recent.get(key))).toEqual([1, undefined, 3, 4]);
  });

  it('counts a key once that is set again', () => {
    const recent = new Recent<number>(4);
    recent.set('aa', 1);
    recent.set('bb', 2);
    recent.set('aa', 3);
    expect(recent.get('bb')).toBe(2);
    expect(recent.get('aa')).toBe(3);
  });

  it('keeps nothing that is longer than all it may keep', () => {
    const recent = new Recent<number>(1);
    recent.set('aa', 1);
    expect(recent.get('aa')).toBeUndefined();
  });
});
