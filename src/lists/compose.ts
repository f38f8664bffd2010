import type { Address } from '../mail/header.js';
import { answerId } from './answer-id.js';

/** A mail that is to be written. */
export interface Draft {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  /** The mail that it answers. */
  readonly answers: {
    readonly messageId: string;
    readonly references: readonly string[];
    readonly title: string;
  };
  /** What tells this answer from another one to the same mail. */
  readonly says: readonly string[];
  readonly body: string;
  /** Milliseconds. */
  readonly date: number;
}

/** A mail, whole. */
export interface Composed {
  /** Without angle brackets. */
  readonly messageId: string;
  readonly recipients: readonly string[];
  readonly bytes: Buffer;
}

/** References of a mail that are named in an answer: the first, and the last ones. */
const MAX_REFERENCES = 30;

/** Lines longer than this are encoded (RFC 5322 allows 998). */
const MAX_LINE = 900;

/** Writes an answer to a mail: plain text, threaded under it. What comes from others cannot end a header line. */
export function compose(draft: Draft): Composed {
  const { from, to, cc, answers, body } = draft;
  const messageId = answerId(answers.messageId, draft.says, from.address);
  const above = answers.references.filter((id) => id !== answers.messageId);
  const references = [...new Set(above), answers.messageId];
  const kept =
    references.length <= MAX_REFERENCES
      ? references
      : [references[0]!, ...references.slice(1 - MAX_REFERENCES)];
  const encoded = body.split('\n').some((line) => Buffer.byteLength(line) > MAX_LINE);
  // eslint-disable-next-line no-control-regex -- what is not ASCII
  const plain = /^[\x00-\x7f]*$/.test(body);
  const fields: [string, string][] = [
    ['From', addresses([from])],
    ['To', addresses(to)],
    ...(cc.length > 0 ? ([['Cc', addresses(cc)]] as [string, string][]) : []),
    ['Subject', encodeText(`Re: ${withoutReply(answers.title)}`)],
    ['Date', new Date(draft.date).toUTCString().replace('GMT', '+0000')],
    ['Message-ID', `<${messageId}>`],
    ['In-Reply-To', `<${bareId(answers.messageId)}>`],
    ['References', kept.map((id) => `<${bareId(id)}>`).join('\r\n ')],
    ['Auto-Submitted', 'auto-replied'],
    ['MIME-Version', '1.0'],
    ['Content-Type', `text/plain; charset=${plain ? 'us-ascii' : 'utf-8'}`],
    ['Content-Transfer-Encoding', encoded ? 'quoted-printable' : plain ? '7bit' : '8bit'],
  ];
  const head = fields.map(([name, value]) => `${name}: ${value}`).join('\r\n');
  const text = (encoded ? quotedPrintable(body) : body).replace(/\r?\n/g, '\r\n');
  return {
    messageId,
    recipients: [...to, ...cc].map(({ address }) => address),
    bytes: Buffer.from(`${head}\r\n\r\n${text}`, 'utf8'),
  };
}

/** One "Re:", whatever was there. */
function withoutReply(title: string): string {
  return title.replace(/^(?:\s*(?:re|aw|sv|vs|antw|odp)(?:\[\d+\])?:)+\s*/i, '');
}

/** Ids are other people's: nothing in one may end the angle brackets or the line. */
function bareId(id: string): string {
  return id.replace(/[^\x21-\x3b\x3d\x3f-\x7e]/g, '');
}

/** Folded, one to a line, so that no line gets long. */
function addresses(all: readonly Address[]): string {
  return all.map(formatAddress).join(',\r\n ');
}

function formatAddress({ name, address }: Address): string {
  const clean = oneLine(name);
  if (clean === '') return address;
  // eslint-disable-next-line no-control-regex -- what is not ASCII
  if (/[^\x00-\x7f]/.test(clean)) return `${encodeText(clean)} <${address}>`;
  const phrase = /^[\w !#$%&'*+/=?^`{|}~-]+$/.test(clean) ? clean : `"${clean.replace(/["\\]/g, '\\$&')}"`;
  return `${phrase} <${address}>`;
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 500);
}

/** As it is where it is ASCII, folded at blanks; else as encoded words (RFC 2047) of at most 75 characters. */
function encodeText(text: string): string {
  const line = oneLine(text);
  // eslint-disable-next-line no-control-regex -- what is not ASCII
  if (/^[\x00-\x7f]*$/.test(line) && !line.includes('=?')) return folded(line);
  const words: string[] = [];
  let chunk = '';
  for (const char of line) {
    if (Buffer.byteLength(chunk + char) > 42) {
      words.push(chunk);
      chunk = '';
    }
    chunk += char;
  }
  words.push(chunk);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

function folded(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > 66) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].join('\r\n ');
}

function quotedPrintable(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const encoded = [...Buffer.from(line)].map((byte, i, all) => {
        const last = i === all.length - 1;
        const plain =
          (byte > 0x20 && byte < 0x7f && byte !== 0x3d) || ((byte === 0x20 || byte === 9) && !last);
        return plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      });
      let out = '';
      let width = 0;
      for (const piece of encoded) {
        if (width + piece.length > 75) {
          out += '=\n';
          width = 0;
        }
        out += piece;
        width += piece.length;
      }
      return out;
    })
    .join('\n');
}
