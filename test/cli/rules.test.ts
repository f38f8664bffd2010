import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SHIPPED_RULES } from '../../src/rules/shipped.js';
import { temporaryFolder } from '../tree/repository.js';
import { recto as run } from './console.js';

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
  return () => vi.unstubAllEnvs();
});

const recto = (words: readonly string[], cwd = '/') => run([...words], cwd);

/** A folder with one test that ships, changed. */
function copyOf(change: (code: string) => string): string {
  const folder = temporaryFolder();
  const test = 'checks/guard-removed/test-dropped';
  cpSync(join(SHIPPED_RULES, test), join(folder, test), { recursive: true });
  write(folder, 'checks/guard-removed.yml', 'id: guard-removed\nseverity: low\n');
  const file = join(folder, test, 'after/mm/adopt.c');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return folder;
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('recto rules test', () => {
  it('prints a line per test and a summary', async () => {
    expect(
      await recto(
        ['rules', 'test', '.'],
        copyOf((code) => code),
      ),
    ).toEqual({
      status: 0,
      stdout: 'ok    checks/guard-removed/test-dropped  1 flagged, 2 not\n1 test, 1 passed, 0 failed\n',
      stderr: '',
    });
  });

  it('shows what is not as the marks say, and where', async () => {
    const folder = copyOf((code) =>
      code
        .replace('ok: guard-removed', 'recto: guard-removed')
        .replace(
          '\t/* recto: guard-removed */\n\tadopt_folio(folio);\n\tfolio_put',
          '\tadopt_folio(folio);\n\tfolio_put',
        ),
    );
    const { status, stdout } = await recto(['rules', 'test', folder]);
    expect(status).toBe(1);
    expect(stdout).toContain('FAIL  checks/guard-removed/test-dropped\n');
    expect(stdout).toMatch(
      /\/after\/mm\/adopt\.c:\d+: guard-removed should be found here, and is not\n {4}adopt_folio\(folio\);\n {4}found: nothing\n/,
    );
    expect(stdout).toMatch(
      /\/after\/mm\/adopt\.c:\d+: guard-removed is found here, and no mark expects it\n {4}adopt_folio\(folio\);\n {4}found: guard-removed \(guard-removed\): adopt_swapped\(\) passes a folio/,
    );
    expect(stdout).toMatch(/\n1 test, 0 passed, 1 failed\n$/);
    const json = await recto(['rules', 'test', '--format', 'json', folder]);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      tests: [
        {
          name: 'checks/guard-removed/test-dropped',
          passed: false,
          problems: [{ kind: 'missing' }, { kind: 'unmarked' }],
        },
      ],
    });
  });

  it('shows what is found where a mark says that it must not be', async () => {
    const { status, stdout } = await recto([
      'rules',
      'test',
      copyOf((code) => code.replace('recto: guard', 'ok: guard')),
    ]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/guard-removed is found here, and should not be/);
    expect(stdout).not.toContain('no mark expects it');
  });

  it.each([
    [
      'a mark for no check',
      'recto: guard-remove',
      /adopt\.c:\d+: there is no check "guard-remove"; .*did you mean "guard-removed"\?/,
    ],
    ['a mark for nothing', 'recto: ', /adopt\.c:\d+: there is no check ""/],
  ])('refuses %s', async (_, mark, message) => {
    const { status, stderr } = await recto([
      'rules',
      'test',
      copyOf((code) => code.replace('recto: guard-removed', mark)),
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('refuses a test without marks, without files, and marks before the patch', async () => {
    const unmarked = await recto([
      'rules',
      'test',
      copyOf((code) => code.replace(/\/\* (recto|ok):.*\n/g, '\n')),
    ]);
    expect(unmarked).toMatchObject({ status: 2 });
    expect(unmarked.stderr).toContain('no line is marked: write /* recto: guard-removed */ above one');
    const folder = copyOf((code) => code);
    write(folder, 'checks/guard-removed/test-dropped/before/mm/b.c', '/* ok: guard-removed */\nint b;\n');
    expect((await recto(['rules', 'test', folder])).stderr).toMatch(
      /before\/mm\/b\.c:2: marks are for what comes of the patch/,
    );
    write(folder, 'checks/guard-removed/empty/before/mm/b.c', 'int b;\n');
    expect((await recto(['rules', 'test', folder])).stderr).toMatch(
      /there is nothing in .*\/empty\/after: a test has/,
    );
  });

  it('says so when there are no rules or no tests', async () => {
    const empty = await recto(['rules', 'test', temporaryFolder()]);
    expect(empty.status).toBe(2);
    expect(empty.stderr).toMatch(/^recto: There are no rules in .*checks\/\*\.yml/);
    const folder = temporaryFolder();
    write(folder, 'races.yml', 'races: []\n');
    const untested = await recto(['rules', 'test', folder]);
    expect(untested.status).toBe(2);
    expect(untested.stderr).toMatch(/there are no tests in /);
  });

  it('refuses a broken rule file', async () => {
    const folder = copyOf((code) => code);
    write(folder, 'checks/mine.yml', 'id: mine\ntitel: x\n');
    const { status, stderr } = await recto(['rules', 'test', folder]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/checks\/mine\.yml:2: "titel" is not known here; .*did you mean "title"\?/);
  });
});

describe('recto rules', () => {
  it('prints help', async () => {
    const { status, stdout, stderr } = await recto(['rules']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/Usage: recto rules .*\n[^]*test .*\[dir\]/);
  });
});
