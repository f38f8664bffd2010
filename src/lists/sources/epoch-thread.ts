import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { RectoError, type ErrorCode } from '../../errors.js';
import { optimiseLater } from '../../optimise-later.js';
import type { Epoch, EpochBatch } from './epoch.js';

/** What a thread that reads an epoch is told. */
export interface EpochTask {
  readonly epoch: Epoch;
  /** As for `readEpoch`. */
  readonly start: number | null;
}

/** What comes back from it. */
export type EpochMessage =
  | { readonly kind: 'read'; readonly read: EpochBatch }
  | {
      readonly kind: 'trouble';
      readonly code: ErrorCode;
      readonly message: string;
      readonly place: string | null;
    }
  | { readonly kind: 'end' };

/** Megabytes for what is soon forgotten, as all of a mail is: with less, much of the time would go into collecting it. */
const YOUNG = 64;

const SCRIPT = new URL('./epoch-worker.js', import.meta.url);

/** False where this runs from its sources, as in tests: a thread runs compiled scripts only. */
export const hasThread = existsSync(fileURLToPath(SCRIPT));

/**
 * Reads a whole epoch in a thread of its own, so that mails are read while others are written to the store. Ends with the
 * iteration, whenever that ends. An epoch is read in the time in which V8 would optimise what reads it, with other threads that
 * take the processor from git and from us: it is told to wait until code has run fifteen times as long as usual.
 *
 * @throws RectoError as `readEpoch` does
 */
export async function* readInThread(task: EpochTask): AsyncIterable<EpochBatch> {
  optimiseLater();
  const worker = new Worker(SCRIPT, {
    workerData: task,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
  });
  const messages: EpochMessage[] = [];
  let failure: Error | null = null;
  let wake: () => void = () => undefined;
  const fail = (error: Error) => {
    failure ??= error;
    wake();
  };
  worker.on('message', (message: EpochMessage) => {
    messages.push(message);
    wake();
  });
  worker.on('error', fail);
  worker.on('exit', () => {
    fail(new Error('the thread that reads an epoch has ended'));
  });
  try {
    for (;;) {
      const message = messages.shift();
      if (message?.kind === 'end') return;
      if (message?.kind === 'trouble') throw new RectoError(message.code, message.message, message.place);
      if (message) {
        worker.postMessage('more');
        yield message.read;
      } else {
        if (failure !== null) throw failure;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    await worker.terminate();
  }
}
