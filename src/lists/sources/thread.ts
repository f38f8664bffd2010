import { gunzipSync } from 'node:zlib';
import { RectoError } from '../../errors.js';
import { readLetter } from '../letter.js';
import { splitMbox } from '../../mail/mbox.js';
import { MAX_INPUT_BYTES } from '../../mail/limits.js';
import { foundMail, type Source, type SourceEvent } from '../source.js';
import { askWeb } from '../web.js';

/**
 * One thread of a public-inbox archive on the web (`<archive>/<message-id>/t.mbox.gz`), asked for as a whole each time;
 * mails are known by their ids.
 */
export function threadSource(name: string, url: string): Source {
  return {
    name,
    keeps: false,
    async *read(_position, isKnown) {
      const address = `${url}/t.mbox.gz`;
      const { status, body } = await askWeb(address);
      if (status !== 200) {
        const hint = status === 404 ? 'there is no such thread' : `the server says ${String(status)}`;
        throw new RectoError('no-list', `${address} cannot be read: ${hint}`, address);
      }
      const events: SourceEvent[] = [];
      for (const { bytes } of splitMbox(unpacked(body, address)) ?? []) {
        const place = readLetter(bytes).messageId;
        if (!isKnown(place)) events.push(foundMail(place, bytes, null));
      }
      yield { events, position: '' };
    },
    fetch: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}

function unpacked(body: Buffer, address: string): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: MAX_INPUT_BYTES });
  } catch {
    throw new RectoError(
      'no-list',
      `${address} is not what an archive gives for a thread (mbox, gzip)`,
      address,
    );
  }
}
