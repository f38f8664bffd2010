import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../tree/cache.js';
import type { Delivery, Outgoing, Transport } from './transport.js';

/** Writes mails into a Maildir instead of sending them, each under a name made of its id: a second time changes nothing. */
export function maildirTransport(path: string): Transport {
  return filing((mail) => {
    for (const folder of ['tmp', 'new', 'cur'])
      mkdirSync(join(path, folder), { recursive: true, mode: 0o700 });
    const name = `${createHash('sha256').update(mail.messageId).digest('hex').slice(0, 32)}.recto`;
    if (existsSync(join(path, 'new', name)) || existsSync(join(path, 'cur', `${name}:2,S`))) return;
    writeWhole(join(path, 'tmp', name), 'w', mail.bytes);
    renameSync(join(path, 'tmp', name), join(path, 'new', name));
  });
}

/** Appends mails to an mbox (mboxrd) instead of sending them, each once. */
export function mboxTransport(path: string): Transport {
  return filing((mail) => {
    const before = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    if (before.includes(`\nMessage-ID: <${mail.messageId}>\n`)) return;
    const text = mail.bytes
      .toString('latin1')
      .replace(/\r\n/g, '\n')
      .replace(/^(>*From )/gm, '>$1');
    const date = new Date()
      .toUTCString()
      .replace(/^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$1 $3 $2 $5 $4');
    // One write: a process that is killed leaves all of it or nothing.
    writeWhole(path, 'a', Buffer.from(`From ${mail.from} ${date}\n${text.trimEnd()}\n\n`, 'latin1'));
  });
}

function filing(file: (mail: Outgoing) => void): Transport {
  return {
    deliver(mail): Promise<Delivery> {
      try {
        file(mail);
        return Promise.resolve({ kind: 'taken', note: null });
      } catch (error) {
        return Promise.resolve({ kind: 'later', reason: reasonOf(error), unreachable: true });
      }
    },
    close: () => Promise.resolve(),
  };
}

function writeWhole(path: string, how: 'w' | 'a', bytes: Buffer): void {
  const file = openSync(path, how, 0o600);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
