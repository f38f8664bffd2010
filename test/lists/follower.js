/* global AbortController, console, process */
// A child process that follows one archive and sends through one SMTP server until it has done what is due; the test
// kills it at any moment. All of it is real but for the review, which finds one thing in every patch at once.
import { followOnce, recover } from '../../dist/lists/follow.js';
import { readPolicy } from '../../dist/lists/policy/read.js';
import { openTransport } from '../../dist/lists/send/open.js';
import { openSource } from '../../dist/lists/sources/open.js';
import { lockStore, openSqliteStore } from '../../dist/lists/store/sqlite.js';

const policy = readPolicy(process.argv[2]);
const lock = lockStore(policy.store);
const store = openSqliteStore(policy.store);
const sources = policy.sources.map((source) => openSource(source, policy));
const transport = openTransport(policy);

/** One finding in each patch, as a review has them. */
const reviewer = {
  review: (series) =>
    Promise.resolve({
      series,
      tree: 'none',
      snapshot: null,
      base: null,
      patches: series.patches.map((patch) => ({ patch, status: 'applied', files: [], tree: null })),
      findings: series.patches.map((patch) => ({
        id: `${patch.messageId}`.replace(/\W/g, '').padEnd(12, '0'),
        rule: 'test',
        severity: 'high',
        confidence: 'high',
        patch: patch.number,
        resolvedBy: null,
        because: 'new-update',
        in: 'f',
        updater: 'f',
        update: '__folio_set_x',
        flag: 'x',
        word: 'head',
        file: 'mm/f.c',
        line: 1,
        origins: [],
        races: [],
        callee: null,
        callers: [],
        advice: [],
        message: 'a finding',
      })),
      resolved: [],
      notes: [],
    }),
  close: () => undefined,
};

const quiet = () => undefined;
recover(store, Date.now());
await followOnce({
  store,
  policy,
  sources,
  reviewer,
  writeBody: (_, number) => `What there is to say of patch ${number}.\n`,
  transport,
  now: Date.now,
  signal: new AbortController().signal,
  log: { read: quiet, trouble: console.error, reviewed: quiet, sent: quiet },
});
for (const source of sources) await source.close();
await transport.close();
store.close();
lock.release();
