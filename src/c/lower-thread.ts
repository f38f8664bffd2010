import { parentPort } from 'node:worker_threads';
import { lowerFile } from './lower/file.js';
import type { Lowered } from './lowering.js';
import { toBytes } from './fact-bytes.js';

// What a thread started by lowering.ts does: one text after the other, answered in the order of the texts.
let last = Promise.resolve();

parentPort?.on('message', (text: string) => {
  last = last.then(() => answer(text));
});

async function answer(text: string): Promise<void> {
  try {
    const packed = new Uint8Array(toBytes(await lowerFile(text)));
    const lowered: Lowered = { packed };
    parentPort?.postMessage(lowered, [packed.buffer]);
  } catch (error) {
    const lowered: Lowered = {
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
    parentPort?.postMessage(lowered);
  }
}
