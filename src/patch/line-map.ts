import { diffArrays } from 'diff/lib/diff/array.js';

/** Lines that two texts share are moved by this much: from the line of that number (from 1) on. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly by: number;
}

/** Where the lines of a text are in another one; undefined for those that are gone. */
export function lineMap(before: string, after: string): (line: number) => number | undefined {
  const old = before.split('\n');
  const now = after.split('\n');
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  ) {
    end++;
  }
  const stretches: Stretch[] = [{ from: 1, to: start, by: 0 }];
  let at = start + 1;
  let there = start + 1;
  for (const part of diffArrays(old.slice(start, old.length - end), now.slice(start, now.length - end))) {
    if (!part.added && !part.removed) stretches.push({ from: at, to: at + part.count - 1, by: there - at });
    if (!part.added) at += part.count;
    if (!part.removed) there += part.count;
  }
  stretches.push({ from: at, to: old.length, by: there - at });
  return (line) => {
    let low = 0;
    let high = stretches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (stretches[middle]!.from <= line) low = middle;
      else high = middle - 1;
    }
    const found = stretches[low]!;
    return line >= found.from && line <= found.to ? line + found.by : undefined;
  };
}
