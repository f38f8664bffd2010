import { plainText, type Message } from './message.js';

const COMMIT = /^commit ([0-9a-f]{12,64})(?: \(.*\))?$/;

/** Reads what `git show` or `git log -p` prints, as if each commit were a mail, oldest first; else null. */
export function readGitLog(text: string, place: string): Message[] | null {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, i) =>
    COMMIT.test(line) && /^(?:Author|Merge): /.test(lines[i + 1] ?? '') ? [i] : [],
  );
  if (starts.length === 0 || lines.slice(0, starts[0]).some((line) => line.trim() !== '')) return null;
  return starts
    .map((start, n) =>
      readCommit(lines.slice(start, starts[n + 1]), `${place}, commit ${lines[start]!.slice(7, 19)}`),
    )
    .reverse();
}

function readCommit(lines: readonly string[], place: string): Message {
  const blank = lines.indexOf('');
  const head = lines.slice(1, blank < 0 ? lines.length : blank);
  const field = (name: string) =>
    head
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const body = blank < 0 ? [] : lines.slice(blank + 1);
  const end = body.findIndex((line) => line !== '' && !line.startsWith('    '));
  const message = body.slice(0, end < 0 ? body.length : end).map((line) => line.slice(4));
  const time = Date.parse(field('Date') ?? '');
  return {
    place,
    subject: message[0] ?? '',
    from: field('Author') ?? null,
    date: Number.isNaN(time) ? null : new Date(time).toISOString(),
    messageId: null,
    references: [],
    body: plainText([...message.slice(1), '---', ...(end < 0 ? [] : body.slice(end))].join('\n')),
    attachedDiffs: [],
    attached: [],
    notes: [],
  };
}
