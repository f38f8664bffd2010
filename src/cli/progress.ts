import type { Terminal } from './terminal.js';

/** Shows what a long command is doing, on a terminal only, and only once it has taken a second. */
export interface Progress {
  /** What is being done now, with numbers where they are known. Cheap: call it for every file. */
  step(what: string, done?: number, total?: number): void;
  /** Takes the line away, so that something else can be printed; the next step shows it again. */
  clear(): void;
  /** Takes the line away for good. */
  end(): void;
}

const quietFor = 1000;
const redrawEvery = 100;

const silent: Progress = { step: () => undefined, clear: () => undefined, end: () => undefined };

/** Starts to watch the time. Where stderr is no terminal, nothing is ever shown. */
export function startProgress({ stderr }: Terminal): Progress {
  if (stderr.isTTY !== true) return silent;
  let next = performance.now() + quietFor;
  let line = '';
  let shown = false;
  const draw = () => {
    const now = performance.now();
    if (now < next || line === '') return;
    next = now + redrawEvery;
    shown = true;
    stderr.write(`\r\x1b[K${line.slice(0, (stderr.columns ?? 80) - 1)}`);
  };
  // For what takes long without telling steps, such as one git command.
  const timer = setInterval(draw, quietFor);
  timer.unref();
  const clear = () => {
    line = '';
    if (shown) stderr.write('\r\x1b[K');
    shown = false;
  };
  return {
    clear,
    step(what, done, total) {
      const of = total === undefined ? '' : ` of ${String(total)}`;
      line = done === undefined ? what : `${what}: ${String(done)}${of}`;
      draw();
    },
    end() {
      clearInterval(timer);
      clear();
    },
  };
}
