import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { header, temporaryFolder, writeFiles } from '../tree/repository.js';

// The built command, as npm installs it: `npm test` and `npm ci` build it.
const command = join(import.meta.dirname, '../../dist/cli/main.js');

/** A tree whose flag model is much larger than what a pipe holds. */
function largeTree(): string {
  const folder = temporaryFolder();
  const names = Array.from({ length: 500 }, (_, n) => `flag${String(n)}`);
  writeFiles(folder, {
    [header]: `
      enum pageflags { ${names.map((name) => `PG_${name}`).join(', ')} };
      #define SET(name) static inline void SetPage##name(struct page *page) { set_bit(PG_##name, &page->flags); }
      ${names.map((name) => `SET(${name})`).join('\n')}`,
  });
  return folder;
}

function shell(script: string, folder: string) {
  return spawnSync('bash', ['-c', script, 'bash', process.execPath, command, folder], { encoding: 'utf8' });
}

describe('the built command', () => {
  it('prints everything into a pipe', () => {
    const { stdout, stderr, status } = shell('"$1" "$2" flags --format json --tree "$3" | cat', largeTree());
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect((JSON.parse(stdout) as { flags: unknown[] }).flags).toHaveLength(500);
    expect(stdout.length).toBeGreaterThan(100_000);
  });

  it('does not mind a reader that has seen enough', () => {
    const script = '"$1" "$2" flags --format json --tree "$3" | head -1; echo "${PIPESTATUS[0]}"';
    expect(shell(script, largeTree())).toMatchObject({ stdout: '{\n0\n', stderr: '' });
  });

  it('says when its output is lost', () => {
    const { stderr, status } = shell('"$1" "$2" flags --tree "$3" > /dev/full', largeTree());
    expect(stderr).toBe('recto: the output could not be written: no space left on device\n');
    expect(status).toBe(2);
  });

  it('ends by itself after a failure', () => {
    expect(shell('"$1" "$2" flags --tree "$3/none"', largeTree())).toMatchObject({ status: 3, stdout: '' });
  });
});
