import type { Race } from '../folio/contract.js';
import type { Origin } from './origin.js';
import type { FlagUpdate } from './summary.js';

/**
 * The atomic updates of the same word that somebody else can do while the folio stands like this. What the function
 * itself is known to do atomically it does not any more, as the update shows.
 *
 * @param origin the folio where it meets the non-atomic update
 */
export function racesWith(origin: Origin, update: FlagUpdate, races: readonly Race[]): readonly Race[] {
  return races.filter(
    (race) =>
      isSameWord(race, update) &&
      !race.by.includes(update.updater) &&
      isPossible(race, origin) &&
      !isExcluded(race, origin),
  );
}

function isSameWord(race: Race, { word }: FlagUpdate): boolean {
  if (race.word === 'any') return true;
  return race.word === word;
}

function isPossible(race: Race, origin: Origin): boolean {
  for (const [flag, value] of Object.entries(race.flags)) {
    if (origin.flags[flag] !== undefined && origin.flags[flag] !== value) return false;
    // folio->mapping says one or the other: include/linux/page-flags.h PAGE_MAPPING_ANON.
    if (flag === 'anon' && value && origin.flags['mapping'] === true) return false;
  }
  return race.needs.some((need) => {
    if (need === 'nothing') return true;
    if (need === 'reference') return origin.ownership === 'shared' || origin.ownership === 'speculative';
    return origin.visible.has(need);
  });
}

function isExcluded(race: Race, origin: Origin): boolean {
  return race.excludedBy.includes('folio lock') && isLocked(origin);
}

function isLocked(origin: Origin): boolean {
  return origin.locked === true || origin.tested['locked'] === true;
}
