import type { MailHeader } from '../mail/header.js';
import { MAX_LIST_MAIL_BYTES } from '../mail/limits.js';

/** Of each part, what is decoded: behind a commit message the diff begins, and people write above what they quote. */
const DECODED = 256 * 1024;

/** More parts are not looked at. */
const MAX_PARTS = 20;

/** The parts of a mail that are encoded in base64, decoded, each as far as its beginning; the first few of them. */
export function* base64Parts(mail: Buffer, header: MailHeader): Iterable<Buffer> {
  const body = mail.subarray(header.bodyAt);
  if (/^base64$/i.test(header.raw('content-transfer-encoding') ?? '')) {
    yield decodedStart(body);
    return;
  }
  if (!/^multipart\//i.test(header.raw('content-type') ?? '')) return;
  const text = body.toString('latin1', 0, MAX_LIST_MAIL_BYTES);
  const mark = /^content-transfer-encoding:[ \t]*base64/gim;
  for (let found = mark.exec(text), parts = 0; found && parts < MAX_PARTS; found = mark.exec(text), parts++) {
    const blank = /\r?\n\r?\n/g;
    blank.lastIndex = found.index;
    const start = blank.exec(text);
    if (!start) return;
    const from = start.index + start[0].length;
    const end = text.indexOf('\n--', from);
    yield decodedStart(body.subarray(from, end < 0 ? body.length : end));
  }
}

function decodedStart(encoded: Buffer): Buffer {
  return Buffer.from(encoded.toString('latin1', 0, DECODED), 'base64');
}
