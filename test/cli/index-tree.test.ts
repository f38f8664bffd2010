import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { header, settle, temporaryFolder, writeFiles } from '../tree/repository.js';
import { recto } from './console.js';

function cacheAt(folder: string): void {
  vi.stubEnv('XDG_CACHE_HOME', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

function tree(): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    [header]: 'struct page;\n',
    'mm/a.c': 'void take(struct folio *folio)\n{\n\tfolio_get(folio);\n}\n',
    'mm/b.c': 'int nothing(void)\n{\n\treturn 0;\n}\n',
    'net/c.c': 'int unrelated(void)\n{\n\treturn ) 0;\n}\n',
  });
  return folder;
}

describe('recto index', () => {
  it('fills the cache, and the second time finds all in it', async () => {
    cacheAt(temporaryFolder());
    const folder = tree();
    settle();
    const first = await recto(['index', '--tree', folder], '/');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/: 4 source files, 2 of them concern folios; 4 had to be read now/);
    const second = await recto(['index', '--tree', folder], '/');
    expect(second.stdout).toMatch(/: 4 source files, 2 of them concern folios; none had to be read now/);
  });

  it('says what it could not read', async () => {
    cacheAt(temporaryFolder());
    const folder = tree();
    writeFiles(folder, { 'mm/bad.c': 'int broken(struct page *page)\n{\n\treturn ) + ( page;\n}\n' });
    const { status, stdout } = await recto(['index', '--verbose', '--tree', folder], '/');
    expect(status).toBe(0);
    expect(stdout).toContain('mm/: 3 functions in 3 files, 1 with a syntax error (33.33%)');
    expect(stdout).toContain('mm/bad.c:1: broken() could not be read');
    expect(stdout).not.toContain('net/');
  });

  it('works without a cache, and says so once', async () => {
    const folder = tree();
    // Nothing that this process has read before.
    writeFiles(folder, { 'mm/new.c': 'struct folio *only_here(void);\n' });
    cacheAt(join(folder, 'mm/a.c'));
    const { status, stdout, stderr } = await recto(['index', '--tree', folder], '/');
    expect(status).toBe(0);
    expect(stdout).toContain('5 source files');
    expect(stderr).toBe('recto: the facts could not be kept for the next run: not a directory\n');
  });
});
