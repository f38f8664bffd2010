import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { recto } from './console.js';

const examples = join(import.meta.dirname, '../../examples');
const sample = readFileSync(join(examples, 'adopt-folio.patch'), 'utf8');

interface Printed {
  readonly snapshot: { readonly version: string; readonly date: string } | null;
  readonly patches: readonly { readonly applied: { readonly status: string } }[];
  readonly findings: readonly Readonly<Record<string, unknown>>[];
  readonly resolved: readonly Readonly<Record<string, unknown>>[];
  readonly notes: readonly string[];
}

let folder: string;
let made: string;

/** Reviews a mail; against the snapshot of the example tree unless other options say else. */
async function review(mail: string, ...options: string[]) {
  const asked = options.length > 0 ? options : ['--snapshot', made];
  const { status, stdout, stderr } = await recto(['review', '--format', 'json', ...asked, '-'], folder, mail);
  return { status, stderr, ...(stdout === '' ? null : (JSON.parse(stdout) as Printed)) };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recto-snapshot-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  const tree = join(examples, 'tree');
  const { status, stdout } = await recto(
    ['snapshot', '--tree', tree, '--date', '2024-11-17', '--output', 'made.gz'],
    folder,
  );
  made = join(folder, 'made.gz');
  expect(status).toBe(0);
  expect(stdout).toMatch(/made\.gz: Linux 6\.12 of 2024-11-17, \d+ functions, \d+ kB\n$/);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  return () => vi.unstubAllEnvs();
});

/** What a finding says, without how sure it is. */
const said = ({ confidence, ...finding }: Readonly<Record<string, unknown>>) => {
  expect(confidence).toBeTypeOf('string');
  // Lines that the patch does not show are numbered as in the release.
  return { ...finding, origins: null, callers: null };
};

describe('a review without a tree', () => {
  it('finds what a review on the tree finds, and is less sure of it', async () => {
    const without = await review(sample);
    const onTree = await review(sample, '--tree', join(examples, 'tree'));
    expect(without.status).toBe(1);
    expect(without.findings!.map(said)).toEqual(onTree.findings!.map(said));
    expect(onTree.findings!.map(({ confidence }) => confidence)).toEqual(['high', 'high']);
    expect(without.findings!.map(({ confidence }) => confidence)).toEqual(['medium', 'medium']);
    expect(without.snapshot).toEqual({ version: '6.12', date: '2024-11-17' });
    expect(onTree.snapshot).toBeNull();
    expect(without.notes).toContain('against the Linux 6.12 snapshot (of 2024-11-17), no tree given');
  });

  it('says nothing of a patch that the release has', async () => {
    const patched = join(folder, 'patched');
    cpSync(join(examples, 'tree'), patched, { recursive: true });
    const path = join(patched, 'mm/sketch_draw.c');
    const text = readFileSync(path, 'utf8');
    const added = [...sample.matchAll(/^\+(\t.*)$/gm)].map((line) => `${line[1]!}\n`).join('');
    writeFileSync(
      path,
      text.replace('\tfolio_lock(folio);\n', (lock) => lock + added),
    );
    expect(readFileSync(path, 'utf8')).not.toBe(text);
    const file = join(folder, 'patched.gz');
    await recto(['snapshot', '--tree', patched, '--output', file], folder);
    const result = await review(sample, '--snapshot', file);
    expect(result.status).toBe(0);
    expect(result.findings).toEqual([]);
    expect(result.patches!.map(({ applied }) => applied.status)).toEqual(['already']);
    expect(result.notes!.join('\n')).toContain('is already part of Linux 6.12; nothing is claimed about it');
  });

  it('says when it has nothing of the code', async () => {
    const { status, stderr } = await review(sample.replaceAll('sketch_draw.c', 'other.c'));
    expect(status).toBe(3);
    expect(stderr).toContain('has nothing of the code that is changed');
    expect(stderr).toContain('--tree');
  });

  it('says when the code is another', async () => {
    const stale = sample
      .replace(' \tfolio_lock(folio);', ' \tfolio_lock_or_leave(folio);')
      .replace(' \tmemcpy(folio_address(folio), from, bytes);', ' \tscribble(folio);');
    const { status, stderr } = await review(stale);
    expect(status).toBe(3);
    expect(stderr).toContain('sketch_draw() of Linux 6.12 has other code there');
  });
});

describe('the snapshots that come with Recto', () => {
  it('are smaller than a megabyte, and chosen by the date of the mail', async () => {
    const folder = join(examples, '../rules/snapshots');
    for (const name of ['linux-6.1.json.gz', 'linux-6.12.json.gz']) {
      expect(statSync(join(folder, name)).size).toBeLessThan(1_000_000);
    }
    const guard = readFileSync(join(examples, 'drop-guard.patch'), 'utf8');
    const found = await review(guard, '--fail-on', 'high');
    expect(found.snapshot).toEqual({ version: '6.12', date: '2024-11-17' });
    expect(found.findings!.map(({ in: place, because }) => [place, because])).toEqual([
      ['do_swap_page', 'guard-removed'],
      ['unuse_pte', 'guard-removed'],
    ]);
    const old = await review(guard.replace('9 Jan 2025', '9 Jan 2023'), '--fail-on', 'high');
    expect(old.stderr).toContain('the snapshot of Linux 6.1 has nothing');
  });
});

describe('a snapshot that cannot be used', () => {
  const change = (name: string, how: (file: Record<string, unknown>) => void): string => {
    const file = JSON.parse(gunzipSync(readFileSync(made)).toString()) as Record<string, unknown>;
    how(file);
    writeFileSync(join(folder, name), gzipSync(JSON.stringify(file)));
    return name;
  };

  it.each([
    ['a name that there is not', () => '5.15', 'there is no snapshot "5.15"'],
    ['something else', () => join(examples, 'adopt-folio.patch'), 'it is damaged, or no snapshot'],
    [
      'one that is cut off',
      () => (writeFileSync(join(folder, 'cut.gz'), readFileSync(made).subarray(0, 900)), 'cut.gz'),
      'it is damaged',
    ],
    ['one of another format', () => change('format.gz', (file) => (file['format'] = 99)), 'it has format 99'],
    [
      'one without its parts',
      () => change('parts.gz', (file) => delete file['files']),
      'another version of Recto made it',
    ],
    [
      'one with parts that do not fit',
      () => change('pool.gz', (file) => (file['pool'] = { ...(file['pool'] as object), strings: [] })),
      'the snapshot is damaged',
    ],
  ])('is told: %s', async (_, name, message) => {
    const { status, stderr } = await review(sample, '--snapshot', name());
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at |this is a bug/m);
  });

  it('is told with a revision, which needs a tree', async () => {
    const { status, stderr } = await recto(
      ['review', '--snapshot', made, '--base', 'HEAD', '-'],
      folder,
      sample,
    );
    expect(status).toBe(2);
    expect(stderr).toContain('leave --snapshot out');
  });
});
