import type { Finding } from '../review/finding.js';
import type { Review } from '../review/review.js';
import { gather, type Told } from './evidence.js';
import { isMemoryFailure } from './interleaving.js';
import { seenThrough } from '../rules/words.js';

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

/** The sentence that leads from the first function of a matter to another one. */
export function likewise([{ in: holder, origins }]: Told): string {
  const through = seenThrough(origins.flatMap(({ visible }) => visible));
  const which = through === null ? 'others may see' : `is visible through ${through}`;
  return `${holder}() does the same with a folio that ${which}:`;
}

/** What helps: with what one function does, all of it; where several are told of, what helps all of them. */
export function adviceOf(matter: Matter): readonly string[] {
  const [told, ...others] = matter;
  return others.length > 0 ? commonAdvice(matter) : [...new Set(told.flatMap(({ advice }) => advice))];
}

/** Only what helps with an update wherever it is met: what one caller may do is not enough for the others. */
export function commonAdvice(matter: Matter): readonly string[] {
  const byUpdate = new Map<string, Finding[]>();
  for (const finding of findingsOf(matter)) {
    byUpdate.set(finding.update, [...(byUpdate.get(finding.update) ?? []), finding]);
  }
  const what = (text: string) => text.split(':')[0]!;
  const common = [...byUpdate.values()].flatMap(([first, ...others]) =>
    (first?.advice ?? []).filter((text) =>
      others.every((finding) => finding.advice.some((other) => what(other) === what(text))),
    ),
  );
  return [...new Set(common)];
}
