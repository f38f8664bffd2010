import type { Terminal } from './terminal.js';

/** Shows what a long command is doing, on a terminal only, and only once it has taken a second. */
export interface Progress {
  /** What is being done now, with numbers where they are known. Cheap: call it for every file. */
  step(what: string, done?: number, total?: number): void;
  /** Takes the line away. */
  end(): void;
}

const quietFor = 1000;
const redrawEvery = 100;

/** Starts to watch the time. Where stderr is no terminal, nothing is ever shown. */
export function startProgress({ stderr }: Terminal): Progress {
  if (stderr.isTTY !== true) return { step: () => undefined, end: () => undefined };
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
  return {
    step(what, done, total) {
      const of = total === undefined ? '' : ` of ${String(total)}`;
      line = done === undefined ? what : `${what}: ${String(done)}${of}`;
      draw();
    },
    end() {
      clearInterval(timer);
      line = '';
      if (shown) stderr.write('\r\x1b[K');
    },
  };
}
