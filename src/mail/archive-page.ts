import { decodeEntities, htmlText, looksLikeHtml } from './html.js';
import type { Message } from './message.js';

const FIELD = /^\s*(From|Date|Subject|To|Cc|Message-ID|In-Reply-To|List|Sent|Author)(?::\s*|\t+| {2,})(.*)$/i;

/** How far down a page its "From: ..., Date: ..." lines are looked for. */
const HEAD_LINES = 120;

/**
 * Reads a saved page of a mail archive: a heading, "From: X" and "Date: Y" lines that are no mail headers, and
 * the mail's text, often with blanks squeezed, tabs lost, addresses crossed out, and `&lt;` for `<`.
 *
 * Gives null when the text has no such lines. Lines about who wrote and when must follow each other.
 */
export function readArchivePage(input: string, place: string): Message | null {
  const html = looksLikeHtml(input);
  const text = (html ? htmlText(input) : encoded(input) ? decodeEntities(input) : input).replaceAll(
    '\r\n',
    '\n',
  );
  const lines = text.split('\n');
  const first = lines.slice(0, HEAD_LINES).findIndex((line, i) => {
    const here = FIELD.exec(line);
    return here !== null && isAboutMail(lines, i);
  });
  if (first < 0) return null;

  const fields = new Map<string, string>();
  let end = first;
  for (; end < lines.length; end++) {
    const line = lines[end]!;
    const field = FIELD.exec(line);
    if (field) fields.set(field[1]!.toLowerCase(), field[2]!.trim());
    else if (line.trim() === '' || !/^\s/.test(line)) break;
  }
  const title = fields.get('subject') ?? heading(lines.slice(0, first));
  return {
    place,
    subject: title,
    from: author(fields.get('from') ?? fields.get('author')),
    date: pageDate(fields.get('date') ?? fields.get('sent')),
    messageId: /<?([^\s<>]+@[^\s<>]+)>?/.exec(fields.get('message-id') ?? '')?.[1] ?? null,
    references: [...(fields.get('in-reply-to') ?? '').matchAll(/<([^\s<>]+)>/g)].map((match) => match[1]!),
    body: { text: lines.slice(end).join('\n'), flowed: false, delSp: false, fromPage: true },
    attachedDiffs: [],
    attached: [],
    notes: [],
  };
}

/** From and Date (or Subject) within a few lines that follow each other. */
function isAboutMail(lines: readonly string[], at: number): boolean {
  const names = new Set<string>();
  for (const line of lines.slice(at, at + 12)) {
    const field = FIELD.exec(line);
    if (field) names.add(field[1]!.toLowerCase());
    else if (line.trim() === '') break;
  }
  const who = names.has('from') || names.has('author');
  return who && (names.has('date') || names.has('subject') || names.has('sent'));
}

/** The page's heading: the line that looks most like a subject. */
function heading(lines: readonly string[]): string {
  const filled = lines.map((line) => line.slice(0, 500).trim()).filter((line) => line !== '');
  return (
    filled.findLast((line) => /\[[^\]]*(?:PATCH|RFC)[^\]]*\]/i.test(line)) ??
    filled.findLast((line) => /^re:/i.test(line)) ??
    filled.at(-1) ??
    ''
  );
}

function author(from: string | undefined): string | null {
  if (!from) return null;
  const name = from
    .slice(0, 300)
    .replace(/<?\S*xxxxx\S*>?|<>|\(at\)/g, '')
    .trim();
  return name === '' ? null : name;
}

/** "Tue Jun 25 2024 - 15:38:07 EST" and the like. */
function pageDate(date: string | undefined): string | null {
  if (!date) return null;
  const time = Date.parse(
    date
      .slice(0, 100)
      .replace(/ - (?=\d\d:\d\d)/, ' ')
      .replace(/\s*\[.*$/, ''),
  );
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** True when angle brackets were written as character references all over the text. */
function encoded(text: string): boolean {
  return /&[lg]t;/.test(text) && !/^(?:> |>$|<)/m.test(text);
}
