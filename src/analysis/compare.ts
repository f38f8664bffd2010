import { causeOf, type Cause, type Side } from './cause.js';
import { hazardKey, type Hazard } from './hazards.js';
import { renamedFunctions } from './rename.js';

/** A hazard that appeared, and why. */
export interface Introduced {
  readonly hazard: Hazard;
  readonly because: Cause;
}

/** What a patch did to the hazards of a tree. */
export interface Difference {
  readonly introduced: readonly Introduced[];
  readonly resolved: readonly Hazard[];
  /** New names of functions by their old ones. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Compares the hazards of two trees by what they are: the functions, the update and its word.
 *
 * @param files paths that differ between the trees
 */
export function compareHazards(before: Side, after: Side, files: readonly string[]): Difference {
  const renamed = renamedFunctions(before.program, after.program, files);
  if (before.report === after.report && renamed.size === 0) return { introduced: [], resolved: [], renamed };
  const newName = (name: string): string => renamed.get(name) ?? name;
  const oldNames = new Map([...renamed].map(([old, name]) => [name, old]));
  const oldName = (name: string): string => oldNames.get(name) ?? name;
  const carried = new Map<string, Hazard>();
  for (const hazard of before.report.hazards.values()) {
    const update = { ...hazard.update, updater: newName(hazard.update.updater) };
    carried.set(hazardKey(newName(hazard.in), update), hazard);
  }
  const seen = new Set([...carried.values()].flatMap((hazard) => holders(hazard, newName)));
  const gone = [...carried].filter(([key]) => !after.report.hazards.has(key)).map(([, hazard]) => hazard);
  const updatesGone = new Set(gone.flatMap((hazard) => visibleUpdates(hazard, newName)));
  const keptUpdates = new Set<string>();
  const introduced: Introduced[] = [];
  // Of several atomic updates only the first that reaches a folio is recorded: another may have been the first before.
  const reached = new Set([...carried.values()].flatMap((hazard) => foundFolios(hazard, newName)));
  const stillReached = new Set(
    [...after.report.hazards.values()].flatMap((hazard) => foundFolios(hazard, (name) => name)),
  );
  const kept = new Set<string>();
  for (const hazard of after.report.hazards.values()) {
    // The same visible folio meets the same update, though other callers made it belong to another function.
    if (carried.has(hazard.key) || holders(hazard, (name) => name).every((holder) => seen.has(holder))) {
      for (const holder of [hazard.key, ...holders(hazard, (name) => name)]) kept.add(holder);
      continue;
    }
    if (hazard.update.atomic && foundFolios(hazard, (name) => name).every((folio) => reached.has(folio)))
      continue;
    // A helper drawn around the update, or dissolved: the folio and what happens to it are the same.
    if (visibleUpdates(hazard, (name) => name).every((update) => updatesGone.has(update))) {
      for (const update of visibleUpdates(hazard, (name) => name)) keptUpdates.add(update);
      continue;
    }
    introduced.push({ hazard, because: causeOf(hazard, before, after, oldName) });
  }
  const resolved: Hazard[] = [];
  for (const [key, hazard] of carried) {
    if (after.report.hazards.has(key) || holders(hazard, newName).some((holder) => kept.has(holder)))
      continue;
    if (visibleUpdates(hazard, newName).some((update) => keptUpdates.has(update))) continue;
    if (foundFolios(hazard, newName).some((folio) => stillReached.has(folio))) continue;
    resolved.push(hazard);
  }
  return { introduced, resolved, renamed };
}

/** Each function in which an atomic update reaches a folio too early, with how the folio was found. */
function foundFolios(hazard: Hazard, name: (name: string) => string): string[] {
  if (!hazard.update.atomic) return [];
  return hazard.meetings.map(
    ({ function: holder, origin }) => `${name(holder)}|${origin.steps[0]?.says ?? ''}`,
  );
}

/** Each function in which a hazard's folio is visible, with the update that it meets. */
function holders(hazard: Hazard, name: (name: string) => string): string[] {
  const update = { ...hazard.update, updater: name(hazard.update.updater) };
  return [...new Set(hazard.meetings.map((meeting) => `@${hazardKey(name(meeting.function), update)}`))];
}

/** Each function in which the folio is visible, with what is done to which word, whoever holds the update. */
function visibleUpdates(hazard: Hazard, name: (name: string) => string): string[] {
  const { identity, word } = hazard.update;
  return [...new Set(hazard.meetings.map((meeting) => `${name(meeting.function)}|${identity}|${word}`))];
}
