import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { optimiseAsUsual, optimiseLess } from '../optimise-later.js';
import { lowerFile } from './lower/file.js';
import { toBytes } from './fact-bytes.js';
import type { PackEntry } from './pack.js';

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
/** Texts at each thread, so that it need not wait. */
const queued = 2;
/** Characters that may wait: enough to have the largest texts done first, so that in the end no thread waits for another. */
const room = 24 * 1024 * 1024;
/** With fewer characters than these, threads are not worth their start. */
const worthThreads = 512 * 1024;
/** Megabytes for what dies young, which nearly all does here. */
const youngGeneration = 96;

/** How many threads are worth their start here. */
export function usefulThreads(): number {
  return Math.min(availableParallelism(), mostThreads);
}

/** @param threads 1 or fewer: the work is done here, at once */
export function startLowering(threads: number): Lowering {
  const script = fileURLToPath(new URL('lower-thread.js', import.meta.url));
  // Where the sources run as they are (in tests), there is no compiled script to start.
  return threads > 1 && existsSync(script) ? new Threads(script, threads) : here();
}

function here(): Lowering {
  return {
    async add(text, done) {
      done(toBytes(await lowerFile(text)));
    },
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

interface Text {
  readonly text: string;
  readonly done: (packed: NonNullable<PackEntry>) => void;
}

interface Thread {
  readonly worker: Worker;
  /** What it has been given, in the order of its answers. */
  readonly given: Text[];
}

class Threads implements Lowering {
  readonly #script: string;
  readonly #count: number;
  readonly #threads: Thread[] = [];
  readonly #waiting: Text[] = [];
  #characters = 0;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(script: string, count: number) {
    this.#script = script;
    this.#count = count;
  }

  async add(text: string, done: Text['done']): Promise<void> {
    this.#waiting.push({ text, done });
    this.#characters += text.length;
    if (this.#threads.length === 0 && this.#characters >= worthThreads) this.#start();
    this.#give();
    await this.#until(() => this.#characters < room);
  }

  async finish(): Promise<void> {
    if (this.#threads.length === 0) {
      const { add } = here();
      for (const { text, done } of this.#waiting.splice(0)) await add(text, done);
    }
    await this.#until(
      () => this.#waiting.length === 0 && this.#threads.every(({ given }) => given.length === 0),
    );
  }

  async close(): Promise<void> {
    if (this.#threads.length > 0) optimiseAsUsual();
    await Promise.all(
      this.#threads.map(({ worker }) => {
        worker.removeAllListeners('exit');
        return worker.terminate();
      }),
    );
  }

  #start(): void {
    optimiseLess();
    for (let count = 0; count < this.#count; count++) {
      const worker = new Worker(this.#script, {
        resourceLimits: { maxYoungGenerationSizeMb: youngGeneration },
      });
      const given: Text[] = [];
      worker.on('message', (lowered: Lowered) => {
        const text = given.shift();
        this.#give();
        if (lowered.failure !== undefined) this.#fail(new Error(lowered.failure));
        else {
          const { buffer, byteOffset, byteLength } = lowered.packed;
          text?.done(Buffer.from(buffer, byteOffset, byteLength));
        }
        this.#changed();
      });
      worker.on('error', (error) => {
        this.#fail(error);
      });
      worker.on('exit', () => {
        this.#fail(new Error('a thread that reads source files has ended'));
      });
      this.#threads.push({ worker, given });
    }
  }

  /** Gives the largest texts to threads that have room. */
  #give(): void {
    for (let depth = 0; depth < queued; depth++) {
      for (const { worker, given } of this.#threads) {
        if (given.length > depth || this.#waiting.length === 0) continue;
        const text = this.#takeLargest();
        given.push(text);
        worker.postMessage(text.text);
      }
    }
  }

  #takeLargest(): Text {
    let at = 0;
    for (const [index, { text }] of this.#waiting.entries()) {
      if (text.length > this.#waiting[at]!.text.length) at = index;
    }
    const taken = this.#waiting[at]!;
    this.#waiting[at] = this.#waiting.at(-1)!;
    this.#waiting.pop();
    this.#characters -= taken.text.length;
    return taken;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#changed();
  }

  #changed(): void {
    this.#wake?.();
    this.#wake = null;
  }

  async #until(ready: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      if (ready()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
