import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startProgress } from '../../src/cli/progress.js';
import { Kept, input } from './console.js';

function watched(isTTY: boolean) {
  const stderr = new Kept(isTTY);
  return { stderr, progress: startProgress({ stdin: input(''), stdout: new Kept(), stderr, cwd: '/' }) };
}

describe('progress', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is silent for what is quick, and where nobody watches', () => {
    const quick = watched(true);
    quick.progress.step('reading', 1, 2);
    vi.advanceTimersByTime(900);
    quick.progress.step('reading', 2, 2);
    quick.progress.end();
    expect(quick.stderr.text).toBe('');

    const piped = watched(false);
    piped.progress.step('reading');
    vi.advanceTimersByTime(60_000);
    piped.progress.step('reading');
    piped.progress.end();
    expect(piped.stderr.text).toBe('');
  });

  it('shows one line after a second, not too often, and takes it away', () => {
    const { stderr, progress } = watched(true);
    progress.step('reading', 1, 2000);
    vi.advanceTimersByTime(1050);
    expect(stderr.text).toBe('\r\x1b[Kreading: 1 of 2000');
    for (let i = 2; i < 2000; i++) progress.step('reading', i, 2000);
    expect(stderr.text).toBe('\r\x1b[Kreading: 1 of 2000');
    vi.advanceTimersByTime(100);
    progress.step('x'.repeat(200));
    expect(stderr.text).toBe('\r\x1b[Kreading: 1 of 2000' + '\r\x1b[K' + 'x'.repeat(79));
    progress.end();
    expect(stderr.text.endsWith('\r\x1b[K')).toBe(true);
  });
});
