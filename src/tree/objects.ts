import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { RectoError } from '../errors.js';
import { explainGit, gitArguments, gitEnvironment, gitNotStarted } from './git-command.js';

/** A source file larger than this is not one: nothing in the kernel comes near. */
export const fileLimit = 128 * 1024 * 1024;

/** What git has under a name. */
export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly size: number;
  /** Empty for a reader of headers only. */
  readonly content: Buffer;
}

interface Request {
  readonly name: string;
  readonly resolve: (object: GitObject | null) => void;
  readonly reject: (error: Error) => void;
}

/** What is done with one of many objects: null when there is none of that name, an error when it is too large. */
export type TakeObject = (object: GitObject | RectoError | null, at: number) => void;

/**
 * One `git cat-file --batch` process: answers come in the order of the requests, so that many can be under
 * way at once. With `contents` false it is `--batch-check`, which gives type and size only.
 */
export class ObjectReader {
  readonly #directory: string;
  readonly #contents: boolean;
  readonly #limit: number;
  #process: ChildProcessWithoutNullStreams | null = null;
  #requests: Request[] = [];
  #answered = 0;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #header: { id: string; type: string; size: number } | null = null;
  #skipping = false;
  #stderr = '';
  #failure: Error | null = null;
  #closed = false;

  /** @param limit objects of more bytes are refused, and never held in memory */
  constructor(directory: string, contents = true, limit = fileLimit) {
    this.#directory = directory;
    this.#contents = contents;
    this.#limit = limit;
  }

  /**
   * Looks up an object id or a name such as `<commit>:<path>`; null when there is none, or when the name is
   * ambiguous. Throws RectoError when git ends or ('too-large') the object is larger than the limit.
   */
  read(name: string): Promise<GitObject | null> {
    if (/[\n\0]/.test(name)) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#ask([{ name, resolve, reject }], reject);
    });
  }

  /**
   * Looks up many object ids with one question. Each object is taken as soon as it is there, in order, so that no two of
   * them need be held in memory; what `take` throws ends it. Throws RectoError when git ends.
   */
  readEach(ids: readonly string[], take: TakeObject): Promise<void> {
    if (ids.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const hand = (object: GitObject | RectoError | null, at: number) => {
        try {
          take(object, at);
        } catch (error) {
          reject(error as Error);
        }
        if (at === ids.length - 1) resolve();
      };
      const requests = ids.map((name, at): Request => ({
        name,
        resolve(object) {
          hand(object, at);
        },
        reject(error) {
          if (error instanceof RectoError && error.code === 'too-large') hand(error, at);
          else reject(error);
        },
      }));
      this.#ask(requests, reject);
    });
  }

  /** Has git failed, or was it ended? Nothing more can be asked then. */
  get hasEnded(): boolean {
    return this.#closed || this.#failure !== null;
  }

  #ask(requests: readonly Request[], reject: (error: Error) => void): void {
    if (this.#closed) {
      reject(new Error('the tree has been closed'));
    } else if (this.#failure !== null) {
      reject(this.#failure);
    } else {
      this.#process ??= this.#start();
      if (this.#requests.length === 0) this.#hold(true);
      this.#requests.push(...requests);
      this.#process.stdin.write(requests.map(({ name }) => `${name}\n`).join(''));
    }
  }

  /** Ends the process; requests under way fail. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#process;
    this.#hold(true);
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('close', () => {
        resolve();
      });
      child.stdin.end();
      child.kill();
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    const command = ['cat-file', this.#contents ? '--batch' : '--batch-check'];
    const child = spawn('git', gitArguments(this.#directory, command), {
      env: gitEnvironment(this.#directory),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#buffered += chunk.length;
      this.#take();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (this.#stderr.length < 10_000) this.#stderr += chunk.toString('utf8');
    });
    // EPIPE when git has ended: 'close' tells why.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => {
      this.#fail(gitNotStarted(error));
    });
    child.on('close', () => {
      this.#fail(
        this.#closed ? new Error('the tree has been closed') : explainGit(this.#directory, this.#stderr),
      );
    });
    return child;
  }

  /** A tree that nobody closed must not keep the program alive; a request under way must. */
  #hold(held: boolean): void {
    const child = this.#process;
    if (child === null) return;
    for (const part of [child, child.stdin, child.stdout, child.stderr]) {
      const handle = part as { ref?: () => void; unref?: () => void };
      if (held) handle.ref?.();
      else handle.unref?.();
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#requests.slice(this.#answered);
    this.#requests = [];
    this.#answered = 0;
    for (const request of waiting) request.reject(this.#failure);
  }

  #take(): void {
    for (;;) {
      if (this.#header === null) {
        const line = this.#takeLine();
        if (line === null) return;
        // "<id> <type> <size>", else "<name> missing" or "<name> ambiguous".
        const found = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line);
        if (found === null) {
          this.#answer(null);
          continue;
        }
        const header = { id: found[1]!, type: found[2]!, size: Number(found[3]) };
        if (!this.#contents) {
          this.#answer({ ...header, content: Buffer.alloc(0) });
          continue;
        }
        this.#header = header;
        this.#skipping = header.size > this.#limit;
      }
      // A line feed follows the content.
      const wanted = this.#header.size + 1;
      if (this.#skipping) {
        const some = Math.min(wanted, this.#buffered);
        this.#takeBytes(some);
        if (some < wanted) {
          this.#header = { ...this.#header, size: this.#header.size - some };
          return;
        }
        this.#header = null;
        this.#refuse();
        continue;
      }
      if (this.#buffered < wanted) return;
      const content = this.#takeBytes(wanted).subarray(0, wanted - 1);
      const object = { ...this.#header, content };
      this.#header = null;
      this.#answer(object);
    }
  }

  #next(): Request {
    const request = this.#requests[this.#answered++]!;
    if (this.#answered === this.#requests.length || this.#answered > 10_000) {
      this.#requests = this.#requests.slice(this.#answered);
      this.#answered = 0;
      if (this.#requests.length === 0) this.#hold(false);
    }
    return request;
  }

  #answer(object: GitObject | null): void {
    this.#next().resolve(object);
  }

  #refuse(): void {
    const request = this.#next();
    request.reject(
      new RectoError(
        'too-large',
        `object ${request.name} is larger than ${String(this.#limit >> 20)} MB`,
        this.#directory,
      ),
    );
  }

  #takeLine(): string | null {
    for (let at = 0, before = 0; at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at]!;
      const end = chunk.indexOf(10);
      if (end >= 0) return this.#takeBytes(before + end + 1).toString('utf8', 0, before + end);
      before += chunk.length;
    }
    return null;
  }

  #takeBytes(count: number): Buffer {
    this.#buffered -= count;
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= count) {
      this.#chunks[0] = first.subarray(count);
      if (first.length === count) this.#chunks.shift();
      return first.subarray(0, count);
    }
    const taken: Buffer[] = [];
    let missing = count;
    let used = 0;
    while (missing > 0) {
      const chunk = this.#chunks[used]!;
      if (chunk.length <= missing) {
        taken.push(chunk);
        missing -= chunk.length;
        used++;
      } else {
        taken.push(chunk.subarray(0, missing));
        this.#chunks[used] = chunk.subarray(missing);
        missing = 0;
      }
    }
    this.#chunks.splice(0, used);
    return Buffer.concat(taken, count);
  }
}
