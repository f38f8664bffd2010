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
  const text = bytes.toString('latin1', start);
  const blank = /\r?\n\r?\n/.exec(text);
  if (!blank) return null;
  let type: string | null = null;
  for (const field of text.slice(0, blank.index).split(/\r?\n(?![ \t])/)) {
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
  const body = bytes.toString('utf8', start + blank.index + blank[0].length).replaceAll('\r\n', '\n');
  const flowed = parameters.get('format')?.toLowerCase() === 'flowed';
  const delSp = flowed && parameters.get('delsp')?.toLowerCase() === 'yes';
  return { body: { text: body, flowed, delSp, fromPage: false }, charset };
}
