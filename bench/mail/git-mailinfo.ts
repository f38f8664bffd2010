import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What `git mailinfo` reads out of a mail. */
export interface MailInfo {
  /** "Name <address>", as far as it is there; one character per byte, as all here: git leaves bytes that it cannot convert. */
  readonly author: string;
  /** With its prefix where it was asked for (`-k`), else as `git am` has it. */
  readonly subject: string;
  /** As it stands in the header. */
  readonly date: string;
  /** Everything from where the patch begins, in the charset of the mail. */
  readonly patch: Buffer;
}

/** Something that runs `git mailinfo`, one mail after the other. */
export interface MailInfoRunner {
  /** Null when git gives up on the mail. */
  run(mail: Buffer, keepSubject: boolean): Promise<MailInfo | null>;
  close(): Promise<void>;
}

/** A small shell starts git for each mail: from this process, which is large, that would take longer than git itself. */
const LOOP =
  'while read -r keep; do git mailinfo --encoding=UTF-8 $keep message patch <mail >info 2>/dev/null; echo $?; done';

/** Starts a runner of its own, in a folder of its own. */
export function startMailInfo(): MailInfoRunner {
  const folder = mkdtempSync(join(tmpdir(), 'recto-mailinfo-'));
  const shell = spawn('sh', ['-c', LOOP], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  return {
    async run(mail, keepSubject) {
      writeFileSync(join(folder, 'mail'), mail);
      shell.stdin.write(keepSubject ? '-k\n' : '\n');
      const { value, done } = await answers.next();
      if (done === true) throw new Error('the shell that runs git mailinfo has ended');
      if (value !== '0') return null;
      const info = readFileSync(join(folder, 'info'));
      return { ...fieldsOf(info.toString('latin1')), patch: readFileSync(join(folder, 'patch')) };
    },
    async close() {
      await new Promise((resolve) => {
        shell.on('close', resolve);
        shell.stdin.end();
      });
      rmSync(folder, { recursive: true });
    },
  };
}

function fieldsOf(info: string): Omit<MailInfo, 'patch'> {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(info)?.[1] ?? '';
  const name = field('Author');
  const email = field('Email');
  return {
    author: name === '' || name === email ? email : `${name} <${email}>`,
    subject: field('Subject'),
    date: field('Date'),
  };
}
