import { afterEach, expect, it, vi } from 'vitest';
import { expectShortRun } from '../../src/cli/short-run.js';

const flags = vi.hoisted(() => [] as string[]);
vi.mock('node:v8', () => ({ setFlagsFromString: (flag: string) => flags.push(flag) }));

afterEach(() => {
  vi.restoreAllMocks();
});

it('has V8 optimise as usual once a run has become long, and tells it so once', () => {
  let now = 100;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const look = expectShortRun();
  look();
  expect(flags).toEqual([
    '--wasm-tiering-budget=1000000000',
    '--interrupt-budget=1000000',
    '--max-inlined-bytecode-size-cumulative=920',
  ]);
  now = 5000;
  look();
  look();
  expect(flags.slice(3)).toEqual(['--interrupt-budget=67584', '--max-inlined-bytecode-size-cumulative=920']);
});
