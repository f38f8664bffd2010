import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/** The least that makes a tree a kernel tree for us. */
export const header = 'include/linux/page-flags.h';

/** That header in the kernel's manner, as small as it can be. */
export const flagsHeader = `
enum pageflags { PG_locked, PG_swapbacked, __NR_PAGEFLAGS };
#define FOLIO_HEAD_PAGE 0
#define FOLIO_SET_FLAG(name, page) \\
static __always_inline void folio_set_##name(struct folio *folio) \\
{ set_bit(PG_##name, folio_flags(folio, page)); }
static unsigned long *folio_flags(struct folio *folio, unsigned n)
{ struct page *page = &folio->page; return &page[n].flags; }
FOLIO_SET_FLAG(swapbacked, FOLIO_HEAD_PAGE)
`;

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'recto-test-')));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes files under a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Runs git in a folder, apart from the configuration of whoever runs the tests. */
export function git(folder: string, ...command: string[]): string {
  return execFileSync('git', ['-C', folder, ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_AUTHOR_NAME: 'A U Thor',
      GIT_AUTHOR_EMAIL: 'author@example.org',
      GIT_COMMITTER_NAME: 'C O Mitter',
      GIT_COMMITTER_EMAIL: 'committer@example.org',
    },
  }).trim();
}

/** A new repository in a folder that is removed when the test ends. */
export function repository(): string {
  const folder = temporaryFolder();
  git(folder, 'init', '-q', '-b', 'master');
  return folder;
}

let clock = 1_700_000_000;

/** Writes files, commits everything and returns the commit id. Every commit is a minute younger than the last. */
export function commit(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  subject = 'Change',
): string {
  writeFiles(folder, files);
  git(folder, 'add', '-A');
  clock += 60;
  process.env['GIT_COMMITTER_DATE'] = `${String(clock)} +0000`;
  git(folder, 'commit', '-q', '--allow-empty', '-m', subject);
  delete process.env['GIT_COMMITTER_DATE'];
  return git(folder, 'rev-parse', 'HEAD');
}

/** Makes it later: ids of files that are too new are not kept. */
export function settle(): void {
  const later = Date.now() + 10_000;
  const now = vi.spyOn(Date, 'now').mockReturnValue(later);
  onTestFinished(() => {
    now.mockRestore();
  });
}
