/** Adds up what the parts of a command took. */
export interface Clock {
  /** The time since the last step was spent on this. */
  step(what: string): void;
  /** "following folios: 4.2 s", in the order in which the parts began. */
  lines(): string[];
}

/** Starts to watch the time. */
export function startClock(now: () => number = () => performance.now()): Clock {
  const spent = new Map<string, number>();
  let last = now();
  return {
    step(what) {
      const time = now();
      spent.set(what, (spent.get(what) ?? 0) + time - last);
      last = time;
    },
    lines() {
      return [...spent].map(([what, time]) => `${what}: ${(time / 1000).toFixed(1)} s`);
    },
  };
}
