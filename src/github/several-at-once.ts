/** Requests of one job that may be under way at the same time: GitHub has secondary limits for more. */
const AT_ONCE = 8;

/**
 * Does the same for many things, some at a time; gives the results in their order.
 *
 * @throws what `work` throws first; what `signal` says when it is aborted
 */
export async function severalAtOnce<T, R>(
  all: readonly T[],
  signal: AbortSignal,
  work: (one: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    signal.throwIfAborted();
    results.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
