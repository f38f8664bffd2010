import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `git mailinfo` reads out of a mail. */
export interface MailInfo {
  /** "Name <address>", as far as it is there. */
  readonly author: string;
  /** With its prefix (`-k`). */
  readonly subject: string;
  /** Without (as `git am` has it). */
  readonly title: string;
  /** As it stands in the header. */
  readonly date: string;
  /** Everything from where the patch begins, in the charset of the mail. */
  readonly patch: Buffer;
}

/** Runs `git mailinfo` twice, with and without `-k`; `folder` is for its output. Null when it gives up on the mail. */
export async function mailInfo(mail: Buffer, folder: string): Promise<MailInfo | null> {
  const kept = await run(['-k'], mail, folder);
  if (kept === null) return null;
  const patch = readFileSync(join(folder, 'patch'));
  const plain = await run([], mail, folder);
  const field = (text: string, name: string) =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const name = field(kept, 'Author');
  const email = field(kept, 'Email');
  return {
    author: name === '' || name === email ? email : `${name} <${email}>`,
    subject: field(kept, 'Subject'),
    title: field(plain ?? '', 'Subject'),
    date: field(kept, 'Date'),
    patch,
  };
}

function run(options: readonly string[], mail: Buffer, folder: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const command = [
      'mailinfo',
      '--encoding=UTF-8',
      ...options,
      join(folder, 'message'),
      join(folder, 'patch'),
    ];
    const git = spawn('git', command, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    const out: Buffer[] = [];
    git.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    git.stdin.on('error', () => undefined);
    git.on('error', reject);
    git.on('close', (status) => {
      resolve(status === 0 ? Buffer.concat(out).toString('utf8') : null);
    });
    git.stdin.end(mail);
  });
}
