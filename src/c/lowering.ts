import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { lowerFile } from './lower/file.js';
import { packFacts, type PackEntry } from './pack.js';

/** Lowers texts to packed facts, in this thread or in several. */
export interface Lowering {
  /** Resolves when there is room for one more text; `done` gets its packed facts, sooner or later. */
  add(text: string, done: (packed: NonNullable<PackEntry>) => void): Promise<void>;
  /** Resolves when all that was added is done. Rejects when a thread failed. */
  finish(): Promise<void>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** What a thread answers: packed facts, or what went wrong. */
export type Lowered =
  { readonly packed: Uint8Array; readonly failure?: undefined } | { readonly failure: string };

/** More threads take more memory than an index should. */
const mostThreads = 4;
/** Texts that wait at each thread, so that it need not. */
const queued = 3;
/** Megabytes for what dies young, which nearly all does here. */
const youngGeneration = 32;

/** How many threads are worth their start here. */
export function usefulThreads(): number {
  return Math.min(availableParallelism(), mostThreads);
}

/** @param threads 1 or fewer: the work is done here, at once */
export function startLowering(threads: number): Lowering {
  const script = fileURLToPath(new URL('lower-thread.js', import.meta.url));
  // Where the sources run as they are (in tests), there is no compiled script to start.
  return threads > 1 && existsSync(script) ? inThreads(script, threads) : here();
}

function here(): Lowering {
  return {
    async add(text, done) {
      done(packFacts(await lowerFile(text)));
    },
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: ((packed: Buffer) => void)[];
}

function inThreads(script: string, count: number): Lowering {
  let failure: Error | null = null;
  let wake: (() => void) | null = null;
  const changed = (): void => {
    wake?.();
    wake = null;
  };
  const fail = (error: Error): void => {
    failure ??= error;
    changed();
  };
  const threads = Array.from({ length: count }, (): Thread => {
    const worker = new Worker(script, { resourceLimits: { maxYoungGenerationSizeMb: youngGeneration } });
    const waiting: Thread['waiting'] = [];
    worker.on('message', (lowered: Lowered) => {
      const done = waiting.shift();
      if (lowered.failure !== undefined) fail(new Error(lowered.failure));
      else done?.(Buffer.from(lowered.packed.buffer, lowered.packed.byteOffset, lowered.packed.byteLength));
      changed();
    });
    worker.on('error', fail);
    worker.on('exit', () => {
      fail(new Error('a thread that reads source files has ended'));
    });
    return { worker, waiting };
  });
  const until = async (ready: () => boolean): Promise<void> => {
    while (!ready()) {
      if (failure !== null) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const idlest = (): Thread => threads.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
  return {
    async add(text, done) {
      await until(() => idlest().waiting.length < queued);
      const { worker, waiting } = idlest();
      waiting.push(done);
      worker.postMessage(text);
    },
    async finish() {
      await until(() => threads.every(({ waiting }) => waiting.length === 0));
      if (failure !== null) throw failure;
    },
    async close() {
      await Promise.all(
        threads.map(({ worker }) => {
          worker.removeAllListeners('exit');
          return worker.terminate();
        }),
      );
    },
  };
}
