import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTree, openTree } from '../../src/tree/open.js';
import { commit, header, repository, temporaryFolder, writeFiles } from './repository.js';

describe('which tree is meant', () => {
  it('is the kernel tree that we are in, when none is named', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n', 'mm/huge/x.c': 'x\n' });
    expect(await findTree(null, join(folder, 'mm/huge'))).toEqual({ directory: folder, kind: 'git' });
    expect(await findTree(null, folder)).toEqual({ directory: folder, kind: 'git' });

    const bare = join(temporaryFolder(), 'linux.git');
    execFileSync('git', ['clone', '-q', '--bare', folder, bare]);
    expect(await findTree(null, bare)).toEqual({ directory: bare, kind: 'git' });

    const plain = temporaryFolder();
    writeFiles(plain, { [header]: 'h\n', 'mm/x.c': 'x\n' });
    expect(await findTree(null, join(plain, 'mm'))).toEqual({ directory: plain, kind: 'folder' });
  });

  it('is nobody’s guess outside of one', async () => {
    const folder = repository();
    commit(folder, { 'mm/x.c': 'x\n' });
    await expect(findTree(null, join(folder, 'mm'))).rejects.toThrow(/no kernel tree given.*--tree DIR/);
  });

  it('is a plain folder when it lies inside a work tree', async () => {
    const folder = repository();
    commit(folder, { [`examples/tree/${header}`]: 'h\n' });
    expect(await findTree('examples/tree', folder)).toEqual({
      directory: join(folder, 'examples/tree'),
      kind: 'folder',
    });
    await expect(openTree(join(folder, 'examples/tree'), 'HEAD')).rejects.toThrow(
      /plain folder and has no revisions/,
    );
    // A broken repository is not taken for a folder.
    mkdirSync(join(folder, 'examples/tree/.git'));
    await expect(openTree(join(folder, 'examples/tree'), null)).rejects.toThrow(/not a git repository/);
  });

  it('points to the top when a part of a tree is named', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { [header]: 'h\n', 'mm/x.c': 'x\n' });
    await expect(openTree(join(folder, 'mm'), null)).rejects.toThrow(`Did you mean --tree ${folder}?`);
  });
});
