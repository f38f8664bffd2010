import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { RectoError } from '../../src/errors.js';
import { openGitTree } from '../../src/tree/git.js';
import { openTree } from '../../src/tree/open.js';
import type { Tree } from '../../src/tree/tree.js';
import { commit, git, header, repository, temporaryFolder } from './repository.js';

async function readAll(tree: Tree): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const { file, text } of tree.readMany(await tree.files())) texts[file.path] = text;
  return texts;
}

describe('a tree in a git repository', () => {
  it('is read at any revision, whatever is checked out', async () => {
    const folder = repository();
    const first = commit(folder, {
      [header]: 'one\n',
      'mm/rmap.c': 'old\n',
      'mm/gone.c': 'x\n',
      Makefile: 'V\n',
    });
    git(folder, 'tag', 'v6.12');
    git(folder, 'rm', '-q', 'mm/gone.c');
    commit(folder, { 'mm/rmap.c': 'new\n' });

    const then = await openTree(folder, 'v6.12');
    expect(then.name).toBe(`v6.12 (${first.slice(0, 12)})`);
    expect(await then.read('mm/rmap.c')).toBe('old\n');
    expect(await then.read('Makefile')).toBe('V\n');
    expect((await then.files()).map((file) => file.path)).toEqual([header, 'mm/gone.c', 'mm/rmap.c']);
    expect((await then.files())[2]?.id).toBe(git(folder, 'rev-parse', 'v6.12:mm/rmap.c'));
    await then.close();

    const now = await openTree(folder, null);
    expect(await readAll(now)).toEqual({ [header]: 'one\n', 'mm/rmap.c': 'new\n' });
    expect(await now.read('mm/gone.c')).toBeNull();
    await now.close();
  });

  it('is read from a bare repository', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n', 'mm/a.c': 'a\n' });
    const bare = temporaryFolder();
    execFileSync('git', ['clone', '-q', '--bare', folder, join(bare, 'linux.git')]);
    const tree = await openTree(join(bare, 'linux.git'), 'master');
    expect(await tree.read('mm/a.c')).toBe('a\n');
    expect(await tree.notes()).toEqual([]);
    await tree.close();
  });

  it('lists in the order of paths, with files of any name and content', async () => {
    const folder = repository();
    const files = {
      [header]: '',
      'mm/a/b.c': 'nested\n',
      'mm/a.c': 'no line feed at the end',
      'mm/with blank\nand line feed.c': 'odd\n',
      'mm/ümlaut.c': 'ü\n',
      'mm/latin1.c': Buffer.from([0x2f, 0x2a, 0xe4, 0x2a, 0x2f, 0x0a]),
    };
    commit(folder, files);
    const tree = await openTree(folder, null);
    const paths = (await tree.files()).map((file) => file.path);
    expect(paths).toEqual(Object.keys(files).sort());
    expect(await tree.read('mm/with blank\nand line feed.c')).toBe('odd\n');
    expect(await tree.read('mm/latin1.c')).toBe('/*\ufffd*/\n');
    expect(await tree.read(header)).toBe('');
    await tree.close();
  });

  it('does not take symbolic links and submodules for files', async () => {
    const folder = repository();
    symlinkSync('/etc/passwd', join(folder, 'link.c'));
    commit(folder, { [header]: 'h\n' });
    git(folder, 'update-index', '--add', '--cacheinfo', `160000,${git(folder, 'rev-parse', 'HEAD')},sub.c`);
    git(folder, 'commit', '-q', '-m', 'A submodule');
    const tree = await openTree(folder, null);
    expect((await tree.files()).map((file) => file.path)).toEqual([header]);
    expect(await tree.read('link.c')).toBeNull();
    expect(await tree.read('../../etc/passwd')).toBeNull();
    await tree.close();
  });

  it('answers many requests at once, in order, and large files', async () => {
    const folder = repository();
    const files: Record<string, string> = { [header]: 'h\n' };
    for (let i = 0; i < 300; i++)
      files[`mm/f${String(i).padStart(3, '0')}.c`] = `${String(i)}\n`.repeat(i * 40);
    files['mm/large.c'] = 'x'.repeat(5_000_000);
    commit(folder, files);
    const tree = await openTree(folder, null);
    expect(await readAll(tree)).toEqual(files);
    const some = (await tree.files()).slice(5, 8).reverse();
    const order: string[] = [];
    for await (const { file } of tree.readMany([...some, { path: 'mm/none.c', id: some[0]!.id }]))
      order.push(file.path);
    expect(order).toEqual(some.map((file) => file.path));
    for await (const { file } of tree.readMany(await tree.files())) if (file.path > 'mm/f1') break;
    await tree.close();
    await tree.close();
  });

  it('searches for words in many files as it does in few', async () => {
    const folder = repository();
    const files: Record<string, string | Uint8Array> = { [header]: 'struct page;\n' };
    for (let n = 0; n < 4100; n++)
      files[`drivers/d${String(n % 50)}/f${String(n)}.c`] = `int f${String(n)};\n`;
    files['mm/a folio\nin ä name.c'] = 'nothing\n';
    files['mm/ä "quoted".c'] = 'folio\n';
    files['mm/binary.c'] = Buffer.from([0, 1, 255, ...Buffer.from('struct page')]);
    files['include/linux/list.h'] = '#define list_for_each(a)\n';
    files['lib/list.c'] = '#define list_for_each(a)\n';
    commit(folder, files);
    const tree = await openGitTree(folder, null);
    const words = {
      anywhere: ['folio', 'struct page'],
      within: [{ folder: 'include/', words: ['_for_each'] }],
    };
    const all = await tree.files();
    const found = async (some: typeof all): Promise<string[]> => {
      const paths: string[] = [];
      let count = 0;
      for await (const { file, text } of tree.readMentioning!(some, words)) {
        count++;
        if (text !== null && /folio|struct page|_for_each/.test(text)) paths.push(file.path);
      }
      expect(count).toBe(some.length);
      return paths.sort();
    };
    const wanted = ['include/linux/list.h', header, 'mm/binary.c', 'mm/ä "quoted".c'];
    expect(await found(all)).toEqual(wanted.sort());
    const few = all.filter(({ path }) => !path.startsWith('drivers/'));
    expect(await found(few)).toEqual(
      ['include/linux/list.h', header, 'lib/list.c', 'mm/binary.c', 'mm/ä "quoted".c'].sort(),
    );
    await tree.close();
  });

  it('says that uncommitted changes of sources were not read', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n', 'mm/a.c': 'a\n', README: 'r\n' });
    execFileSync('sh', ['-c', `echo changed > ${folder}/README`]);
    const clean = await openTree(folder, null);
    expect(await clean.notes()).toEqual([]);
    await clean.close();
    execFileSync('sh', ['-c', `echo changed > ${folder}/mm/a.c`]);
    const dirty = await openTree(folder, 'master');
    expect(await dirty.notes()).toEqual(['HEAD was read; uncommitted changes in 1 file (mm/a.c) were not']);
    expect(await dirty.read('mm/a.c')).toBe('a\n');
    await dirty.close();
  });

  it('is not led elsewhere by the environment of a hook', async () => {
    const folder = repository();
    commit(folder, { [header]: 'right\n' });
    const other = repository();
    commit(other, { [header]: 'wrong\n' });
    vi.stubEnv('GIT_DIR', join(other, '.git'));
    vi.stubEnv('GIT_INDEX_FILE', join(other, '.git/index'));
    const tree = await openTree(folder, null);
    expect(await tree.read(header)).toBe('right\n');
    await tree.close();
    vi.unstubAllEnvs();
  });
});

