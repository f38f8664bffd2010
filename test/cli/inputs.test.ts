import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInputs } from '../../src/cli/inputs.js';
import type { RectoError } from '../../src/errors.js';
import { commit, header, repository, temporaryFolder, writeFiles } from '../tree/repository.js';
import { Kept, input } from './console.js';

function terminal(cwd: string, stdin: string | null = '') {
  return { stdin: input(stdin), stdout: new Kept(), stderr: new Kept(), cwd };
}

function tree(): string {
  const folder = repository();
  commit(folder, { [header]: 'h\n' });
  commit(folder, { 'mm/a.c': 'a\n' }, 'mm: add a');
  return folder;
}

describe('what a command is given', () => {
  it('is a file where there is one, even when it is named like a revision', async () => {
    const folder = tree();
    writeFiles(folder, { 'x.patch': 'one', HEAD: 'two' });
    const inputs = await readInputs(['x.patch', 'HEAD', join(folder, 'x.patch')], null, terminal(folder));
    expect(inputs.map(({ name, bytes, base }) => [name, bytes.toString(), base])).toEqual([
      ['x.patch', 'one', null],
      ['HEAD', 'two', null],
      ['x.patch', 'one', null],
    ]);
  });

  it('is standard input, by name or when nothing is named', async () => {
    const name = 'standard input';
    for (const words of [['-'], []]) {
      const [only] = await readInputs(words, null, terminal('/', 'mail'));
      expect(only).toEqual({ name, bytes: Buffer.from('mail'), base: null, notes: [] });
    }
  });

  it('is a range of the tree otherwise', async () => {
    const folder = tree();
    const [only] = await readInputs(['HEAD~1..'], folder, terminal('/'));
    expect(only!.name).toBe('HEAD~1.. (1 patch)');
    expect(only!.bytes.toString()).toContain('Subject: [PATCH 1/1] mm: add a');
    expect(only!.base).toMatch(/^[0-9a-f]{40}$/);
    expect(await readInputs(['HEAD'], null, terminal(folder))).toHaveLength(1);
  });

  it('is refused in words', async () => {
    const folder = tree();
    mkdirSync(join(folder, 'dir'));
    writeFiles(folder, { 'x.patch': 'one' });
    const plain = temporaryFolder();
    writeFiles(plain, { [header]: 'h\n' });
    const failure = async (words: readonly string[], at = folder, stdin: string | null = '') => {
      const error = await readInputs(words, null, terminal(at, stdin)).then(
        () => null,
        (reason: unknown) => reason as RectoError,
      );
      return `${error?.code ?? ''}: ${error?.message ?? ''}`;
    };
    expect(await failure([], folder, null)).toMatch(/^usage: nothing to review/);
    expect(await failure(['-', '-'])).toMatch(/^usage: .*only once/);
    expect(await failure(['dir'])).toBe(
      'usage: dir is a directory: name the files in it, for example dir/*.patch',
    );
    expect(await failure(['none.patch'])).toBe('unreadable-input: there is no file none.patch');
    expect(await failure(['./HEAD'])).toBe('unreadable-input: there is no file ./HEAD');
    expect(await failure(['v6.12..v6.13'])).toMatch(/^no-tree: no revision "v6.13"/);
    expect(await failure(['--output=x'])).toMatch(/^no-tree: no revision "--output=x"/);
    expect(await failure(['HEAD', 'x.patch'])).toMatch(/^usage: a revision range is reviewed by itself/);
    expect(await failure(['HEAD'], plain)).toMatch(/^no-tree: .*plain folder/);
    expect(await failure(['HEAD'], '/')).toMatch(/^no-tree: no kernel tree given/);
  });
});
