import { beforeBlankLine } from './header.js';
import type { MessageText } from './message.js';

/** The body of a mail that is one plain text. */
export interface PlainBody {
  readonly body: MessageText;
  /** As its header names it. */
  readonly charset: string | null;
}

/** The fields that say how a body is to be read. */
const FIELD = /^(mime-version|content-[a-z-]+)[ \t]*:(.*)$/is;
/** What may be said of a plain text: nothing of this changes its bytes. */
const TYPE = /^text\/plain\s*((?:;\s*(?:charset|format|delsp)\s*=\s*"?[\w-]+"?\s*)*);?\s*$/i;
const ENCODING = /^[78]bit$/i;
/** Nobody says that little with more. */
const LENGTH = 200;

/**
 * The body of a mail that is plain text in UTF-8 or ASCII, neither encoded nor made of parts, as nearly all patches
 * are. What reads the rest of MIME takes a while to load, and is not needed for it.
 *
 * @returns null for any other mail
 */
export function readPlainBody(bytes: Buffer): PlainBody | null {
  const start = bytes.toString('latin1', 0, 5) === 'From ' ? bytes.indexOf(0x0a) + 1 : 0;
  const blank = beforeBlankLine(bytes, start);
  if (blank < 0) return null;
  let type: string | null = null;
  for (const field of fieldsIn(bytes.toString('latin1', start, blank))) {
    const [, name = '', content = ''] = FIELD.exec(field) ?? [];
    const value = content.replace(/\r?\n/g, '').trim();
    switch (name.toLowerCase()) {
      case '':
      case 'mime-version':
      case 'content-language':
        continue;
      case 'content-type':
        if (type !== null || value.length > LENGTH || !TYPE.test(value)) return null;
        type = value;
        break;
      case 'content-transfer-encoding':
        if (!ENCODING.test(value)) return null;
        break;
      default:
        return null;
    }
  }
  const parameters = new Map<string, string>();
  for (const [, name, value] of (type ?? '').matchAll(/(\w+)\s*=\s*"?([\w-]+)/g))
    parameters.set(name!.toLowerCase(), value!);
  const charset = parameters.get('charset') ?? null;
  if (charset !== null && !/^(us-ascii|utf-8)$/i.test(charset)) return null;
  const content = bytes.toString('utf8', bytes.indexOf(0x0a, blank + 1) + 1);
  const body = content.includes('\r') ? content.replaceAll('\r\n', '\n') : content;
  const flowed = parameters.get('format')?.toLowerCase() === 'flowed';
  const delSp = flowed && parameters.get('delsp')?.toLowerCase() === 'yes';
  return { body: { text: body, flowed, delSp, fromPage: false }, charset };
}

/** The fields of a header that may be among those wanted, by their first letter. */
function* fieldsIn(header: string): Iterable<string> {
  for (let start = 0; start < header.length;) {
    let end = header.indexOf('\n', start);
    while (end >= 0 && (header[end + 1] === ' ' || header[end + 1] === '\t'))
      end = header.indexOf('\n', end + 1);
    if (end < 0) end = header.length;
    if ('MmCc'.includes(header[start]!)) yield header.slice(start, end);
    start = end + 1;
  }
}