describe('what cannot be read is said in words', () => {
  const failure = async (opening: Promise<Tree>): Promise<RectoError> => {
    const error: unknown = await opening.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(RectoError);
    return error as RectoError;
  };

  it('an unknown revision, with the names that are near and the way to get it', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n' });
    git(folder, 'tag', 'v6.12');
    git(folder, 'branch', 'mm-stable');
    const error = await failure(openTree(folder, 'v6.13'));
    expect(error.code).toBe('no-tree');
    expect(error.message).toContain('no revision "v6.13"');
    expect(error.message).toContain('Did you mean v6.12?');
    expect(error.message).toContain('fetch');
    expect((await failure(openTree(folder, 'mm-stabel'))).message).toContain('mm-stable');
  });

  it.each([
    '--upload-pack=touch /tmp/recto-was-here',
    '--help',
    '-',
    '--',
    '',
    'HEAD\nHEAD',
    '--end-of-options',
    'HEAD:mm',
    'a'.repeat(5000),
    "$(touch x);`touch x`'",
  ])('a hostile revision: %j', async (revision) => {
    const folder = repository();
    commit(folder, { [header]: 'h\n' });
    const error = await failure(openTree(folder, revision));
    expect(error.code).toBe('no-tree');
    expect(error.message).toContain('no revision');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('a shallow clone', async () => {
    const folder = repository();
    const first = commit(folder, { [header]: 'h\n' });
    commit(folder, { [header]: 'i\n' });
    const clone = join(temporaryFolder(), 'clone');
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${folder}`, clone]);
    expect((await failure(openTree(clone, first))).message).toContain('--unshallow');
  });

  it('a partial clone, without going to the network for what is missing', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n', 'mm/a.c': 'old\n' });
    commit(folder, { 'mm/a.c': 'new\n' });
    git(folder, 'config', 'uploadpack.allowFilter', 'true');
    git(folder, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    const clone = join(temporaryFolder(), 'clone');
    execFileSync('git', ['clone', '-q', '--filter=blob:none', `file://${folder}`, clone]);
    const objects = () => execFileSync('git', ['-C', clone, 'count-objects', '-v'], { encoding: 'utf8' });
    const before = objects();
    const tree = await openTree(clone, 'HEAD~1');
    const error = await failure(tree.read('mm/a.c').then(() => tree));
    expect(error.code).toBe('no-tree');
    expect(error.message).toContain('objects are missing');
    expect(error.message).toContain('--refetch');
    await tree.close();
    expect(objects()).toBe(before);
  });

  it('no such directory, a file, no repository, no commit', async () => {
    const folder = temporaryFolder();
    expect((await failure(openTree(join(folder, 'none'), null))).message).toContain(
      'no such file or directory',
    );
    const empty = repository();
    expect((await failure(openTree(empty, null))).message).toContain('has no commit yet');
    const file = repository();
    commit(file, { [header]: 'h\n' });
    expect((await failure(openTree(join(file, header), null))).message).toContain('takes a directory');
    rmSync(join(file, '.git/objects'), { recursive: true });
    expect((await failure(openTree(file, null))).message).toContain('not a git repository');
  });

  it('a tree without page-flags.h', async () => {
    const folder = repository();
    commit(folder, { 'mm/a.c': 'a\n' });
    const error = await failure(openTree(folder, null));
    expect(error.code).toBe('not-a-kernel-tree');
    expect(error.message).toContain(header);
  });

  it('git is not installed', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n' });
    vi.stubEnv('PATH', '/nonexistent');
    const error = await failure(openTree(folder, null));
    vi.unstubAllEnvs();
    expect(error.message).toContain('git is not installed');
  });

  it('a repository of somebody else', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n' });
    // Tells git to take the owner for somebody else; without it only root could set this up.
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
    const error = await failure(openTree(folder, null));
    vi.unstubAllEnvs();
    expect(error.message).toContain('safe.directory');
  });

  it('git that dies in the middle', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n' });
    const bin = temporaryFolder();
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    execFileSync('sh', [
      '-c',
      `printf '#!/bin/sh\\ncase "$*" in *cat-file*) read -r x; echo "$x" | ${real} "$@"; read -r x; echo "fatal: out of luck" >&2; exit 128;; esac\\nexec ${real} "$@"\\n' > ${bin}/git`,
    ]);
    chmodSync(join(bin, 'git'), 0o755);
    vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`);
    const tree = await openGitTree(folder, null);
    const error = await failure(tree.read(header).then(() => tree));
    vi.unstubAllEnvs();
    expect(error.message).toContain('out of luck');
    expect((await failure(tree.read(header).then(() => tree))).message).toContain('out of luck');
    await tree.close();
  });
});
