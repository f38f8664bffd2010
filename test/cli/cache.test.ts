import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commit, header, repository, temporaryFolder } from '../tree/repository.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const built = existsSync(main);
if (!built && process.env.CI === 'true') throw new Error('dist/ is missing: npm run build');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function index(tree: string, cache: string, before: readonly string[] = []): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const words = [...before, process.execPath, main, 'index', '--tree', tree];
    const child = spawn(words[0]!, words.slice(1), { env: { ...process.env, XDG_CACHE_HOME: cache } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout, stderr });
    });
  });
}

function tree(): string {
  const folder = repository();
  const code = (n: number) =>
    `void take_${String(n)}(struct folio *folio)\n{\n${Array.from({ length: 200 }, (_, at) => `\tcall_${String(at * n)}(folio);\n`).join('')}}\n`;
  const files = Array.from({ length: 40 }, (_, n) => [`mm/f${String(n)}.c`, code(n)]);
  commit(folder, { [header]: 'struct page;\n', ...(Object.fromEntries(files) as Record<string, string>) });
  return folder;
}

/** A mount of our own, for one command; null where that is not allowed. */
function mounting(options: string, at: string): string[] | null {
  const sh = ['unshare', '--map-root-user', '--mount', 'sh', '-c'];
  const command = [...sh, `mount -t tmpfs -o ${options} tmpfs '${at}' && exec "$@"`, 'sh'];
  return spawnSync(command[0]!, [...command.slice(1), 'true']).status === 0 ? command : null;
}

describe.skipIf(!built)('the cache, as processes use it', () => {
  const all = /: 41 source files, 41 of them concern folios; 41 had to be read now/;
  const some = /: 41 source files, 41 of them concern folios; \d+ had to be read now/;
  const none = /: 41 source files, 41 of them concern folios; none had to be read now/;

  it('is used by two processes at once', async () => {
    const [folder, cache] = [tree(), temporaryFolder()];
    for (const { status, stderr } of await Promise.all([index(folder, cache), index(folder, cache)])) {
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    expect((await index(folder, cache)).stdout).toMatch(none);
  });

  it('is made again when it is cut off or full of something else', async () => {
    const [folder, cache] = [tree(), temporaryFolder()];
    expect((await index(folder, cache)).stdout).toMatch(all);
    const facts = join(cache, 'recto', 'facts');
    const packs = () =>
      readdirSync(facts, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pack'));
    for (const damage of [
      (pack: string) => {
        truncateSync(pack, statSync(pack).size >> 4);
      },
      (pack: string) => {
        writeFileSync(pack, Buffer.alloc(5000, 'garbage'));
      },
      (pack: string) => {
        writeFileSync(pack, '');
      },
    ]) {
      for (const name of packs()) damage(join(facts, name));
      const { status, stdout, stderr } = await index(folder, cache);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(some);
      expect((await index(folder, cache)).stdout).toMatch(none);
    }
  });

  it.each([
    [
      'a full disk',
      'size=8k',
      /^recto: the facts could not be kept for the next run: no space left on device\n$/,
    ],
    [
      'a disk for reading only',
      'ro',
      /^recto: the facts could not be kept for the next run: read-only file system\n$/,
    ],
  ])('is done without on %s', async (_, options, said) => {
    const [folder, cache] = [tree(), temporaryFolder()];
    const inside = mounting(options, cache);
    if (inside === null) {
      if (process.env.CI === 'true') throw new Error('unshare --mount is not allowed here');
      return;
    }
    const { status, stdout, stderr } = await index(folder, cache, inside);
    expect(status).toBe(0);
    expect(stdout).toMatch(all);
    expect(stderr).toMatch(said);
  });
});
