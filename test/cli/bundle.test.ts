import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../tree/repository.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const examples = fileURLToPath(new URL('../../examples', import.meta.url));

let cache: string;

function recto(...args: string[]): string {
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const { stdout, stderr } = spawnSync(process.execPath, [main, ...args], { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

const review = (): string => recto('review', join(examples, 'drop-guard.patch'));
const code = (): string => {
  const folder = join(cache, 'recto/code');
  return join(folder, readdirSync(folder)[0]!);
};

describe('what V8 has compiled', () => {
  beforeEach(() => {
    cache = temporaryFolder();
  });

  it('is kept, and used as it is by the next process', () => {
    const first = review();
    const { ino, size } = statSync(code());
    expect(size).toBeGreaterThan(100_000);
    expect(review()).toBe(first);
    expect(statSync(code()).ino).toBe(ino);
  });

  it('of one command stays when another is run', () => {
    review();
    const { ino } = statSync(code());
    recto('flags', '--tree', join(examples, 'tree'));
    const both = statSync(code()).ino;
    expect(both).not.toBe(ino);
    review();
    recto('flags', '--tree', join(examples, 'tree'));
    expect(statSync(code()).ino).toBe(both);
  });

  it('is made again where it is damaged, cut off or of other sources', () => {
    const first = review();
    const whole = readFileSync(code());
    const damaged = Buffer.from(whole);
    damaged[Math.floor(whole.length / 2)]! ^= 1;
    for (const bytes of [damaged, whole.subarray(0, 5000), whole.subarray(0, 20), Buffer.alloc(0)]) {
      writeFileSync(code(), bytes);
      expect(review()).toBe(first);
      expect(readFileSync(code()).length).toBeGreaterThan(100_000);
    }
  });

  it('is not taken from where anybody may write', () => {
    review();
    const { ino } = statSync(code());
    chmodSync(code(), 0o666);
    review();
    expect(statSync(code()).ino).not.toBe(ino);
  });

  it('is done without where nothing can be written', () => {
    mkdirSync(join(cache, 'recto'));
    writeFileSync(join(cache, 'recto/code'), 'in the way');
    expect(review()).not.toBe('');
  });
});
