import { describe, expect, it, vi } from 'vitest';
import { CommanderError } from 'commander';
import { tellFailure } from '../../src/cli/failure.js';
import { RectoError } from '../../src/errors.js';
import { commit, flagsHeader, header, repository, temporaryFolder, writeFiles } from '../tree/repository.js';
import { Kept, input, recto } from './console.js';

describe('the command line', () => {
  it('lists what there is', async () => {
    const help = await recto(['--help'], '/');
    expect(help.status).toBe(0);
    const commands = [...help.stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!);
    expect(commands.sort()).toEqual(
      ['review', 'explain', 'audit', 'flags', 'index', 'snapshot', 'rules', 'follow', 'status'].sort(),
    );
    expect((await recto(['--version'], '/')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [[]],
    [['nonsense']],
    [['flag']],
    [['flags', '--nonsense']],
    [['flags', '--format', 'sarif']],
    [['flags', 'x']],
  ])('says what is wrong with %j and gives status 2', async (words) => {
    const { status, stdout, stderr } = await recto(words, '/');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('recto flags', () => {
  it('prints the flag model of a tree, for people and as JSON', async () => {
    const folder = repository();
    commit(folder, { [header]: flagsHeader, 'mm/a.c': '' });
    const text = await recto(['flags', '--tree', folder], '/');
    expect(text).toMatchObject({ status: 0, stderr: '' });
    expect(text.stdout).toMatch(/folio_set_swapbacked +set +atomic/);
    const json = await recto(['flags', '--format', 'json'], folder);
    expect(json.status).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      flags: [{ flag: 'locked' }, { flag: 'swapbacked' }],
    });
  });

  it('says when the work tree was not read', async () => {
    const folder = repository();
    commit(folder, { [header]: flagsHeader });
    writeFiles(folder, { [header]: 'changed' });
    const { status, stderr } = await recto(['flags', '--tree', folder], '/');
    expect(status).toBe(0);
    expect(stderr).toContain(`uncommitted changes in 1 file (${header})`);
  });

  it('gives status 3 for a tree or revision that is not there', async () => {
    const folder = repository();
    commit(folder, { [header]: flagsHeader });
    const plain = temporaryFolder();
    writeFiles(plain, { 'mm/a.c': '' });
    for (const [words, message] of [
      [['--tree', '/nonexistent'], 'cannot read the tree /nonexistent: no such file or directory'],
      [['--tree', plain], `is not a kernel tree: it has no ${header}`],
      [['--tree', folder, '--rev', 'v6.12'], 'no revision "v6.12"'],
      [['--tree', folder, '--rev', '--output=x'], 'no revision "--output=x"'],
      [[], 'no kernel tree given'],
    ] as const) {
      const { status, stdout, stderr } = await recto(['flags', ...words], '/');
      expect(stderr).toContain(message);
      expect(stderr.split('\n')).toHaveLength(2);
      expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    }
  });

  it('gives status 3 for a header that is none', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { [header]: 'int x;\n' });
    const { status, stderr } = await recto(['flags', '--tree', folder], '/');
    expect(status).toBe(3);
    expect(stderr).toContain(header);
  });
});

describe('a failure', () => {
  const tell = (error: unknown) => {
    const stderr = new Kept();
    const status = tellFailure(error, { stdin: input(''), stdout: new Kept(), stderr, cwd: '/' });
    return { status, text: stderr.text };
  };

  it('is told with its place and without a trace', () => {
    expect(tell(new RectoError('bad-rules', 'no such flag', 'rules/races.yml:12'))).toEqual({
      status: 2,
      text: 'recto: rules/races.yml:12: no such flag\n',
    });
    expect(tell(new RectoError('too-large', 'x.mbox is too large', 'x.mbox')).text).toBe(
      'recto: x.mbox is too large\n',
    );
    expect(tell(new CommanderError(0, 'commander.help', ''))).toEqual({ status: 0, text: '' });
  });

  it('is called a bug when it is one, with a trace on request', () => {
    const bug = tell(new TypeError('x is not a function'));
    expect(bug.status).toBe(3);
    expect(bug.text).toContain('this is a bug in recto: x is not a function');
    expect(bug.text).not.toMatch(/^ +at /m);
    vi.stubEnv('RECTO_DEBUG', '1');
    expect(tell(new TypeError('x is not a function')).text).toMatch(/^ +at /m);
    vi.unstubAllEnvs();
    expect(tell('thrown text').text).toContain('thrown text');
  });
});
