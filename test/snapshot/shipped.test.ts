import { describe, expect, it } from 'vitest';
import { closestSnapshot, snapshotNear } from '../../src/snapshot/shipped.js';

describe('the shipped snapshot', () => {
  it.each([
    ['5.19', 'Linux 6.1'],
    ['6.1', 'Linux 6.1'],
    ['6.6', 'Linux 6.1'],
    ['6.7', 'Linux 6.12'],
    ['6.12', 'Linux 6.12'],
    ['7.0', 'Linux 6.12'],
  ])('closest to Linux %s is that of %s', (version, name) => {
    expect(snapshotNear(version).name).toBe(name);
  });

  it.each([
    ['2023-01-01T00:00:00Z', 'Linux 6.1'],
    ['2025-01-01T00:00:00Z', 'Linux 6.12'],
    [null, 'Linux 6.12'],
    ['some day', 'Linux 6.12'],
  ])('closest to the day %s is that of %s', (date, name) => {
    expect(closestSnapshot(date).name).toBe(name);
  });

  it('is opened once', () => {
    expect(snapshotNear('6.12')).toBe(closestSnapshot(null));
  });
});
