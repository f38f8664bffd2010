import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { RectoError } from '../errors.js';
import type {
  ArgumentContract,
  CallbackContract,
  Contract,
  FieldContract,
  FlagMeaning,
  FolioState,
  Outcome,
  Race,
  ResultClass,
  RuleData,
} from './contract.js';
import { hasEffects, ruleFile, type Call, type Effects, type RuleFile } from './forms.js';
import { overlap } from './versions.js';
import { parseRuleFile, type Locate } from './yaml.js';

/**
 * Loads what is known of the kernel beyond its code: the `.yml` files directly in each directory and in its
 * `contracts` folder. What a later directory says of a function, field or slot replaces what an earlier one
 * says; races and meanings add up. Throws RectoError 'bad-rules' that names file, line and field.
 */
export function loadRules(directories: readonly string[]): RuleData {
  return directories.map(loadDirectory).reduce(merge, NO_RULES);
}

const NO_RULES: RuleData = {
  contracts: [],
  arguments: [],
  fields: [],
  callbacks: [],
  races: [],
  meanings: [],
};

function loadDirectory(directory: string): RuleData {
  const parts = ruleFiles(directory).map(({ path, name }) => {
    const { data, locate } = parseRuleFile(readFileSync(path, 'utf8'), name, ruleFile);
    return toRecords(data, locate);
  });
  const all: RuleData = {
    contracts: parts.flatMap((part) => part.contracts),
    arguments: parts.flatMap((part) => part.arguments),
    fields: parts.flatMap((part) => part.fields),
    callbacks: parts.flatMap((part) => part.callbacks),
    races: parts.flatMap((part) => part.races),
    meanings: parts.flatMap((part) => part.meanings),
  };
  refuseTwice(all.contracts, (entry) => entry.function);
  refuseTwice(all.arguments, (entry) => entry.function);
  refuseTwice(all.fields.map(always), fieldKey);
  refuseTwice(all.callbacks.map(always), slotKey);
  return all;
}

function ruleFiles(directory: string): { path: string; name: string }[] {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new RectoError('bad-rules', `There is no folder ${directory} with rules.`, directory);
  }
  const top = basename(resolve(directory));
  return ['.', 'contracts'].flatMap((folder) => {
    const inside = join(directory, folder);
    if (!statSync(inside, { throwIfNoEntry: false })?.isDirectory()) return [];
    return readdirSync(inside)
      .filter((file) => file.endsWith('.yml'))
      .sort()
      .map((file) => ({ path: join(inside, file), name: join(top, folder, file) }));
  });
}

function merge(earlier: RuleData, later: RuleData): RuleData {
  return {
    contracts: replace(earlier.contracts, later.contracts, (entry) => entry.function),
    arguments: replace(earlier.arguments, later.arguments, (entry) => entry.function),
    fields: replace(earlier.fields, later.fields, fieldKey),
    callbacks: replace(earlier.callbacks, later.callbacks, slotKey),
    races: [...earlier.races, ...later.races],
    meanings: [...earlier.meanings, ...later.meanings],
  };
}

function replace<T>(earlier: readonly T[], later: readonly T[], key: (entry: T) => string): T[] {
  const said = new Set(later.map(key));
  return [...earlier.filter((entry) => !said.has(key(entry))), ...later];
}

function refuseTwice<T extends Pick<Contract, 'since' | 'until' | 'place'>>(
  entries: readonly T[],
  key: (entry: T) => string,
): void {
  const seen = new Map<string, T[]>();
  for (const entry of entries) {
    const before = seen.get(key(entry)) ?? [];
    const twin = before.find((other) => overlap(other, entry));
    if (twin !== undefined) {
      const message = `${entry.place}: ${key(entry)} is already described at ${twin.place} for the same versions`;
      throw new RectoError('bad-rules', message, entry.place);
    }
    seen.set(key(entry), [...before, entry]);
  }
}

function always<T>(entry: T): T & { since: null; until: null } {
  return { ...entry, since: null, until: null };
}

function fieldKey(entry: FieldContract): string {
  return `${entry.struct}.${entry.field}`;
}

function slotKey(entry: CallbackContract): string {
  return entry.field === null ? entry.struct : `${entry.struct}.${entry.field}`;
}

