/** One mail cut out of an mbox. */
export interface MboxEntry {
  /** The mail without its `From ` line, and with `>From ` lines as they were. */
  readonly bytes: Buffer;
  /** Line of the input that it starts at, from 1. */
  readonly line: number;
  /** Where it ends in the input, in bytes. */
  readonly end: number;
}

const FROM_LINE = /^From \S+(?: at \S+)? .{0,40}\d\d:\d\d(?::\d\d)?.{0,20} \d{4}(?: [-+]\d{4})?\s*$/;
const HEADER_LINE = /^>?[A-Za-z][A-Za-z0-9-]{0,70}:/;

/**
 * Cuts an mbox (mboxo, mboxrd, what `git format-patch` writes, one or several in a row) into its mails; null
 * when the bytes do not start with a `From ` line.
 *
 * A line that starts with "From " begins a mail only when it ends in a time and a year and a header follows,
 * so that unescaped prose does not cut a mail in two.
 */
export function splitMbox(bytes: Buffer): MboxEntry[] | null {
  let at = 0;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  if (!isFromLine(bytes, at)) return null;
  const entries: MboxEntry[] = [];
  let start = afterLine(bytes, at);
  let startLine = 2;
  let line = 1;
  for (let i = at; i < bytes.length; i = afterLine(bytes, i), line++) {
    if (i === at || !isFromLine(bytes, i)) continue;
    entries.push({ bytes: unescaped(bytes.subarray(start, i)), line: startLine, end: i });
    start = afterLine(bytes, i);
    startLine = line + 1;
  }
  entries.push({ bytes: unescaped(bytes.subarray(start)), line: startLine, end: bytes.length });
  return entries;
}

function isFromLine(bytes: Buffer, at: number): boolean {
  if (bytes.toString('latin1', at, at + 5) !== 'From ') return false;
  const end = afterLine(bytes, at);
  if (end - at > 400 || !FROM_LINE.test(bytes.toString('latin1', at, end).trimEnd())) return false;
  return HEADER_LINE.test(bytes.toString('latin1', end, end + 80));
}

function afterLine(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(0x0a, at);
  return newline < 0 ? bytes.length : newline + 1;
}

/** Takes one `>` off each `>From `, `>>From ` ... line. */
function unescaped(bytes: Buffer): Buffer {
  if (!bytes.includes('>From ')) return bytes;
  return Buffer.from(bytes.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1');
}
