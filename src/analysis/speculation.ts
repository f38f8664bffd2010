import type { FunctionFacts } from '../c/facts.js';
import type { Visibility } from '../folio/contract.js';
import { isReferenced, type Origin } from './origin.js';
import type { Program } from './program.js';
import type { State } from './state.js';
import type { FlagUpdate } from './summary.js';
import { named } from './term.js';

/**
 * Where others can see a folio that was found by chance, as its flags show it: only with a reference do they tell.
 * Null: it may still be somebody's who takes it for his alone.
 */
export function placeShown(origin: Origin, program: Program): Visibility | null {
  if (!isReferenced(origin)) return null;
  for (const [flag, value] of Object.entries(origin.tested)) {
    const place = value ? program.placeShownBy(flag) : null;
    if (place) return place;
  }
  return null;
}

/** What `rcu_read_lock()` leaves in a state, until it is unlocked. */
export const RCU_READ_LOCK = named('rcu_read_lock');

/** What keeps a folio that a function finds in a cache from going away before there is a reference to it. */
export type Walk =
  /** It takes references where it can get them, under RCU: nothing. */
  | 'under RCU'
  /** The same, and who calls it has the RCU read lock, as of find_get_entry() in mm/filemap.c. */
  | "under its caller's RCU"
  /** The lock of the cache, or something else that is not seen. */
  | 'held';

/** How a function walks what it finds folios in. */
export function walkOf({ nodes }: FunctionFacts, program: Program): Walk {
  let references = false;
  let locks = false;
  let readLock = false;
  for (const { action } of nodes) {
    if (action.do !== 'call' || typeof action.callee !== 'string') continue;
    if (program.contract(action.callee)?.outcomes.some((outcome) => outcome.references.length > 0)) {
      references = true;
    }
    if (action.callee === 'rcu_read_lock') readLock = true;
    if (/^(?:xas?|spin|mapping)_(?:try)?lock/.test(action.callee)) locks = true;
  }
  if (!references) return 'held';
  if (readLock) return 'under RCU';
  return locks ? 'held' : "under its caller's RCU";
}

/**
 * May the folio be somebody's who takes it for his alone? One that was found in a cache under the cache's lock stays
 * there; with a reference that was got blindly, or under RCU, it may have gone and come to somebody else. Code under
 * RCU that takes no reference at all has another reason to know that the folio stays: it holds its lock, say.
 */
export function mayBeOwned(origin: Origin, state: State, walk: Walk): boolean {
  if (origin.ownership !== 'speculative') return false;
  if (origin.visible.has('PFN')) return true;
  // A list is walked under its lock: what is on it stays, and who got a reference there has a reference to it.
  if (!origin.visible.has('page cache')) return false;
  if (isReferenced(origin) || walk === "under its caller's RCU") return true;
  return walk === 'under RCU' && state.facts.has(RCU_READ_LOCK);
}

/**
 * Can an atomic update hurt whoever takes the folio for his alone? One that clears a flag which his folio cannot have
 * set changes nothing. Unlocking follows a lock, which is what is wrong then.
 */
export function canHurtOwner(update: FlagUpdate, origin: Origin, program: Program): boolean {
  if (update.operation === 'clear' && update.flag === 'locked') return false;
  const harmless = update.operation === 'test-and-clear' && program.placeShownBy(update.flag) !== null;
  return !(harmless && isReferenced(origin));
}
