import type { Hazard } from '../analysis/hazards.js';
import type { Meeting } from '../analysis/summary.js';
import type { FunctionEntry, Program } from '../analysis/program.js';
import type { Race } from '../folio/contract.js';

/** A line of the tree where an update is made. */
export interface UpdatePlace {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** What somebody else may do at the same time: one of the two updates is lost. */
export interface FindingRace {
  readonly update: string;
  /** Without `PG_`. */
  readonly flag: string;
  /** What it does to the flag. */
  readonly does: 'sets' | 'clears' | 'changes';
  readonly by: readonly string[];
  readonly why: string;
  /** Where functions of `by` do it in this tree, one line each. */
  readonly at: readonly UpdatePlace[];
  /** Nothing that the analysis does not see can keep it out: another lock that may be held, another flag. */
  readonly certain: boolean;
}

/** What can be lost, or can lose it, one entry per update, without those that no code of this tree can do. */
export function racesOf(hazard: Hazard, program: Program): FindingRace[] {
  const byUpdate = new Map<string, FindingRace>();
  for (const race of hazard.races) {
    const { update, flag, why } = race;
    if (isMissing(update, program)) continue;
    const known = byUpdate.get(update);
    const by = [...new Set([...(known?.by ?? []), ...race.by])];
    const at = placesOf(update, by, program);
    const certain = known?.certain === true || isCertain(race, hazard.meetings);
    const first = known ?? { update, flag, does: effectOf(update, program), why };
    byUpdate.set(update, { ...first, by, at, certain });
  }
  return [...byUpdate.values()];
}

/** It has no such accessor. */
function isMissing(update: string, program: Program): boolean {
  if (!/^(?:folio_(?:test_)?(?:set|clear)_|(?:Test)?(?:Set|Clear)Page)\w+$/.test(update)) return false;
  return !program.model.accessors.has(update) && program.resolve(update, '') === null;
}

/** What an update does to its flag, by what its accessor is known to do, or by its name. */
export function effectOf(update: string, program: Program | null = null): FindingRace['does'] {
  const name = program?.model.accessors.get(update)?.operation ?? update;
  if (/set|mark|trylock/i.test(name)) return 'sets';
  return /clear|end|unlock/i.test(name) ? 'clears' : 'changes';
}

/** Locks of which the analysis does not know whether they are held. */
const UNSEEN_LOCKS: Race['excludedBy'] = ['page table lock', 'i_pages lock'];

/** Is it possible on every way to the update, whatever else may hold there? */
function isCertain(race: Race, meetings: readonly Meeting[]): boolean {
  if (Object.keys(race.flags).length > 0) return false;
  if (race.excludedBy.some((lock) => UNSEEN_LOCKS.includes(lock))) return false;
  return meetings.every(({ origin }) => {
    if (race.excludedBy.includes('folio lock') && origin.locked !== false) return false;
    return race.needs.some((need) => {
      if (need === 'nothing') return true;
      return need === 'reference' ? origin.ownership === 'shared' : origin.visible.has(need);
    });
  });
}

/** The kernel's own functions of that name. */
function functionsNamed(name: string, program: Program): readonly FunctionEntry[] {
  return [...program.functionsNamed(name)].filter(({ file }) => !/^(?:arch|tools|samples)\//.test(file));
}

/** The first line of each function that makes the update itself. */
function placesOf(update: string, names: readonly string[], program: Program): UpdatePlace[] {
  return names.flatMap((name) =>
    functionsNamed(name, program).flatMap(({ facts, file }) => {
      if (name === update) return facts.nodes.length > 0 ? [{ function: name, file, line: facts.line }] : [];
      const call = facts.nodes.find(({ action }) => action.do === 'call' && action.callee === update);
      return call ? [{ function: name, file, line: call.line }] : [];
    }),
  );
}
