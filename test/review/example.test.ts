import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { recto } from '../cli/console.js';
import { commit, git, repository, temporaryFolder } from '../tree/repository.js';

const top = join(import.meta.dirname, '../..');
const tree = join(top, 'examples/tree');
const sample = readFileSync(join(top, 'examples/adopt-folio.patch'), 'utf8');

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
  return () => vi.unstubAllEnvs();
});

/** The parts of the JSON that these tests look at. */
interface Printed {
  readonly base: { readonly how: string };
  readonly findings: readonly {
    readonly in: string;
    readonly updater: string;
    readonly update: string;
    readonly because: string;
    readonly patch: number;
    readonly resolvedBy: number | null;
    readonly origins: readonly { readonly file: string; readonly line: number }[];
    readonly races: readonly { readonly update: string }[];
  }[];
  readonly resolved: readonly { readonly in: string; readonly update: string }[];
}

/** Reviews mails, given on standard input. */
async function review(mails: string, where = tree) {
  const { status, stdout, stderr } = await recto(
    ['review', '--tree', where, '--format', 'json', '-'],
    '/',
    mails,
  );
  expect(stderr).toBe('');
  return { status, ...(JSON.parse(stdout) as Printed) };
}

const name = ({ in: holder, updater, update, because }: Printed['findings'][number]) =>
  `${holder} ${updater} ${update} ${because}`;

/** The sample with other lines added, from another message. */
function variation(lines: string): string {
  const added = lines.split('\n').map((line) => `+${line}\n`);
  return sample
    .replace('<20250304102107.1-', '<20250304102107.2-')
    .replace('@@ -15,6 +15,8 @@', `@@ -15,6 +15,${String(6 + added.length)} @@`)
    .replace(/\+\tif \(folio->page[^]*?folio\);\n/, added.join(''));
}

describe('the sample patch', () => {
  it('is found to hand a folio of the page cache to a function for new folios', async () => {
    const { status, findings, resolved, base } = await review(sample);
    expect(status).toBe(1);
    expect(base.how).toBe('folder');
    expect(findings.map(name).sort()).toEqual([
      'sketch_draw sketch_init_folio __folio_set_checked new-caller',
      'sketch_draw sketch_init_folio __folio_set_referenced new-caller',
    ]);
    expect(resolved).toEqual([]);
    for (const { origins, races } of findings) {
      expect(origins[0]).toMatchObject({ file: 'mm/sketch_draw.c', line: 19 });
      const racing = races.map(({ update }) => update);
      expect(racing).toContain('folio_test_clear_lru');
      // We hold the lock: another's failed attempt at it leaves the word as it was.
      expect(racing).not.toContain('folio_trylock');
    }
  });

  it('is told to people once, with its lines', async () => {
    const { status, stdout } = await recto(['review', '--tree', tree, '-'], '/', sample);
    expect(status).toBe(1);
    expect(stdout).toContain('mm/sketch_draw.c:19: sketch_draw() passes a folio that is visible');
    expect(stdout).toMatch(
      /mm\/sketch\.c:14 +sketch_init_folio\(\) +__folio_set_referenced\(\) is not atomic/,
    );
    expect(stdout).toMatch(/\n1 finding\.\n$/);
  });

  it('is fine with atomic operations', async () => {
    const { status, findings } = await review(
      variation(
        '\tif (folio->page.private != sketch) {\n\t\tfolio->page.private = sketch;\n\t\tfolio_set_checked(folio);\n\t}',
      ),
    );
    expect(findings).toEqual([]);
    expect(status).toBe(0);
  });

  it('does not count when a later patch of the series takes it back, which is marked', async () => {
    const folder = repository();
    cpSync(tree, folder, { recursive: true });
    const base = commit(folder, {});
    git(folder, 'apply', join(top, 'examples/adopt-folio.patch'));
    commit(folder, {}, 'mm/sketch: adopt folios');
    const path = 'mm/sketch.c';
    const text = readFileSync(join(folder, path), 'utf8');
    commit(folder, { [path]: text.replaceAll('\t__folio_set_', '\tfolio_set_') }, 'mm/sketch: atomic');
    const { stdout, status } = await recto(['review', '--format', 'json', `${base}..HEAD`], folder);
    const { findings, resolved } = JSON.parse(stdout) as Printed;
    expect(findings.map(({ patch, resolvedBy }) => [patch, resolvedBy])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect({ status, resolved }).toEqual({ status: 0, resolved: [] });
    const later = await recto(['review', '--format', 'json', 'HEAD'], folder);
    expect(later.status).toBe(0);
    expect((JSON.parse(later.stdout) as Printed).resolved.map((item) => item.in)).toEqual([
      'sketch_draw',
      'sketch_draw',
    ]);
    const audit = await recto(['audit', '--rev', 'HEAD~1'], folder);
    expect(audit.status).toBe(1);
    expect(audit.stdout).toContain('sketch_draw() passes a folio');
    expect(await recto(['audit'], folder)).toMatchObject({ status: 0, stdout: 'Nothing to report.\n' });
  });

  it('counts from the severity that was asked for', async () => {
    const { status } = await recto(['review', '--tree', tree, '--fail-on', 'high', '-'], '/', sample);
    const { findings } = JSON.parse(
      (await recto(['review', '--tree', tree, '--format', 'json', '-'], '/', sample)).stdout,
    ) as { findings: { severity: string }[] };
    expect(status).toBe(findings.some(({ severity }) => severity === 'high') ? 1 : 0);
  });
});

describe('the README', () => {
  it.each([
    [0, 'reviews a patch without a tree', 'do_swap_page() passes a folio that is visible'],
    [
      1,
      'reviews one against the miniature kernel',
      'mm/sketch_draw.c:19: sketch_draw() passes a folio that is visible',
    ],
  ])('has as command %i one that %s', (index, _what, finding) => {
    const readme = readFileSync(join(top, 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/```sh\n([^`]*)\n```/g)].map(([, text]) => text!);
    const command = blocks[index]!.replace(/^npm ci && /, '');
    expect(blocks[0]).toMatch(/^npm ci && /);
    expect(command).toMatch(/^node dist\/cli\/main\.js review /);
    const cache = join(temporaryFolder(), 'cache');
    mkdirSync(cache);
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
      cwd: top,
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.replace(/\s+/g, ' ')).toContain(finding);
  });
});
