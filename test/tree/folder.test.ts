import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openFolder } from '../../src/tree/folder.js';
import { openTree } from '../../src/tree/open.js';
import { git, header, settle, temporaryFolder, writeFiles } from './repository.js';

function cacheFolder(): string {
  const folder = temporaryFolder();
  vi.stubEnv('XDG_CACHE_HOME', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return folder;
}

describe('a tree in a plain folder', () => {
  it('lists sources by path with the ids that git gives them', async () => {
    cacheFolder();
    const folder = temporaryFolder();
    writeFiles(folder, {
      [header]: 'h\n',
      'mm/a.c': 'ä\n',
      'mm/a/b.c': '',
      Makefile: 'V\n',
      '.git/x.c': 'no\n',
    });
    const tree = openFolder(folder);
    const files = await tree.files();
    expect(files.map((file) => file.path)).toEqual([header, 'mm/a.c', 'mm/a/b.c']);
    expect(files[1]?.id).toBe(git(folder, 'hash-object', 'mm/a.c'));
    expect(files[2]?.id).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
    expect(await tree.read('Makefile')).toBe('V\n');
    expect(await tree.read('none.c')).toBeNull();
    const read: string[] = [];
    for await (const { file, text } of tree.readMany([files[1]!, { path: 'none.c', id: '' }, files[0]!])) {
      read.push(file.path + ':' + text);
    }
    expect(read).toEqual(['mm/a.c:ä\n', `${header}:h\n`]);
    expect(await tree.notes()).toEqual([]);
  });

  it('does not leave the folder, by links or by names, and does not wait at a pipe', async () => {
    cacheFolder();
    const outside = temporaryFolder();
    writeFiles(outside, { 'secret.c': 'secret\n' });
    const folder = temporaryFolder();
    writeFiles(folder, { [header]: 'h\n' });
    symlinkSync(join(outside, 'secret.c'), join(folder, 'link.c'));
    symlinkSync(outside, join(folder, 'dir'));
    symlinkSync('.', join(folder, 'loop'));
    execFileSync('mkfifo', [join(folder, 'pipe.c')]);
    mkdirSync(join(folder, 'folder.c'));
    const tree = openFolder(folder);
    expect((await tree.files()).map((file) => file.path)).toEqual([header]);
    for (const path of [
      'link.c',
      'dir/secret.c',
      `../${outside.split('/').pop()!}/secret.c`,
      `${outside}/secret.c`,
    ]) {
      expect(await tree.read(path)).toBeNull();
    }
    for (const path of [
      '',
      '.',
      '..',
      '/etc/passwd',
      '../../etc/passwd',
      'a\0b',
      'pipe.c',
      'folder.c',
      './link.c',
    ]) {
      expect(await tree.read(path)).toBeNull();
    }
  });

  it('remembers ids, and sees a change of the same size', async () => {
    const cache = cacheFolder();
    const folder = temporaryFolder();
    writeFiles(folder, { [header]: 'h\n', 'mm/a.c': 'one\n' });
    settle();
    const first = await openFolder(folder).files();
    const kept = join(cache, 'recto/blob-ids');
    const memory = readFileSync(join(kept, readdirSync(kept)[0]!), 'utf8');
    expect(memory).toContain(first[1]!.id);
    writeFileSync(join(kept, 'long-ago'), '');
    utimesSync(join(kept, 'long-ago'), new Date(0), new Date(0));
    expect(await openFolder(folder).files()).toEqual(first);

    const past = new Date(1_700_000_000_000);
    utimesSync(join(folder, 'mm/a.c'), past, past);
    writeFileSync(join(folder, 'mm/a.c'), 'two\n');
    utimesSync(join(folder, 'mm/a.c'), past, past);
    const second = await openFolder(folder).files();
    expect(second[1]!.id).toBe(git(folder, 'hash-object', 'mm/a.c'));
    expect(second[0]).toEqual(first[0]);
    expect(readdirSync(kept)).toHaveLength(1);
  });

  it('is listed and searched in one go, and what is known is not read', async () => {
    cacheFolder();
    const folder = temporaryFolder();
    const large = `${'x'.repeat(3 * 1024 * 1024)} folio`;
    writeFiles(folder, {
      [header]: 'folio\n',
      'drivers/a/b.c': large,
      'drivers/a/c.c': 'none\n',
      'include/d.h': 'thing_for_each\n',
      'mm/e.c': 'thing_for_each\n',
    });
    const words = { anywhere: ['folio'], within: [{ folder: 'include/', words: ['_for_each'] }] };
    const search = async (known: string): Promise<Record<string, string | null>> => {
      const tree = openFolder(folder);
      const asked: string[] = [];
      const { count, files } = await tree.search!(words, ({ path }) => {
        asked.push(path);
        return path === known;
      });
      expect(count).toBe(5);
      const found: Record<string, string | null> = {};
      for await (const { file, text } of files) found[file.path] = text;
      const listed = await tree.files();
      expect(listed).toEqual(await openFolder(folder).files());
      expect(asked.sort()).toEqual(['drivers/a/b.c', 'include/d.h', header]);
      return found;
    };
    const found = {
      [header]: 'folio\n',
      'drivers/a/b.c': large,
      'drivers/a/c.c': null,
      'include/d.h': 'thing_for_each\n',
      'mm/e.c': null,
    };
    expect(await search('')).toEqual(found);
    settle();
    await openFolder(folder).files();
    const { [header]: text, ...rest } = found;
    expect(text).toBe('folio\n');
    expect(await search(header)).toEqual(rest);
  });

  it('gives no id to files without the words that are looked for, and remembers that for these words', async () => {
    const cache = cacheFolder();
    const folder = temporaryFolder();
    writeFiles(folder, { [header]: 'folio\n', 'mm/a.c': 'none\n' });
    settle();
    const words = { anywhere: ['folio'], within: [] };
    const all = await openFolder(folder).files();
    const [first, second] = all;
    expect(second!.id).toBe(git(folder, 'hash-object', 'mm/a.c'));
    expect(await openFolder(folder).files(words)).toEqual([first, { path: 'mm/a.c', id: null }]);
    expect(readdirSync(join(cache, 'recto/blob-ids'))).toHaveLength(2);
    const read = async (looked: typeof words): Promise<string[]> => {
      const { files } = await openFolder(folder).search!(looked, () => true);
      const paths: string[] = [];
      for await (const { file } of files) paths.push(file.path);
      return paths.sort();
    };
    expect(await read(words)).toEqual([]);
    expect(await read({ ...words, anywhere: ['page'] })).toEqual([header, 'mm/a.c']);
    expect(await openFolder(folder).files({ ...words, anywhere: ['none'] })).toEqual([
      { path: header, id: null },
      second,
    ]);
    expect(await openFolder(folder).files()).toEqual(all);

    writeFileSync(join(folder, 'mm/a.c'), 'a folio\n');
    expect((await openFolder(folder).files(words))[1]!.id).toBe(git(folder, 'hash-object', 'mm/a.c'));
  });

  it('does not trust a damaged memory of ids', async () => {
    const cache = cacheFolder();
    const folder = temporaryFolder();
    writeFiles(folder, { [header]: 'h\n', 'mm/a.c': 'one\n' });
    settle();
    const first = await openFolder(folder).files();
    const kept = join(cache, 'recto/blob-ids');
    const file = join(kept, readdirSync(kept)[0]!);
    const whole = readFileSync(file, 'utf8');
    for (const damaged of [
      '',
      'x',
      whole.slice(0, -5),
      whole.replace(first[1]!.id!, '0'.repeat(40)),
      whole.replace(' ids 2 ', ' ids 1 '),
    ]) {
      writeFileSync(file, damaged);
      expect(await openFolder(folder).files()).toEqual(first);
    }
  });

  it('works without a cache, and says so', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { [header]: 'h\n' });
    settle();
    vi.stubEnv('XDG_CACHE_HOME', join(folder, header));
    const tree = await openTree(folder, null);
    expect(await tree.files()).toHaveLength(1);
    vi.unstubAllEnvs();
    expect(await tree.notes()).toEqual(['blob ids could not be kept for the next run: not a directory']);
  });
});
