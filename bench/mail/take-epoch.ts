import { takeBatch } from '../../src/lists/intake.js';
import type { Policy } from '../../src/lists/policy/policy.js';
import { publicInbox } from '../../src/lists/sources/public-inbox.js';
import { tellTwins } from '../../src/lists/twins.js';
import type { Store } from '../../src/lists/store/store.js';

/** Reads a whole epoch into a store, as `recto follow` does; gives the number of mails. */
export async function takeEpoch(store: Store, epoch: string): Promise<number> {
  const source = publicInbox('epoch', { from: epoch, remote: false, fetch: false, mirrors: '' }, 'beginning');
  const policy: Partial<Policy> = {
    identity: { name: 'Recto', address: 'recto@example.net' },
    sources: [],
    answers: [],
    bots: [],
    commandsFrom: [],
    settle: 0,
    wait: 0,
  };
  let mails = 0;
  const sources = new Map([[source.name, source]]);
  for await (const read of source.read(null, () => false)) {
    const batch = await tellTwins(store, sources, source, read);
    mails += takeBatch(store, source, batch, policy as Policy, Date.now()).mails;
  }
  await source.close();
  return mails;
}
