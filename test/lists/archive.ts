import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A public-inbox epoch made by hand: a repository in which each commit brings a mail, or takes one away. */
export interface Epoch {
  readonly directory: string;
  /** Adds mails, each with a commit of its own, at these times (seconds; default: now). */
  add(mails: readonly string[], time?: number): void;
  /** Takes a mail away, as `public-inbox-learn rm` does. */
  remove(mail: string): void;
  /** Writes the history anew, without some mails, as `public-inbox-purge` does. */
  purge(without: readonly string[]): void;
}

export function makeEpoch(folder: string, number = 0): Epoch {
  const directory = join(folder, `${String(number)}.git`);
  mkdirSync(directory, { recursive: true });
  git(directory, ['init', '--quiet', '--bare', '--initial-branch=master']);
  const all: string[] = [];
  let begun = false;
  const commit = (path: string, mail: string, time: number) => {
    const bytes = Buffer.byteLength(mail);
    const who = `A <a@example.org> ${String(time)} +0000`;
    const from = begun ? 'from refs/heads/master^0\n' : '';
    begun = true;
    return (
      `commit refs/heads/master\nauthor ${who}\ncommitter ${who}\ndata 1\nx\n${from}` +
      `deleteall\nM 100644 inline ${path}\ndata ${String(bytes)}\n${mail}\n`
    );
  };
  const now = () => Math.floor(Date.now() / 1000);
  const write = (mails: readonly string[], time: number) => {
    // Within one stream, a commit goes on from the one before without being told so.
    const [first = '', ...rest] = mails.map((mail) => commit('m', mail, time));
    const others = rest.map((one) => one.replace('from refs/heads/master^0\n', ''));
    git(directory, ['fast-import', '--quiet', '--force'], first + others.join(''));
  };
  return {
    directory,
    add(mails, time = now()) {
      all.push(...mails);
      write(mails, time);
    },
    remove(mail) {
      git(directory, ['fast-import', '--quiet', '--force'], commit('d', mail, now()));
    },
    purge(without) {
      begun = false;
      write(
        all.filter((mail) => !without.includes(mail)),
        now(),
      );
    },
  };
}

function git(directory: string, command: readonly string[], input = ''): void {
  execFileSync('git', ['-C', directory, ...command], { input, stdio: ['pipe', 'ignore', 'inherit'] });
}
