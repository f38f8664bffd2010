import { parentPort, workerData } from 'node:worker_threads';
import { RectoError } from '../../errors.js';
import { MAX_LIST_MAIL_BYTES } from '../../mail/limits.js';
import { ObjectReader } from '../../tree/objects.js';
import { readEpoch } from './epoch.js';
import type { EpochMessage, EpochTask } from './epoch-thread.js';

// What a thread started by epoch-thread.ts does: it reads one epoch, a few batches ahead of whoever takes them.

const AHEAD = 3;

/** Batches that may be read before another one is taken. */
let allowed = AHEAD;
let wake: () => void = () => undefined;

const tell = (message: EpochMessage) => {
  parentPort!.postMessage(message);
};

parentPort!.on('message', () => {
  allowed++;
  wake();
});

const { epoch, start } = workerData as EpochTask;
const objects = new ObjectReader(epoch.directory, true, MAX_LIST_MAIL_BYTES);
try {
  for await (const read of readEpoch(epoch, null, start, objects)) {
    while (allowed === 0) await new Promise<void>((resolve) => (wake = resolve));
    allowed--;
    tell({ kind: 'read', read });
  }
  tell({ kind: 'end' });
} catch (error) {
  if (!(error instanceof RectoError)) throw error;
  tell({ kind: 'trouble', code: error.code, message: error.message, place: error.place });
} finally {
  await objects.close();
}
