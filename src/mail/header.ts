import { MAX_ADDRESSES, MAX_HEADER_BYTES } from './limits.js';
import { decodeWords } from './encoded-word.js';

/** The header of a mail, as far as whoever reads many mails needs it: nothing of the body is decoded. */
export interface MailHeader {
  /** The first field of that name (any case), unfolded and decoded; null when there is none. */
  get(name: string): string | null;
  /** As it stands in the mail, unfolded, one character per byte; for fields with addresses. */
  raw(name: string): string | null;
  /** Where the body begins. */
  readonly bodyAt: number;
  /** True when the header is longer than we read; fields after that are not seen. */
  readonly tooLong: boolean;
}

/** One address: `Name <address>`. */
export interface Address {
  /** Decoded; '' when there is none. */
  readonly name: string;
  /** In lower case; '' when there is none. */
  readonly address: string;
}

/** Reads the header of a mail without decoding the rest. Throws nothing; its time is linear in the header. */
export function readHeader(bytes: Buffer): MailHeader {
  const start = bytes.toString('latin1', 0, 5) === 'From ' ? bytes.indexOf(0x0a) + 1 : 0;
  const end = headerEnd(bytes, start);
  const tooLong = end - start > MAX_HEADER_BYTES;
  const text = bytes.toString('latin1', start, tooLong ? start + MAX_HEADER_BYTES : end);
  const fields = fieldsIn(text);
  const raw = (name: string) => {
    const at = fields.get(name.toLowerCase());
    if (at === undefined) return null;
    const value = text.slice(at, fieldEnd(text, at));
    return trimmed(value.includes('\n') ? value.replace(/\r?\n/g, '') : value);
  };
  return {
    raw,
    get(name) {
      const value = raw(name);
      return value === null ? null : decodeWords(value);
    },
    bodyAt: bodyStart(bytes, end),
    tooLong,
  };
}

/** Where the first field of each name (in lower case) has its value. Most fields are never asked for. */
function fieldsIn(text: string): Map<string, number> {
  const fields = new Map<string, number>();
  let colon = text.indexOf(':');
  for (let start = 0; start < text.length && colon >= 0;) {
    const end = text.indexOf('\n', start);
    // A line without a colon is no field, and what is folded under it is none either.
    if (colon > start && (end < 0 || colon < end)) {
      const name = text.slice(start, colon).trimEnd().toLowerCase();
      if (!fields.has(name)) fields.set(name, colon + 1);
    }
    start = fieldEnd(text, start) + 1;
    if (colon < start) colon = text.indexOf(':', start);
  }
  return fields;
}

/** Where the line that begins, or is, at `at` ends, with what is folded under it. */
function fieldEnd(text: string, at: number): number {
  let end = text.indexOf('\n', at);
  while (end >= 0 && (text[end + 1] === ' ' || text[end + 1] === '\t')) end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end;
}

/** The addresses in a field such as `To`, the first few hundred of them. */
export function readAddresses(field: string | null): Address[] {
  if (field === null) return [];
  return splitAddresses(field.slice(0, 20 * MAX_ADDRESSES))
    .map(readAddress)
    .filter(isSomebody);
}

/** The first address of a field such as `From`; null when there is none. */
export function readFirstAddress(field: string | null): Address | null {
  if (field === null) return null;
  return splitAddresses(field.slice(0, MAX_ADDRESSES)).map(readAddress).find(isSomebody) ?? null;
}

// eslint-disable-next-line no-control-regex -- an id with a control character is none
const ID = /<\s*([^<>\s\x00-\x1f]+@[^<>\s\x00-\x1f]+)\s*>/g;

/** Message ids in a field such as `References`, without their angle brackets, in order. */
export function readIds(field: string | null): string[] {
  if (field === null) return [];
  return [...field.slice(0, 200_000).matchAll(ID)].map((match) => match[1]!);
}

function headerEnd(bytes: Buffer, start: number): number {
  if (bytes[start] === 0x0a || (bytes[start] === 0x0d && bytes[start + 1] === 0x0a)) return start;
  const end = beforeBlankLine(bytes, start);
  return end < 0 ? bytes.length : end;
}

/** Where the line that is followed by the first empty one ends, at its line feed; -1 where there is none. */
export function beforeBlankLine(bytes: Buffer, start = 0): number {
  const lf = bytes.indexOf('\n\n', start, 'latin1');
  // Only what is in front of the first may be an earlier end.
  const crlf = bytes.subarray(0, lf < 0 ? bytes.length : lf).indexOf('\n\r\n', start, 'latin1');
  return crlf < 0 ? lf : crlf;
}

function bodyStart(bytes: Buffer, end: number): number {
  let at = end;
  for (let lines = 0; lines < 2 && at < bytes.length; lines++) {
    if (bytes[at] === 0x0d) at++;
    if (bytes[at] === 0x0a) at++;
  }
  return at;
}

function isSomebody({ name, address }: Address): boolean {
  return name !== '' || address !== '';
}

/** Cuts at the commas that are outside of quotes, comments and angle brackets. */
function splitAddresses(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let depth = 0;
  let angle = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\') i++;
    else if (char === '"' && depth === 0) quoted = !quoted;
    else if (quoted) continue;
    else if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (char === '<') angle = true;
    else if (char === '>') angle = false;
    else if ((char === ',' || char === ';') && !angle) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function readAddress(text: string): Address {
  const open = text.lastIndexOf('<');
  const close = text.indexOf('>', open);
  if (open >= 0) {
    const address = text.slice(open + 1, close < 0 ? text.length : close);
    return { name: displayName(text.slice(0, open)), address: bare(address) };
  }
  const comment = /\(([^()]*)\)/.exec(text)?.[1] ?? '';
  const rest = text.replace(/\([^()]*\)/g, '').trim();
  if (!rest.includes('@')) return { name: displayName(rest), address: '' };
  return { name: displayName(comment), address: bare(rest) };
}

function bare(address: string): string {
  return decodeWords(address).replace(/\s+/g, '').toLowerCase();
}

/** Without the white space around it, of ASCII only: in bytes that are not decoded yet, others may be half a character. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ' \t\r\n'.includes(text[start]!)) start++;
  while (end > start && ' \t\r\n'.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}

function displayName(text: string): string {
  const plain = unquoted(trimmed(text));
  const decoded = decodeWords(plain.includes('\\') ? plain.replace(/\\(.)/g, '$1') : plain);
  return unquoted(/\s\s|[^\S ]/.test(decoded) ? decoded.replace(/\s+/g, ' ') : decoded).trim();
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.replace(/^"(.*)"$/, '$1') : text;
}
