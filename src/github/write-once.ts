import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait before looking whether a write took effect: GitHub may be slow to show it. */
export interface Patience {
  /** One number for each attempt. */
  readonly lookAfterMs: readonly number[];
}

export const PATIENCE: Patience = { lookAfterMs: [1000, 4000, 15_000] };

/**
 * Makes a write that must not be made twice. When it fails in a way that leaves open whether it took effect (an
 * answer 5xx, none in time, a connection that broke), it is looked for, and made again only when it is not there.
 *
 * @param find what the write has made, or null when it has made nothing
 * @throws what GitHub answered, when it refused (4xx), and when no attempt came to anything
 */
export async function writeOnce<T>(
  write: () => Promise<T>,
  find: () => Promise<T | null>,
  { lookAfterMs }: Patience,
): Promise<T> {
  let failure: unknown;
  for (const wait of lookAfterMs) {
    try {
      return await write();
    } catch (error) {
      if (!isOpen(error)) throw error;
      failure = error;
    }
    await pause(wait);
    const found = await find();
    if (found !== null) return found;
  }
  throw failure;
}

/** True when nobody knows whether the request was carried out. */
function isOpen(error: unknown): boolean {
  const status = statusOf(error);
  return status !== null && (status >= 500 || status === 408);
}

/**
 * The HTTP status that a request to GitHub failed with (a connection that broke counts as 500); null for errors of
 * another kind. GraphQL answers 200 to everything: there the kind of error says it.
 */
export function statusOf(error: unknown): number | null {
  const { status, errors } = (error ?? {}) as {
    readonly status?: unknown;
    readonly errors?: readonly { readonly type?: unknown }[];
  };
  if (typeof status === 'number') return status;
  if (!Array.isArray(errors)) return null;
  if (errors.some(({ type }) => type === 'FORBIDDEN')) return 403;
  return errors.some(({ type }) => type === 'NOT_FOUND') ? 404 : 422;
}
