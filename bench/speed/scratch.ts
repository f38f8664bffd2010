import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of our own, with a repository that shares the objects of the tree: there, commits can be made. */
export interface Scratch {
  readonly folder: string;
  /** Bare; its HEAD is that of the tree. */
  readonly repository: string;
  readonly head: string;
  /** What files hold at HEAD, by path. */
  read(paths: readonly string[]): Map<string, string>;
  /** All `.c` and `.h` files at HEAD. */
  files(): readonly string[];
  /** Commits the files with new contents on top of `parent`; gives the commit's id. */
  commit(parent: string, subject: string, contents: ReadonlyMap<string, string>): string;
  /** Commits what a mail brings on top of `parent`. */
  apply(parent: string, mail: string): string;
  /** The commit as a mail; gives the name of its file. */
  mail(commit: string): string;
  /** The sources at HEAD as a plain folder, made once. */
  plainFolder(): string;
  /** A new, empty folder. */
  emptyFolder(name: string): string;
  remove(): void;
}

const who = { name: 'Speed', email: 'speed@example.org', date: '2025-01-01T00:00:00Z' };

/** Makes the folder and the repository. Throws what git says. */
export function makeScratch(tree: string): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'recto-speed-'));
  const repository = join(folder, 'linux.git');
  const git = (args: readonly string[], input?: string): Buffer =>
    execFileSync('git', ['--git-dir', repository, ...args], {
      ...(input === undefined ? {} : { input }),
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        GIT_INDEX_FILE: join(folder, 'index'),
        GIT_AUTHOR_NAME: who.name,
        GIT_AUTHOR_EMAIL: who.email,
        GIT_AUTHOR_DATE: who.date,
        GIT_COMMITTER_NAME: who.name,
        GIT_COMMITTER_EMAIL: who.email,
        GIT_COMMITTER_DATE: who.date,
      },
    });
  const say = (args: readonly string[], input?: string): string => git(args, input).toString('utf8').trim();
  execFileSync('git', ['clone', '--quiet', '--shared', '--bare', tree, repository]);
  const head = say(['rev-parse', 'HEAD']);
  let plain: string | null = null;
  let folders = 0;
  let made = 0;

  return {
    folder,
    repository,
    head,
    read(paths) {
      const asked = paths.map((path) => `${head}:${path}\n`).join('');
      const out = git(['cat-file', '--batch'], asked);
      const contents = new Map<string, string>();
      let at = 0;
      for (const path of paths) {
        const end = out.indexOf(10, at);
        const [, type, size] = out.toString('latin1', at, end).split(' ');
        if (type !== 'blob') throw new Error(`the tree has no ${path}`);
        contents.set(path, out.toString('utf8', end + 1, end + 1 + Number(size)));
        at = end + 2 + Number(size);
      }
      return contents;
    },
    files: () =>
      say(['ls-tree', '-r', '--name-only', head])
        .split('\n')
        .filter((path) => /\.[ch]$/.test(path)),
    commit(parent, subject, contents) {
      const data = (text: string) => `data ${String(Buffer.byteLength(text))}\n${text}\n`;
      const files = [...contents].map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`);
      const author = `${who.name} <${who.email}> ${String(Date.parse(who.date) / 1000)} +0000`;
      const lines = [
        `commit refs/heads/made-${String(made++)}\nmark :1\n`,
        `author ${author}\ncommitter ${author}\n`,
        data(message(subject)),
        `from ${parent}\n`,
        ...files,
        '\nget-mark :1\n',
      ];
      return say(['fast-import', '--quiet'], lines.join(''));
    },
    apply(parent, mail) {
      git(['read-tree', parent]);
      git(['apply', '--cached', mail]);
      const subject = 'What the series was written for';
      return say(['commit-tree', say(['write-tree']), '-p', parent], message(subject));
    },
    mail(commit) {
      const file = join(folder, `${commit}.eml`);
      writeFileSync(file, git(['format-patch', '--stdout', '-1', commit]));
      return file;
    },
    plainFolder() {
      if (plain !== null) return plain;
      plain = join(folder, 'linux');
      mkdirSync(plain);
      git(['read-tree', head]);
      git(['--work-tree', plain, 'checkout-index', '--all']);
      return plain;
    },
    emptyFolder(name) {
      const made = join(folder, `${name}-${String(folders++)}`);
      mkdirSync(made);
      return made;
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function message(subject: string): string {
  return `${subject}\n\nMade to measure how fast reviews are.\n\nSigned-off-by: ${who.name} <${who.email}>\n`;
}
