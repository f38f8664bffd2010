import type {
  Visibility,
  ArgumentContract,
  CallbackContract,
  Contract,
  FieldContract,
  RuleData,
} from '../folio/contract.js';
import type { FlagModel } from '../folio/model.js';
import { rulesOfVersion, type RulesOfVersion } from '../folio/rules-of-version.js';
import type { Constants } from './condition.js';
import type { Definitions, FilledSlot, FunctionEntry } from './definitions.js';

export type { FunctionEntry } from './definitions.js';

/** Everything the analysis asks a tree for: its functions, tables, types, flags, and the rules. */
export class Program {
  readonly model: FlagModel;
  /** Of the kernel, like 6.12; null where the tree does not say. */
  readonly version: string | null;
  readonly constants: Constants;
  private readonly definitions: Definitions;
  private readonly slots = new Map<string, readonly FunctionEntry[]>();
  private readonly distrusted: ReadonlySet<string>;
  private readonly holders = new Map<string, boolean>();
  private readonly rules: RulesOfVersion;

  /** @param distrusted functions in the diff: their contracts are derived again from the body */
  constructor(
    definitions: Definitions,
    model: FlagModel,
    rules: RuleData,
    version: string | null,
    distrusted: ReadonlySet<string>,
  ) {
    this.definitions = definitions;
    this.constants = definitions.constants;
    this.distrusted = distrusted;
    this.version = version;
    this.model = model;
    this.rules = rulesOfVersion(rules, version);
  }

  /** All functions and macros, in the order of files. */
  functions(): Iterable<FunctionEntry> {
    return this.definitions.functions();
  }

  /** Those of that name, static ones too, in the order of files. */
  functionsNamed(name: string): Iterable<FunctionEntry> {
    return this.definitions.functionsNamed(name);
  }

  /** The functions and macros of one file. */
  functionsIn(file: string): readonly FunctionEntry[] {
    return [...this.definitions.functionsIn(file)];
  }

  /** Does the file define it? */
  has(name: string, file: string): boolean {
    return this.definitions.own(name, file) !== null;
  }

  /** What a call of `name` in `file` means: a function of that file first, then a global one. */
  resolve(name: string, file: string): FunctionEntry | null {
    return this.definitions.own(name, file) ?? this.definitions.global(name);
  }

  /** Must what a contract says be derived from the function's own body? */
  isDistrusted(name: string): boolean {
    return this.distrusted.has(name) && this.definitions.global(name) !== null;
  }

  contract(name: string): Contract | null {
    return this.rules.contracts.get(name) ?? null;
  }

  /** Names that have a contract in one of two programs only. */
  *contractDifference(other: Program): Iterable<string> {
    for (const name of new Set([...this.rules.contracts.keys(), ...other.rules.contracts.keys()])) {
      if (this.rules.contracts.get(name) !== other.rules.contracts.get(name)) yield name;
      else if (this.isDistrusted(name) !== other.isDistrusted(name)) yield name;
    }
  }

  /** All structs that are known, with the types of their fields. */
  structs(): Iterable<readonly [string, Readonly<Record<string, string>>]> {
    return this.definitions.structs();
  }

  /** The functions that stand in operation tables. */
  filledSlots(): readonly FilledSlot[] {
    return [...this.definitions.slots()];
  }

  /** What every caller owes a function. */
  receives(name: string): ArgumentContract | null {
    return this.rules.received.get(name) ?? null;
  }

  /** Where a folio that has the flag set can be seen, or null when the flag does not tell. */
  placeShownBy(flag: string): Visibility | null {
    return this.rules.shown.get(flag) ?? null;
  }

  /** Functions that operation tables put into a slot. */
  targets(struct: string, slot: string): readonly FunctionEntry[] {
    // A call through a table that was passed means one function, not all that ever stand in such tables.
    const key = `${struct}.${slot}`;
    let known = this.slots.get(key);
    if (!known) {
      const named = this.definitions.slotsNamed(slot).filter((item) => item.struct === struct && !item.local);
      known = [...new Set(named.map(({ entry }) => entry))];
      this.slots.set(key, known);
    }
    return known;
  }

  /** Functions in slots of this name, in whatever table. */
  targetsNamed(slot: string): Iterable<FunctionEntry> {
    const named = this.definitions.slotsNamed(slot).filter(({ local }) => !local);
    return new Set(named.map(({ entry }) => entry));
  }

  /** Slots of operation tables that hold a function. */
  slotsHolding(entry: FunctionEntry): readonly FilledSlot[] {
    return this.definitions.slotsHolding(entry);
  }

  callback(struct: string, slot: string | null): CallbackContract | null {
    return this.rules.callbacks.get(`${struct}.${slot ?? ''}`) ?? null;
  }

  fieldContract(struct: string, name: string): FieldContract | null {
    return this.rules.fields.get(`${struct}.${name}`) ?? null;
  }

  /** Has the struct a field that points to a folio or page? */
  holdsFolios(struct: string): boolean {
    let known = this.holders.get(struct);
    if (known === undefined) {
      known = Object.values(this.definitions.fields(struct) ?? {}).some((type) =>
        /^struct (folio|page)\b/.test(type),
      );
      this.holders.set(struct, known);
    }
    return known;
  }

  /** Type of a struct's field, or '' when it is not known. */
  fieldType(struct: string, name: string): string {
    return this.definitions.fields(struct)?.[name] ?? '';
  }
}

/** `struct folio *` → `folio`; '' for what is no struct. */
export function structName(type: string): string {
  const match = /^(?:struct|union) (\w[\w.]*)/.exec(type);
  return match ? match[1]! : '';
}
