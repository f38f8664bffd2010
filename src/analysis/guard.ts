import type { FlagMeaning } from '../folio/contract.js';
import { clearedHere, type Origin } from './origin.js';
import type { FlagUpdate, Meeting } from './summary.js';

/** Is the update done only after a test that the flag is not as wanted yet? */
export function isGuarded(update: Pick<FlagUpdate, 'flag' | 'operation'>, origin: Origin): boolean {
  const tested = origin.tested[update.flag];
  return (
    (update.operation === 'set' && tested === false) || (update.operation === 'clear' && tested === true)
  );
}

/**
 * Does a guard keep the update from visible folios? Only where every folio in that state has the flag already:
 * then control never gets past the guard. A guard that merely tests protects nothing, because the other bits of
 * the word keep moving.
 */
export function guardHolds(meeting: Meeting, meanings: readonly FlagMeaning[]): boolean {
  if (!isGuarded(meeting.update, meeting.origin) || meeting.update.operation !== 'set') return false;
  const { update, origin } = meeting;
  if (origin.flags[update.flag] === true) return true;
  if (origin.flags[clearedHere(update.flag)]) return false;
  const meaning = meanings.find((item) => item.flag === update.flag);
  return (meaning?.impliedBy ?? []).some(
    (state) =>
      state.where === null &&
      state.visible.every((place) => origin.visible.has(place)) &&
      (!state.locked || origin.locked === true) &&
      Object.entries(state.flags).every(
        ([flag, value]) => (origin.flags[flag] ?? origin.tested[flag]) === value,
      ),
  );
}
