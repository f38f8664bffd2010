import { decodeText } from './decode-text.js';

const WORD = /=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bq])\?([^?\r\n]*)\?=/gi;

/** Each word begins anew in these. */
const STATEFUL = /^iso-2022-/;

/** Names that mailers put on whatever they have. */
const CARELESS = /^(?:us-ascii|iso-8859-1|windows-1252)$/;

/**
 * Decodes the encoded words (RFC 2047) of a header field that is given one character per byte. What is not encoded is
 * UTF-8, else Latin-1. Words that follow each other are decoded as one, because mailers cut characters in two.
 */
export function decodeWords(field: string): string {
  if (!field.includes('=?')) return decodeBytes(field);
  let text = '';
  let end = 0;
  let pending: { charset: string; bytes: Buffer[] } | null = null;
  const settle = () => {
    if (pending) {
      const bytes = Buffer.concat(pending.bytes);
      text += CARELESS.test(pending.charset) ? decodeText(bytes) : decodeCharset(bytes, pending.charset);
    }
    pending = null;
  };
  for (const match of field.matchAll(WORD)) {
    const between = field.slice(end, match.index);
    const charset = match[1]!.toLowerCase();
    const adjacent = pending !== null && between.trim() === '';
    if (!adjacent) {
      settle();
      text += decodeBytes(between);
    } else if (pending!.charset !== charset || STATEFUL.test(charset)) settle();
    pending ??= { charset, bytes: [] };
    pending.bytes.push(match[2]!.toLowerCase() === 'b' ? Buffer.from(match[3]!, 'base64') : fromQ(match[3]!));
    end = match.index + match[0].length;
  }
  settle();
  return text + decodeBytes(field.slice(end));
}

/** Bytes as text by the name of their character set; UTF-8 or Latin-1 where nobody knows that name. */
export function decodeCharset(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return decodeText(bytes);
  }
}

function decodeBytes(text: string): string {
  // eslint-disable-next-line no-control-regex -- what is not ASCII
  return /^[\x00-\x7f]*$/.test(text) ? text : decodeText(Buffer.from(text, 'latin1'));
}

function fromQ(text: string): Buffer {
  const plain = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
