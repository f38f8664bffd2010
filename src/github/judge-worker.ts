import { parentPort } from 'node:worker_threads';
import { RectoError } from '../errors.js';
import { judge, type JudgeTask } from './judge.js';
import type { Verdict } from './judge-thread.js';

// What a thread started by judge-thread.ts does: one review after the other.
parentPort?.on('message', (task: JudgeTask) => {
  void judge(task)
    .then(
      (judgement): Verdict => ({ judgement }),
      (error: unknown): Verdict =>
        error instanceof RectoError
          ? { trouble: { code: error.code, message: error.message, place: error.place } }
          : { bug: error instanceof Error ? error.message : String(error) },
    )
    .then((verdict) => parentPort?.postMessage(verdict));
});
