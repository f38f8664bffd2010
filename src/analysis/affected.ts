import { append } from './append.js';
import type { ChangedDefinitions } from './changed-definitions.js';
import type { FunctionEntry } from './definitions.js';
import { areOfOne, type KeptTree, type Mention } from './kept/kept-tree.js';
import type { Program } from './program.js';

/** The functions of a kept tree for which a change gives what their own text says another meaning, by number. */
export function affectedFunctions(
  kept: KeptTree,
  before: Program,
  after: Program,
  definitions: ChangedDefinitions,
): ReadonlySet<number> {
  const affected = new Set<number>();
  if (kept.size === 0) return affected;
  const mentioning = (kind: Mention, word: string): void => {
    for (const number of kept.mentioning(kind, word)) affected.add(number);
  };
  for (const name of meaningsThatDiffer(before, after)) mentioning('names', name);
  const { functions, structs, constants, slots } = wordsOf(kept, definitions);
  for (const [name, paths] of functions) {
    if (!paths.some((path) => isOther(name, path, kept, definitions))) continue;
    for (const number of kept.mentioning('names', name)) {
      const { file } = kept.entry(number);
      if (!isSame(before.resolve(name, file), after.resolve(name, file))) affected.add(number);
    }
    for (const field of [...kept.fieldsHolding(name), ...definitions.fieldsHolding(name)]) slots.add(field);
  }
  for (const struct of structs) {
    const then = kept.fields(struct) ?? {};
    const now = definitions.fields(struct) ?? {};
    for (const field of new Set([...Object.keys(then), ...Object.keys(now)])) {
      if (then[field] !== now[field]) mentioning('fields', field);
    }
    if (before.holdsFolios(struct) !== after.holdsFolios(struct)) mentioning('types', struct);
  }
  for (const name of constants) {
    if (kept.constants.get(name) !== definitions.constants.get(name)) mentioning('names', name);
  }
  for (const field of slots) {
    if (slotText(kept, field) !== slotText(definitions, field)) mentioning('fields', field);
  }
  return affected;
}

/** The functions of the files that differ, before or after, and what else they define otherwise than before. */
function wordsOf(kept: KeptTree, definitions: ChangedDefinitions) {
  const words = {
    /** With the files that define them. */
    functions: new Map<string, string[]>(),
    structs: new Set<string>(),
    constants: new Set<string>(),
    slots: new Set<string>(),
  };
  for (const path of definitions.changed) {
    const names = [...kept.functionsIn(path), ...definitions.functionsIn(path)].map(
      ({ facts }) => facts.name,
    );
    for (const name of new Set(names)) append(words.functions, name, path);
    const [then, now] = [kept.definitionsIn(path), definitions.definitionsIn(path)];
    for (const name of namesThatDiffer(then.structs, now.structs)) words.structs.add(name);
    for (const name of namesThatDiffer(then.constants, now.constants)) words.constants.add(name);
    if (isAlike(then.slots, now.slots)) continue;
    for (const { field } of [...then.slots, ...now.slots]) words.slots.add(field);
  }
  return words;
}

function namesThatDiffer(
  then: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): string[] {
  if (then === now) return [];
  const names = new Set([...Object.keys(then), ...Object.keys(now)]);
  return [...names].filter((name) => !isAlike(then[name], now[name]));
}

function isAlike(then: unknown, now: unknown): boolean {
  return then === now || JSON.stringify(then) === JSON.stringify(now);
}

/** Can what is meant by a name differ, here or elsewhere, for what a file defines? */
function isOther(name: string, path: string, kept: KeptTree, definitions: ChangedDefinitions): boolean {
  const then = kept.own(name, path);
  const now = definitions.own(name, path);
  if (!then || !now) return then !== now;
  if (definitions.isKept(now)) return false;
  // Of several the longest may be meant.
  return (
    !isSame(then, now) || then.facts.isStatic !== now.facts.isStatic || kept.numbersNamed(name).length > 1
  );
}

/** Do both mean one function that callers see alike from outside? */
function isSame(then: FunctionEntry | null, now: FunctionEntry | null): boolean {
  if (then === null || now === null) return then === now;
  if (then.key !== now.key) return false;
  const [a, b] = [then.facts, now.facts];
  if (areOfOne(a, b)) return true;
  // Who uses what a header defines may look into it.
  if (a.kind === 'macro' || b.kind === 'macro' || then.file.endsWith('.h')) {
    return (
      a.kind === b.kind &&
      a.returns === b.returns &&
      JSON.stringify(a.nodes.map(({ action }) => action)) ===
        JSON.stringify(b.nodes.map(({ action }) => action))
    );
  }
  return a.returns === b.returns && a.variadic === b.variadic && a.parameters.length === b.parameters.length;
}

function slotText(definitions: Pick<KeptTree, 'slotsNamed'>, field: string): string {
  return definitions
    .slotsNamed(field)
    .map(({ struct, entry, local }) => `${struct}=${entry.key}${local ? '?' : ''}`)
    .join('\n');
}

/** Names whose meaning differs apart from bodies: accessors, tests of states, contracts. */
function meaningsThatDiffer(before: Program, after: Program): ReadonlySet<string> {
  const differing = new Set<string>(after.contractDifference(before));
  const [then, now] = [before.model, after.model];
  if (then === now) return differing;
  for (const name of new Set([...then.accessors.keys(), ...now.accessors.keys()])) {
    const a = then.accessors.get(name);
    const b = now.accessors.get(name);
    const isSame =
      a &&
      b &&
      a.atomic === b.atomic &&
      a.word === b.word &&
      a.operation === b.operation &&
      a.flag === b.flag;
    if (!isSame) differing.add(name);
  }
  for (const name of [...then.pageTypeAccessors, ...now.pageTypeAccessors]) {
    if (then.pageTypeAccessors.has(name) !== now.pageTypeAccessors.has(name)) differing.add(name);
  }
  for (const name of new Set([...then.states.keys(), ...now.states.keys()])) {
    if (then.states.get(name) !== now.states.get(name)) differing.add(name);
  }
  return differing;
}
