import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { commit, repository, temporaryFolder, writeFiles } from '../tree/repository.js';
import { recto } from './console.js';

const examples = join(import.meta.dirname, '../../examples');
const tree = join(examples, 'tree');
const sample = readFileSync(join(examples, 'adopt-folio.patch'), 'utf8');
const command = join(import.meta.dirname, '../../dist/cli/main.js');

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  return () => vi.unstubAllEnvs();
});

/** Writes one input and reviews it against the tree of the examples. */
async function review(name: string, content: string | Uint8Array, ...more: string[]) {
  writeFiles(folder, { [name]: content });
  const outcome = await recto(['review', '--tree', tree, ...more, name], folder);
  expect(outcome.stderr).not.toMatch(/^ +at |this is a bug/m);
  return outcome;
}

const mail = (body: string, ...headers: string[]) =>
  [
    'From: Sam Ample <sam@example.org>',
    'Subject: a drawing',
    'Message-ID: <1@example.org>',
    ...headers,
    '',
    body,
  ].join('\n');

/** The sample with its context changed, so that its only hunk fits nowhere. */
const stale = sample
  .replace(' \tfolio_lock(folio);', ' \tfolio_lock_or_leave(folio);')
  .replace(' \tmemcpy(folio_address(folio), from, bytes);', ' \tscribble(folio);');

const image = mail(
  [
    '--b',
    'Content-Type: text/plain',
    '',
    'See the picture.',
    '--b',
    'Content-Type: image/png; name="pad.png"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="pad.png"',
    '',
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    '--b--',
    '',
  ].join('\n'),
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="b"',
);

describe('input that cannot be read gives status 2 and says why', () => {
  const cut = sample.indexOf('@@ -15');
  it.each([
    ['a mail that ends in a hunk', 'cut.mbox', sample.slice(0, cut + 200), 'no whole hunk in cut.mbox'],
    [
      'a mail that ends before the diff',
      'cut.mbox',
      sample.slice(0, cut - 300),
      'no patch in cut.mbox: found one mail',
    ],
    ['an image', 'image.eml', image, 'the attachment "pad.png" (image/png, 70 bytes) was skipped'],
    [
      'a path out of the tree',
      'evil.diff',
      '--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n',
      'the diff names the path "../../etc/passwd", which leads out of the tree',
    ],
    ['nothing', 'empty.patch', '', 'empty.patch is empty; expected an mbox, a mail'],
    [
      'binary data',
      'junk.bin',
      Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256),
      'no patch in junk.bin: found binary data',
    ],
    [
      'a mail without a patch',
      'talk.eml',
      mail('Looks good to me.'),
      'no patch in talk.eml: found one mail ("a drawing")',
    ],
  ])('%s', async (_, name, content, message) => {
    const { status, stdout, stderr } = await review(name, content);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('a diff of 50 MB', async () => {
    const lines = 50 * 1024 * 52;
    const large = Buffer.concat([
      Buffer.from(`--- a/mm/sketch.c\n+++ b/mm/sketch.c\n@@ -1 +1,${String(lines + 1)} @@\n x\n`),
      Buffer.alloc(lines * 20, '+yyyyyyyyyyyyyyyyyy\n'),
    ]);
    const { status, stderr } = await review('large.diff', large);
    expect(stderr).toMatch(/^recto: large\.diff has 5\d\.\d MB; one patch may have 32 MB\./);
    expect(status).toBe(2);
  });

  it('a directory, and a file that is not there', async () => {
    const directory = await recto(
      ['review', '--tree', tree, 'some'],
      (writeFiles(folder, { 'some/1.patch': sample }), folder),
    );
    expect(directory).toMatchObject({ status: 2, stdout: '' });
    expect(directory.stderr).toBe(
      'recto: some is a directory: name the files in it, for example some/*.patch\n',
    );
    const missing = await recto(['review', '--tree', tree, 'missing.patch'], folder);
    expect(missing).toMatchObject({ status: 2, stderr: 'recto: there is no file missing.patch\n' });
  });

  it.skipIf(process.getuid?.() === 0)('a file that is not ours to read', async () => {
    writeFiles(folder, { 'secret.patch': sample });
    chmodSync(join(folder, 'secret.patch'), 0);
    const { status, stderr } = await recto(['review', '--tree', tree, 'secret.patch'], folder);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'recto: cannot read secret.patch: permission denied\n',
    });
  });

  it.skipIf(process.platform !== 'linux')('a file that fails while it is read', async () => {
    const { status, stderr } = await recto(['review', '--tree', tree, '/proc/self/mem'], folder);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^recto: cannot read \/proc\/self\/mem: .+\n$/);
  });

  it('rules that are not there, or say nothing sensible', async () => {
    const missing = await review('ok.patch', sample, '--rules', 'nowhere');
    expect(missing).toMatchObject({ status: 2, stdout: '' });
    expect(missing.stderr).toContain('no folder');
    writeFiles(folder, { 'mine/races.yml': 'races:\n  - update: 7\n' });
    const senseless = await review('ok.patch', sample, '--rules', 'mine');
    expect(senseless.status).toBe(2);
    expect(senseless.stderr).toMatch(/^recto: mine\/races\.yml:2/);
  });

  it('options that make no sense', async () => {
    expect((await review('ok.patch', sample, '--fail-on', 'never')).status).toBe(2);
    expect((await review('ok.patch', sample, '--format', 'xml')).status).toBe(2);
  });
});

