import { Worker } from 'node:worker_threads';
import { RectoError, type ErrorCode } from '../errors.js';
import type { Judge, Judgement, JudgeTask } from './judge.js';

/** What comes back from the thread. */
export type Verdict =
  | { readonly judgement: Judgement }
  | {
      readonly trouble: { readonly code: ErrorCode; readonly message: string; readonly place: string | null };
    }
  | { readonly bug: string };

/** Judges in a thread of its own, so that webhooks are answered meanwhile. */
export interface JudgeThread {
  /** One review at a time; the others wait. */
  readonly judge: Judge;
  close(): Promise<void>;
}

/** The thread lives on between reviews: what it knows of one tree saves most of the work on the next. */
export function startJudgeThread(script = new URL('./judge-worker.js', import.meta.url)): JudgeThread {
  let worker: Worker | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const end = async () => {
    const ended = worker;
    worker = null;
    await ended?.terminate();
  };
  const run = async (task: JudgeTask, signal: AbortSignal): Promise<Judgement> => {
    signal.throwIfAborted();
    const thread = (worker ??= new Worker(script));
    const verdict = await new Promise<Verdict>((resolve, reject) => {
      const abort = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => {
        reject(new Error('the thread that reviews has ended'));
      });
      thread.postMessage(task);
    }).catch(async (error: unknown) => {
      // What it is in the middle of can only be stopped with the thread.
      await end();
      throw error;
    });
    thread.removeAllListeners();
    if ('judgement' in verdict) return verdict.judgement;
    if ('bug' in verdict) throw new Error(verdict.bug);
    throw new RectoError(verdict.trouble.code, verdict.trouble.message, verdict.trouble.place);
  };
  return {
    judge: (task, signal) => {
      const done = last.then(() => run(task, signal));
      last = done.catch(() => undefined);
      return done;
    },
    async close() {
      await last;
      await end();
    },
  };
}
