import type {
  ArgumentContract,
  CallbackContract,
  Contract,
  FieldContract,
  RuleData,
  Visibility,
} from './contract.js';
import { holdsFor } from './versions.js';

/** What the rules say of one version of the kernel, by what it is said of. */
export class RulesOfVersion {
  /** By the name of the function. */
  readonly contracts: ReadonlyMap<string, Contract>;
  /** What every caller owes a function, by its name. */
  readonly received: ReadonlyMap<string, ArgumentContract>;
  /** Where a folio that has a flag set can be seen, by the flag. */
  readonly shown: ReadonlyMap<string, Visibility>;
  /** By `struct.field`. */
  readonly fields: ReadonlyMap<string, FieldContract>;
  /** By `struct.field`, without a field `struct.`. */
  readonly callbacks: ReadonlyMap<string, CallbackContract>;

  constructor(rules: RuleData, version: string | null) {
    const held = rules.contracts.filter((item) => holdsFor(item, version));
    const owed = rules.arguments.filter((item) => holdsFor(item, version));
    this.contracts = new Map(held.map((item) => [item.function, item]));
    this.received = new Map(owed.map((item) => [item.function, item]));
    this.shown = new Map(rules.meanings.flatMap(({ flag, shows }) => (shows ? [[flag, shows]] : [])));
    this.fields = new Map(rules.fields.map((item) => [`${item.struct}.${item.field}`, item]));
    this.callbacks = new Map(rules.callbacks.map((item) => [`${item.struct}.${item.field ?? ''}`, item]));
  }
}

const known = new WeakMap<RuleData, Map<string | null, RulesOfVersion>>();

/** The same object each time: a series on a snapshot has a program for each of its patches. */
export function rulesOfVersion(rules: RuleData, version: string | null): RulesOfVersion {
  const versions = known.get(rules) ?? new Map<string | null, RulesOfVersion>();
  known.set(rules, versions);
  const found = versions.get(version) ?? new RulesOfVersion(rules, version);
  versions.set(version, found);
  return found;
}