function toRecords(data: RuleFile, locate: Locate): RuleData {
  return {
    contracts: data.contracts.flatMap((entry, index): Contract[] =>
      entry.function.map((name) => ({
        function: name,
        since: entry.since ?? null,
        until: entry.until ?? null,
        outcomes: toOutcomes(entry),
        source: entry.source,
        place: locate(['contracts', index]),
      })),
    ),
    arguments: data.arguments.flatMap((entry, index): ArgumentContract[] =>
      entry.function.map((name) => ({
        function: name,
        since: entry.since ?? null,
        until: entry.until ?? null,
        arguments: statesPerArgument(entry.receives),
        source: entry.source,
        place: locate(['arguments', index]),
      })),
    ),
    fields: data.fields.map((entry, index): FieldContract => {
      const [struct = '', field = ''] = entry.field.split('.');
      return { struct, field, state: entry.holds, source: entry.source, place: locate(['fields', index]) };
    }),
    callbacks: data.callbacks.map((entry, index): CallbackContract => {
      const [struct = '', field = null] = entry.slot.split('.');
      return {
        struct,
        field,
        arguments: statesPerArgument(entry.receives),
        outcomes: toOutcomes(entry),
        source: entry.source,
        place: locate(['callbacks', index]),
      };
    }),
    races: data.races.map((entry, index): Race => ({
      ...entry,
      since: entry.since ?? null,
      until: entry.until ?? null,
      place: locate(['races', index]),
    })),
    meanings: data.meanings.map((entry, index): FlagMeaning => ({
      flag: entry.flag,
      impliedBy: entry.impliedBy.map((state) => ({
        visible: state.in,
        flags: state.flags,
        locked: state.locked,
        where: state.where ?? null,
        source: state.source,
      })),
      shows: entry.shows ?? null,
      setBy: entry.setBy,
      clearedBy: entry.clearedBy,
      place: locate(['meanings', index]),
    })),
  };
}

/**
 * Outcomes of different results exclude each other, those of the same result are alternatives. An entry
 * without `when` has outcomes for any result, or one per kind of pointer where it may fail.
 */
function toOutcomes(call: Call): Outcome[] {
  if (call.when !== undefined) {
    return Object.entries(call.when).flatMap(([result, effects = {}]) =>
      /^[A-Z]/.test(result)
        ? outcomesFor('nonzero', effects, result)
        : outcomesFor(result as ResultClass, effects),
    );
  }
  if (call.nothing === undefined && !hasEffects(call)) return [];
  if (call.or === undefined) return outcomesFor('any', call);
  return [...outcomesFor('pointer', call), ...call.or.flatMap((result) => outcomesFor(result, {}))];
}

function outcomesFor(result: ResultClass, effects: Effects, constant: string | null = null): Outcome[] {
  const outcome: Outcome = {
    result,
    constant,
    of: perArgument(effects.of).map(([argument, standing]) => ({ argument, standing })),
    returns: null,
    unheld: effects.unheld ?? null,
    tests: perArgument(effects.tests).map(([argument, state]) => ({ argument, state }))[0] ?? null,
    publishes: perArgument(effects.publishes).flatMap(([argument, places]) =>
      places.map((to) => ({ argument, to })),
    ),
    removes: perArgument(effects.removes).flatMap(([argument, places]) =>
      places.map((from) => ({ argument, from })),
    ),
    gives: perArgument(effects.gives).map(([argument, ownership]) => ({ argument, ownership })),
    references: effects.references ?? [],
    locks: effects.locks ?? [],
    unlocks: effects.unlocks ?? [],
    stores: Object.entries(effects.stores ?? {}).map(([target, state]) => {
      const [argument, field = null] = target.split('.');
      return { argument: Number(argument), field, state };
    }),
    fills: statesPerArgument(effects.fills),
    collects: perArgument(effects.collects).map(([argument, into]) => ({ argument, into })),
  };
  return effects.returns?.map((returns) => ({ ...outcome, returns })) ?? [outcome];
}

function statesPerArgument(
  record: Readonly<Record<string, FolioState>> | undefined,
): { argument: number; state: FolioState }[] {
  return perArgument(record).map(([argument, state]) => ({ argument, state }));
}

function perArgument<T>(record: Readonly<Record<string, T>> | undefined): [number, T][] {
  return Object.entries(record ?? {}).map(([argument, value]) => [Number(argument), value]);
}