describe('what could not be reviewed gives status 3 and says why', () => {
  it('a patch that does not apply, with the hunk that failed', async () => {
    const { status, stdout, stderr } = await review('stale.patch', stale);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('no patch applies to tree');
    expect(stderr).toMatch(
      /hunk 1 of mm\/sketch_draw\.c does not apply at line 15: the patch expects "folio_lock_or_leave/,
    );
    expect(stderr).toContain('--base');
  });

  it('a patch of files that are not in the tree', async () => {
    const { status, stderr } = await review(
      'other.patch',
      sample.replaceAll('mm/sketch_draw.c', 'mm/other.c'),
    );
    expect(status).toBe(3);
    expect(stderr).toContain('mm/other.c is not in the tree');
  });

  it('a revision that is missing', async () => {
    const plain = await review('ok.patch', sample, '--base', 'v9.9');
    expect(plain).toMatchObject({ status: 3, stdout: '' });
    expect(plain.stderr).toContain('is a plain folder and has no revisions, so "v9.9" cannot be found in it');
    const git = repository();
    cpSync(tree, git, { recursive: true });
    commit(git, {});
    writeFiles(folder, { 'ok.patch': sample });
    for (const words of [['--base', 'v9.9', 'ok.patch'], ['v9.9..HEAD']]) {
      const { status, stderr } = await recto(['review', '--tree', git, ...words], folder);
      expect(stderr).toContain('no revision "v9.9"');
      expect(status).toBe(3);
    }
    const audit = await recto(['audit', '--tree', git, '--rev', 'v9.9'], folder);
    expect(audit).toMatchObject({ status: 3, stdout: '' });
  });

  it('a tree that is none', async () => {
    writeFiles(folder, { 'notes/mm/a.c': 'int x;\n', 'ok.patch': sample });
    for (const words of [['review', 'ok.patch'], ['audit']]) {
      const { status, stderr } = await recto([...words, '--tree', 'notes'], folder);
      expect(stderr).toContain('is not a kernel tree: it has no include/linux/page-flags.h');
      expect(status).toBe(3);
    }
    const missing = await recto(['review', '--tree', 'nowhere', 'ok.patch'], folder);
    expect(missing).toMatchObject({ status: 3, stdout: '' });
    expect(missing.stderr).toContain('cannot read the tree nowhere');
  });
});

describe('what is odd but can be reviewed', () => {
  it('a patch that the tree has already', async () => {
    const patched = join(folder, 'patched');
    cpSync(tree, patched, { recursive: true });
    spawnSync('git', ['apply', join(examples, 'adopt-folio.patch')], { cwd: patched });
    const { status, stdout } = await review('ok.patch', sample, '--tree', patched);
    expect(status).toBe(0);
    expect(stdout).toContain('the patch: the tree has it already');
    expect(stdout).toMatch(/\nNothing to report: the tree has it already\.\n$/);
  });

  it('a series of which one patch does not apply: the rest is reviewed', async () => {
    const fine = sample.replace('Message-ID: <', 'Message-ID: <2.');
    writeFiles(folder, { '1.patch': stale, '2.patch': fine });
    const { status, stdout, stderr } = await recto(['review', '--tree', tree, '1.patch', '2.patch'], folder);
    expect(stderr).toBe('');
    expect(status).toBe(1);
    const said = stdout.replace(/\s+/g, ' ');
    expect(said).toContain(': does not apply, and was not reviewed');
    expect(said).toContain('hunk does not apply: the patch expects "folio_lock_or_leave');
    expect(said).toContain('2 series, reviewed one on top of the other');
    expect(said).toContain('sketch_draw() passes a folio');
  });
});

describe('the built command, as a process', () => {
  const process_ = (words: readonly string[], input: string | Buffer) =>
    spawnSync(process.execPath, [command, 'review', '--tree', tree, ...words], { encoding: 'utf8', input });

  it.each([
    ['nothing on standard input', [], '', 2, 'standard input is empty'],
    ['binary data', ['-'], Buffer.alloc(4096, 0x9d), 2, 'no patch in standard input'],
    [
      'a path out of the tree',
      ['-'],
      '--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n',
      2,
      'leads out of the tree',
    ],
    ['a patch that does not apply', ['-'], stale, 3, 'hunk 1 of mm/sketch_draw.c does not apply'],
    ['a revision of a folder', ['v9.9'], '', 3, 'has no revisions'],
  ] as const)('%s', (_, words, content, status, message) => {
    const outcome = process_(words, content);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).not.toMatch(/^ +at /m);
    expect({ status: outcome.status, stdout: outcome.stdout }).toEqual({ status, stdout: '' });
  });
});
