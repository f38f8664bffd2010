/** What a job of the queue is told. */
export interface Turn {
  /** Aborted when what the job works on is out of date. */
  readonly signal: AbortSignal;
  /** Says which commit the job works on. */
  workingOn(head: string): void;
}

interface Job {
  readonly name: string;
  readonly run: (turn: Turn) => Promise<void>;
  readonly done: () => void;
}

interface Line {
  readonly waiting: Job[];
  running: { readonly stop: AbortController; head: string | null } | null;
}

/** One line of jobs per pull request: what concerns the same one happens one after the other. */
export class Queue {
  readonly #lines = new Map<string, Line>();
  readonly #failed: (key: string, error: unknown) => void;

  /** @param failed is told what a job throws; the line goes on */
  constructor(failed: (key: string, error: unknown) => void) {
    this.#failed = failed;
  }

  /**
   * Puts a job at the end of the line of `key`. One that waits there under the same name already is enough:
   * jobs look at things as they are when it is their turn.
   */
  add(key: string, name: string, run: Job['run']): Promise<void> {
    const line = this.#lines.get(key) ?? { waiting: [], running: null };
    this.#lines.set(key, line);
    if (line.waiting.some((job) => job.name === name)) return Promise.resolve();
    return new Promise((done) => {
      line.waiting.push({ name, run, done });
      if (line.running === null) void this.#work(key, line);
    });
  }

  /** True while a job of this line says that it works on a commit. */
  isWorking(key: string): boolean {
    return (this.#lines.get(key)?.running?.head ?? null) !== null;
  }

  /** Stops the running job when it works on another commit than this one (null: whatever it works on). */
  outdate(key: string, head: string | null): void {
    const running = this.#lines.get(key)?.running;
    if (running?.head && running.head !== head) running.stop.abort();
  }

  /** When all that is in the queue now is done. */
  async idle(): Promise<void> {
    while (this.#lines.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Stops the running jobs and drops those that wait. */
  async close(): Promise<void> {
    for (const line of this.#lines.values()) {
      for (const job of line.waiting.splice(0)) job.done();
      line.running?.stop.abort();
    }
    await this.idle();
  }

  async #work(key: string, line: Line): Promise<void> {
    for (let job = line.waiting.shift(); job; job = line.waiting.shift()) {
      const running = { stop: new AbortController(), head: null as string | null };
      line.running = running;
      const turn: Turn = {
        signal: running.stop.signal,
        workingOn: (head) => {
          running.head = head;
        },
      };
      try {
        await job.run(turn);
      } catch (error) {
        this.#failed(key, error);
      }
      job.done();
    }
    line.running = null;
    this.#lines.delete(key);
  }
}
