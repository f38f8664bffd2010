import { dirname, join } from 'node:path';
import type { Policy, SourcePolicy } from '../policy/policy.js';
import type { Source } from '../source.js';
import { imapSource } from './imap.js';
import { maildirSource } from './maildir.js';
import { mboxSource } from './mbox.js';
import { publicInbox } from './public-inbox.js';
import { threadSource } from './thread.js';

/** Opens a source of the policy. Nothing is read or connected before it is asked for something. */
export function openSource({ name, place, start }: SourcePolicy, policy: Policy): Source {
  switch (place.kind) {
    case 'public-inbox':
      return publicInbox(name, { ...place, mirrors: join(dirname(policy.store), 'mirrors', name) }, start);
    case 'mbox':
      return mboxSource(name, place.path, start);
    case 'maildir':
      return maildirSource(name, place.path, start);
    case 'thread':
      return threadSource(name, place.url);
    case 'imap':
      return imapSource(name, place.login, place.folder, start);
  }
}
