import { describe, expect, it } from 'vitest';
import { blobId } from '../../src/tree/blob.js';
import { openGitTree } from '../../src/tree/git.js';
import { overlay } from '../../src/tree/overlay.js';
import { commit, repository } from './repository.js';

describe('an overlay', () => {
  it('replaces, adds and removes files, and reads them in the order asked', async () => {
    const folder = repository();
    commit(folder, { 'mm/a.c': 'a\n', 'mm/b.c': 'b\n', 'mm/c.c': 'c\n', README: 'r\n' });
    const below = await openGitTree(folder, null);
    const tree = overlay(
      below,
      new Map([
        ['mm/b.c', 'B\n'],
        ['mm/c.c', null],
        ['mm/aa.c', 'new\n'],
        ['README', 'R\n'],
      ]),
    );
    expect(await tree.read('mm/a.c')).toBe('a\n');
    expect(await tree.read('mm/b.c')).toBe('B\n');
    expect(await tree.read('mm/c.c')).toBeNull();
    expect(await tree.read('README')).toBe('R\n');
    const files = await tree.files();
    expect(files.map((file) => file.path)).toEqual(['mm/a.c', 'mm/aa.c', 'mm/b.c']);
    expect(files[2]!.id).toBe(blobId(Buffer.from('B\n')));
    const read: string[] = [];
    const removed = { path: 'mm/c.c', id: '' };
    const missing = { path: 'mm/none.c', id: '' };
    const order = [files[2]!, removed, files[0]!, missing, files[1]!, files[0]!];
    for await (const { file, text } of tree.readMany(order)) read.push(file.path + ':' + text);
    expect(read).toEqual(['mm/b.c:B\n', 'mm/a.c:a\n', 'mm/aa.c:new\n', 'mm/a.c:a\n']);
    for await (const { file } of tree.readMany(files)) if (file.path !== '') break;

    const twice = overlay(
      tree,
      new Map([
        ['mm/c.c', 'back\n'],
        ['mm/aa.c', null],
      ]),
    );
    expect(await twice.read('mm/b.c')).toBe('B\n');
    expect((await twice.files()).map((file) => file.path)).toEqual(['mm/a.c', 'mm/b.c', 'mm/c.c']);
    const texts: string[] = [];
    for await (const { text } of twice.readMany(await twice.files())) texts.push(text);
    expect(texts).toEqual(['a\n', 'B\n', 'back\n']);

    await twice.close();
    expect(await tree.read('mm/a.c')).toBe('a\n');
    await below.close();
  });
});
