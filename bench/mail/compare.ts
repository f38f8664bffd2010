import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { RectoError } from '../../src/errors.js';
import { readHeader } from '../../src/mail/header.js';
import { readCommitMessage } from '../../src/mail/commit-message.js';
import { readPatchMail, type PatchMail } from '../../src/mail/patch-mail.js';
import { parseSubject } from '../../src/mail/subject.js';
import { readMime } from '../../src/mail/mime.js';
import { writeDiff } from '../../src/patch/write.js';
import { readHistory } from '../../src/lists/sources/git-history.js';
import { ObjectReader } from '../../src/tree/objects.js';
import { runGit } from '../../src/tree/git-command.js';
import { startMailInfo, type MailInfoRunner } from './git-mailinfo.js';
import { hunksOf } from './hunks.js';

// Reads every mail of public-inbox epochs as Recto does and as `git mailinfo` does, and counts where they differ.
// node dist-bench/bench/mail/compare.js EPOCH.git ... [--every N] [--out FOLDER]

interface Difference {
  readonly what: 'author' | 'subject' | 'title' | 'date' | 'diff' | 'unread';
  readonly git: string;
  readonly ours: string;
}

const words = process.argv.slice(2);
const option = (name: string) => {
  const at = words.indexOf(name);
  return at < 0 ? null : words.splice(at, 2)[1]!;
};
const every = Number(option('--every') ?? 1);
const out = option('--out');
if (out !== null) mkdirSync(out, { recursive: true });

for (const epoch of words) await compareEpoch(epoch);

async function compareEpoch(epoch: string): Promise<void> {
  const { stdout } = await runGit(epoch, ['rev-parse', 'HEAD']);
  const reader = new ObjectReader(epoch);
  const runners = availableParallelism() > 1 ? [startMailInfo(), startMailInfo()] : [startMailInfo()];
  const counts = new Map<string, number>();
  const lines: string[] = [];
  let mails = 0;
  let patches = 0;
  let agreed = 0;
  let seen = 0;
  const queue = readHistory(epoch, null, stdout.toString('latin1').trim(), null)[Symbol.asyncIterator]();
  const work = async (runner: MailInfoRunner) => {
    for (;;) {
      const next = await queue.next();
      if (next.done) return;
      if (next.value.deletes || seen++ % every !== 0) continue;
      const bytes = (await reader.read(next.value.blob))!.content;
      mails++;
      const { differences, patch } = await compare(bytes, runner);
      if (patch) patches++;
      if (differences.length === 0) agreed++;
      for (const { what, git, ours } of differences) {
        counts.set(what, (counts.get(what) ?? 0) + 1);
        lines.push(JSON.stringify({ what, blob: next.value.blob, git, ours }));
      }
      if (mails % 5000 === 0) console.error(`${epoch}: ${String(mails)} mails, ${String(agreed)} agree`);
    }
  };
  // One iterator: its next() calls are answered in order.
  await Promise.all(runners.map(work));
  await reader.close();
  for (const runner of runners) await runner.close();
  const share = ((agreed / mails) * 100).toFixed(2);
  console.log(
    `${epoch}: ${String(mails)} mails, ${String(patches)} of them patches; ${String(agreed)} agree (${share}%)`,
  );
  for (const [what, count] of counts) console.log(`  ${what}: ${String(count)} differ`);
  if (out !== null) {
    const name = epoch.replace(/[^\w.-]+/g, '_');
    writeFileSync(join(out, `${name}.jsonl`), lines.join('\n') + '\n');
  }
}

async function compare(
  bytes: Buffer,
  runner: MailInfoRunner,
): Promise<{ differences: Difference[]; patch: boolean }> {
  const message = await readMime(bytes, 'mail');
  // What is quoted is for git no patch, and what only Recto recovers is no difference.
  let own: readonly PatchMail[];
  try {
    own = readPatchMail(message);
  } catch (error) {
    if (!(error instanceof RectoError)) throw error;
    // A diff that Recto refuses to read, such as one with a path that leads out of the tree.
    const git = await runner.run(bytes, false);
    return {
      differences: [{ what: 'unread', git: git?.subject ?? 'gives up', ours: error.message }],
      patch: true,
    };
  }
  own = own.filter(({ patch }) => patch !== null && !patch.quoted);
  const patch = own[0]?.patch ?? null;
  const git = await runner.run(bytes, patch === null);
  if (git === null)
    return { differences: [{ what: 'unread', git: 'gives up', ours: message.subject }], patch: false };
  const differences: Difference[] = [];
  const differ = (what: Difference['what'], fromGit: string, ours: string) => {
    if (fromGit !== ours) differences.push({ what, git: fromGit, ours });
  };
  const header = readHeader(bytes);
  // For git, a line "---" is enough to make a patch of a mail, and then an in-body From counts.
  const inBody = git.patch.length > 0 ? readCommitMessage(message.body.text.split('\n')).from : null;
  // An attached patch may have a header of its own, which git does not look at: what the mail itself says is compared.
  const attached = own.length > 0 && own[0]!.message !== message;
  const author = (attached ? null : patch?.author) ?? inBody ?? message.from ?? '';
  differ('author', plainName(inWords(git.author, header.raw('from'))), plainName(author));
  const subject = squeezed(inWords(git.subject, header.raw('subject')));
  if (patch === null) differ('subject', subject, message.subject);
  else differ('title', subject, squeezed(attached ? parseSubject(message.subject).title : patch.subject));
  differ('date', isoDate(git.date), message.date ?? '');
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(header.raw('content-type') ?? '')?.[1];
  const ours = own.flatMap((mail) => mail.patch!.files.map(writeDiff)).flatMap((diff) => hunksOf(diff));
  const text = decode(git.patch, charset);
  const asItStands = hunksOf(text);
  // `git apply` takes the first folder away, whatever its name.
  const fromGit = asItStands.join('\n') === ours.join('\n') ? asItStands : hunksOf(text, /^[^/\t]+\//);
  const at = fromGit.findIndex((line, i) => line !== ours[i]);
  if (at >= 0 || fromGit.length !== ours.length) {
    const first = at < 0 ? fromGit.length : at;
    differences.push({
      what: 'diff',
      git: `${String(fromGit.length)} lines; ${String(first)}: ${fromGit[first] ?? '(none)'}`,
      ours: `${String(ours.length)} lines; ${ours[first] ?? '(none)'}`,
    });
  }
  return { differences, patch: patch !== null };
}

function plainName(author: string): string {
  const [, name, address] = /^(.*?) ?<([^<>]*)>$/.exec(squeezed(author)) ?? [null, '', squeezed(author)];
  // Where the name is the address again, git leaves it out.
  const plain = address!.toLowerCase();
  return name === '' || name!.toLowerCase() === plain ? plain : `${name!} <${plain}>`;
}

/** What git gives of a header field: UTF-8, or, where it cannot convert, still in the character set that the field names. */
function inWords(given: string, field: string | null): string {
  const charset = /=\?([^?*\s]+)[^?\s]*\?[bq]\?/i.exec(field ?? '')?.[1];
  return decode(Buffer.from(given, 'latin1'), charset);
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function isoDate(date: string): string {
  const time = Date.parse(date.replace(/\([^()]*\)/g, '').trim());
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

function decode(patch: Buffer, charset: string | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(patch);
  } catch {
    try {
      return new TextDecoder(charset ?? 'latin1').decode(patch);
    } catch {
      return patch.toString('latin1');
    }
  }
}
