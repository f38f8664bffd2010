import type { Attachment, ParsedMail } from 'mailparser';
import { decodeText } from './decode-text.js';
import { readFirstAddress, readHeader, readIds, type MailHeader } from './header.js';
import { htmlText } from './html.js';
import { MAX_ADDRESSES, MAX_NESTING } from './limits.js';
import type { Message } from './message.js';
import { readPlainBody } from './plain-body.js';

/**
 * Decodes one mail (RFC 5322 and MIME). Attached diffs are kept, other attachments are named in the notes.
 * Throws nothing for a mail that is damaged: what can be decoded is, and the notes say what could not.
 */
export async function readMime(bytes: Buffer, place: string, nesting = 0): Promise<Message> {
  const fields = fieldsOf(readHeader(bytes));
  const plain = readPlainBody(bytes);
  if (plain !== null) {
    const { body, charset } = plain;
    return { ...emptyMessage(place), ...fields, body, notes: characterNotes(body.text, charset, place) };
  }
  const { raw, flowed, delSp } = prepared(bytes);
  let mail: ParsedMail;
  try {
    const { simpleParser } = await import('mailparser');
    mail = await simpleParser(raw, {
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipImageLinks: true,
      keepCidLinks: true,
      checksumAlgo: false,
      ignoreEmbedded: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ...emptyMessage(place),
      ...fields,
      notes: [`${place} could not be decoded as a mail: ${reason}`],
    };
  }
  const notes: string[] = [];
  let text = (mail.text ?? '').replaceAll('\r\n', '\n');
  let fromPage = false;
  if (text.trim() === '' && mail.html) {
    text = htmlText(mail.html);
    fromPage = true;
    notes.push(`${place} has only HTML, which does not keep white space`);
  }
  notes.push(...characterNotes(text, charsetOf(mail), place));
  const attachedDiffs: string[] = [];
  const attached: Message[] = [];
  for (const attachment of mail.attachments) {
    const kind = kindOf(attachment);
    if (kind === 'mail' && nesting < MAX_NESTING) {
      attached.push(
        await readMime(withoutFromLine(attachment.content), `${place}, attached mail`, nesting + 1),
      );
    } else if (kind === 'diff') attachedDiffs.push(decodeText(attachment.content));
    else if (kind !== 'signature') notes.push(`${place}: ${described(attachment)} was skipped`);
  }
  return {
    place,
    ...fields,
    body: { text, flowed, delSp, fromPage },
    attachedDiffs,
    attached,
    notes,
  };
}

/** Header fields that are read; the others of a mail (its Received lines, who else got it) are not decoded. */
const WANTED = /^(?:mime-version|content-[a-z-]+):/i;

/**
 * Prepares a mail for mailparser.
 *
 * It joins the lines of format=flowed before anybody can see which quoted line they were, so that parameter is
 * hidden from it and kept here. Its time grows with the square of the length of a list of addresses, so those
 * are taken away or cut off.
 */
function prepared(bytes: Buffer): { raw: Buffer; flowed: boolean; delSp: boolean } {
  const text = bytes.toString('latin1');
  const blank = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const fields = text.slice(0, blank).split(/\r?\n(?![ \t])/);
  const head = fields.filter((field) => WANTED.test(field)).join('\n');
  let flowed = false;
  let delSp = false;
  const raw = (head + text.slice(blank))
    .replace(/^(?:from|sender|reply-to|to|cc|bcc):.*(?:\r?\n[ \t].*)*/gim, (field) =>
      field.slice(0, MAX_ADDRESSES),
    )
    .replace(/^content-type:.*(?:\r?\n[ \t].*)*/gim, (field) => {
      if (!/format\s?=\s?"?flowed/i.test(field)) return field;
      flowed = true;
      delSp ||= /delsp\s?=\s?"?yes/i.test(field);
      return field.replace(/flowed/i, 'fixed');
    });
  return { raw: Buffer.from(raw, 'latin1'), flowed, delSp };
}

function kindOf(attachment: Attachment): 'diff' | 'mail' | 'signature' | 'other' {
  // Where the field is there and empty, mailparser gives something else than a text.
  const type = String(attachment.contentType).toLowerCase();
  const name = attachment.filename ?? '';
  if (type === 'message/rfc822') return 'mail';
  if (/signature|pgp-keys|vcard/.test(type)) return 'signature';
  const textual = /^text\/|x-(?:patch|diff)$/.test(type) || /\.(?:patch|diff|txt|eml|mbox)$/i.test(name);
  if (!textual) return 'other';
  const start = attachment.content.toString('latin1', 0, 65_536);
  if (/^From \S+ /.test(start) || /^(?:From|Subject|Date|Message-ID): .*\n[A-Za-z-]+:/i.test(start))
    return 'mail';
  return /^(?:diff --git |@@ -\d|--- )/m.test(start) ? 'diff' : 'other';
}

function withoutFromLine(bytes: Buffer): Buffer {
  return bytes.toString('latin1', 0, 5) === 'From ' ? bytes.subarray(bytes.indexOf(0x0a) + 1) : bytes;
}

function described(attachment: Attachment): string {
  const name = attachment.filename
    ? `the attachment ${JSON.stringify(attachment.filename)}`
    : 'an attachment';
  return `${name} (${attachment.contentType}, ${attachment.size} bytes)`;
}

/** What the header says. It is read here and not by mailparser, which folds and decodes less of what mailers write. */
function fieldsOf(
  header: MailHeader,
): Pick<Message, 'subject' | 'from' | 'date' | 'messageId' | 'references'> {
  return {
    subject: (header.get('subject') ?? '').replace(/\s+/g, ' ').trim(),
    from: fromOf(header),
    date: dateOf(header),
    messageId: withoutBrackets(header.raw('message-id')),
    references: referencesOf(header),
  };
}

function fromOf(header: MailHeader): string | null {
  const from = readFirstAddress(header.raw('from'));
  if (!from) return null;
  return from.name !== '' && from.address !== ''
    ? `${from.name} <${from.address}>`
    : from.name || from.address;
}

function dateOf(header: MailHeader): string | null {
  const line = header.raw('date') ?? '';
  const time = Date.parse(line.replace(/\([^()]*\)/g, '').trim());
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function referencesOf(header: MailHeader): string[] {
  const answered = readIds(header.raw('in-reply-to'));
  const direct = answered[0];
  const others = [...new Set([...readIds(header.raw('references')), ...answered])];
  return direct === undefined ? others : [...others.filter((id) => id !== direct), direct];
}

function withoutBrackets(id: string | null): string | null {
  const bare = id?.trim().replace(/^<|>$/g, '').trim();
  return bare ? bare : null;
}

function characterNotes(text: string, charset: string | null, place: string): string[] {
  if (!text.includes('\ufffd')) return [];
  return [`${place} has characters that its character set (${charset ?? 'not named'}) does not explain`];
}

function charsetOf(mail: ParsedMail): string | null {
  const line = mail.headerLines.find((header) => header.key === 'content-type')?.line ?? '';
  return /charset\s?=\s?"?([\w.:-]+)/i.exec(line)?.[1] ?? null;
}

function emptyMessage(place: string): Message {
  return {
    place,
    subject: '',
    from: null,
    date: null,
    messageId: null,
    references: [],
    body: { text: '', flowed: false, delSp: false, fromPage: false },
    attachedDiffs: [],
    attached: [],
    notes: [],
  };
}
