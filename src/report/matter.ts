import type { Finding } from '../review/finding.js';
import type { Review } from '../review/review.js';
import { gather, type Told } from './evidence.js';
import { isMemoryFailure } from './interleaving.js';

/** What one patch does to one update: all functions whose folios come to it, each with its findings. */
export type Matter = readonly [Told, ...Told[]];

/**
 * What there is to write about a patch: its findings put together by cause, in the order of the review. What only a
 * memory failure can race with is left out.
 */
export function mattersOf({ findings }: Pick<Review, 'findings'>, patchNumber: number): readonly Matter[] {
  const worth = findings.filter(
    ({ patch, races }) => patch === patchNumber && races.some(({ update }) => !isMemoryFailure(update)),
  );
  const matters = new Map<string, [Told, ...Told[]]>();
  for (const told of gather(worth)) {
    const [{ because, resolvedBy, updater, word, callee }] = told;
    const updates = told.map(({ update, file, line }) => [update, file, line]);
    const alone = callee === null ? told[0].in : null;
    const key = JSON.stringify([because, resolvedBy, updater, word, updates, alone]);
    const known = matters.get(key);
    if (known) known.push(told);
    else matters.set(key, [told]);
  }
  return [...matters.values()];
}

/** All findings of a matter. */
export function findingsOf(matter: Matter): readonly Finding[] {
  return matter.flat();
}
