import type { FileFacts, FunctionFacts } from '../c/facts.js';
import type {
  Visibility,
  ArgumentContract,
  CallbackContract,
  Contract,
  FieldContract,
  RuleData,
} from '../folio/contract.js';
import type { FlagModel } from '../folio/model.js';
import { holdsFor } from '../folio/versions.js';
import type { Constants } from './condition.js';

/** A function with the file it is in. */
export interface FunctionEntry {
  readonly facts: FunctionFacts;
  readonly file: string;
  /** `mm/rmap.c:folio_add_new_anon_rmap` */
  readonly key: string;
}

/** Everything the analysis asks a tree for: its functions, tables, types, flags, and the rules. */
export class Program {
  readonly model: FlagModel;
  readonly constants: Constants;
  private readonly files: ReadonlyMap<string, FileFacts>;
  private readonly byFile = new Map<string, Map<string, FunctionEntry>>();
  private readonly globals = new Map<string, FunctionEntry>();
  private readonly slots = new Map<string, FunctionEntry[]>();
  private readonly slotsByField = new Map<string, Set<FunctionEntry>>();
  private readonly slotsOfFunction = new Map<string, { struct: string; field: string }[]>();
  private readonly structs = new Map<string, Record<string, string>>();
  private slotTexts: string | null = null;
  private readonly distrusted: ReadonlySet<string>;
  private readonly holders = new Map<string, boolean>();
  private readonly contracts = new Map<string, Contract>();
  private readonly shown = new Map<string, Visibility>();
  private readonly received = new Map<string, ArgumentContract>();
  private readonly fields = new Map<string, FieldContract>();
  private readonly callbacks = new Map<string, CallbackContract>();

  /**
   * @param files facts by path
   * @param distrusted functions in the diff: their contracts are derived again from the body
   */
  constructor(
    files: ReadonlyMap<string, FileFacts>,
    model: FlagModel,
    rules: RuleData,
    version: string | null,
    distrusted: ReadonlySet<string>,
  ) {
    this.files = files;
    this.distrusted = distrusted;
    this.model = model;
    const constants = new Map<string, number>();
    this.constants = constants;
    const conflicting = new Set<string>();
    for (const [path, facts] of files) {
      const functions = new Map<string, FunctionEntry>();
      this.byFile.set(path, functions);
      for (const item of facts.functions) {
        const entry: FunctionEntry = { facts: item, file: path, key: `${path}:${item.name}` };
        functions.set(item.name, entry);
        if (item.isStatic && path.endsWith('.c')) continue;
        const known = this.globals.get(item.name);
        if (!known || preference(entry) > preference(known)) this.globals.set(item.name, entry);
      }
      for (const [name, fields] of Object.entries(facts.structs)) {
        this.structs.set(name, { ...this.structs.get(name), ...fields });
      }
      for (const [name, value] of Object.entries(facts.constants)) {
        if (constants.has(name) && constants.get(name) !== value) conflicting.add(name);
        constants.set(name, value);
      }
    }
    for (const name of conflicting) constants.delete(name);
    for (const contract of rules.contracts) {
      if (!holdsFor(contract, version)) continue;
      this.contracts.set(contract.function, contract);
    }
    for (const item of rules.arguments) if (holdsFor(item, version)) this.received.set(item.function, item);
    for (const { flag, shows } of rules.meanings) if (shows) this.shown.set(flag, shows);
    for (const item of rules.fields) this.fields.set(`${item.struct}.${item.field}`, item);
    for (const item of rules.callbacks) this.callbacks.set(`${item.struct}.${item.field ?? ''}`, item);
    this.readSlots();
  }

  private readSlots(): void {
    for (const [path, facts] of this.files) {
      for (const slot of facts.slots) {
        const entry = this.resolve(slot.function, path);
        if (!entry) continue;
        const inner = slot.struct.split('.')[0]!;
        // A call through a table that was passed means one function, not all that ever stand in such tables.
        if (!slot.local) this.addTarget(`${inner}.${slot.field}`, slot.field, entry);
        const known = this.slotsOfFunction.get(entry.key) ?? [];
        known.push({ struct: inner, field: slot.field });
        this.slotsOfFunction.set(entry.key, known);
      }
    }
  }

  /** All functions and macros, in the order of files. */
  *functions(): Iterable<FunctionEntry> {
    for (const functions of this.byFile.values()) yield* functions.values();
  }

  private addTarget(slot: string, field: string, entry: FunctionEntry): void {
    const targets = this.slots.get(slot) ?? [];
    if (!targets.includes(entry)) targets.push(entry);
    this.slots.set(slot, targets);
    const named = this.slotsByField.get(field) ?? new Set();
    named.add(entry);
    this.slotsByField.set(field, named);
  }

  /** The functions and macros of one file. */
  functionsIn(file: string): readonly FunctionEntry[] {
    return [...(this.byFile.get(file)?.values() ?? [])];
  }

  /** Does the file define it? */
  has(name: string, file: string): boolean {
    return this.byFile.get(file)?.has(name) ?? false;
  }

  /** What a call of `name` in `file` means: a function of that file first, then a global one. */
  resolve(name: string, file: string): FunctionEntry | null {
    return this.byFile.get(file)?.get(name) ?? this.globals.get(name) ?? null;
  }

  /** Must what a contract says be derived from the function's own body? */
  isDistrusted(name: string): boolean {
    return this.distrusted.has(name) && this.globals.has(name);
  }

  contract(name: string): Contract | null {
    return this.contracts.get(name) ?? null;
  }

  /** Names that have a contract in one of two programs only. */
  *contractDifference(other: Program): Iterable<string> {
    for (const name of new Set([...this.contracts.keys(), ...other.contracts.keys()])) {
      if (this.contracts.get(name) !== other.contracts.get(name)) yield name;
      else if (this.isDistrusted(name) !== other.isDistrusted(name)) yield name;
    }
  }

  /**
   * Do types, constants and operation tables say the same of everything that the other program knows? What is there in
   * addition cannot matter to code that is in both.
   */
  extendsTypesOf(other: Program): boolean {
    for (const [name, fields] of other.structs) {
      const now = this.structs.get(name);
      if (!now) return false;
      for (const field in fields) if (now[field] !== fields[field]) return false;
    }
    for (const [name, value] of other.constants) if (this.constants.get(name) !== value) return false;
    return this.slotsText() === other.slotsText();
  }

  private slotsText(): string {
    this.slotTexts ??= [...this.slots]
      .map(([slot, entries]) => `${slot} ${entries.map((entry) => entry.key).join(' ')}`)
      .sort()
      .join('\n');
    return this.slotTexts;
  }

  /** What every caller owes a function. */
  receives(name: string): ArgumentContract | null {
    return this.received.get(name) ?? null;
  }

  /** Where a folio that has the flag set can be seen, or null when the flag does not tell. */
  placeShownBy(flag: string): Visibility | null {
    return this.shown.get(flag) ?? null;
  }

  /** Functions that operation tables put into a slot. */
  targets(struct: string, slot: string): readonly FunctionEntry[] {
    return this.slots.get(`${struct}.${slot}`) ?? [];
  }

  /** Functions in slots of this name, in whatever table. */
  targetsNamed(slot: string): Iterable<FunctionEntry> {
    return this.slotsByField.get(slot) ?? [];
  }

  /** Slots of operation tables that hold a function. */
  slotsHolding(entry: FunctionEntry): readonly { struct: string; field: string }[] {
    return this.slotsOfFunction.get(entry.key) ?? [];
  }

  callback(struct: string, slot: string | null): CallbackContract | null {
    return this.callbacks.get(`${struct}.${slot ?? ''}`) ?? null;
  }

  fieldContract(struct: string, name: string): FieldContract | null {
    return this.fields.get(`${struct}.${name}`) ?? null;
  }

  /** Has the struct a field that points to a folio or page? */
  holdsFolios(struct: string): boolean {
    let known = this.holders.get(struct);
    if (known === undefined) {
      known = Object.values(this.structs.get(struct) ?? {}).some((type) =>
        /^struct (folio|page)\b/.test(type),
      );
      this.holders.set(struct, known);
    }
    return known;
  }

  /** Type of a struct's field, or '' when it is not known. */
  fieldType(struct: string, name: string): string {
    const type = this.structs.get(struct)?.[name];
    if (type !== undefined) return type;
    return '';
  }
}

/** `struct folio *` → `folio`; '' for what is no struct. */
export function structName(type: string): string {
  const match = /^(?:struct|union) (\w[\w.]*)/.exec(type);
  return match ? match[1]! : '';
}

/**
 * Of several functions with one name the kernel's own is meant: not an architecture's or a tool's, and not the stub
 * that a header has for the configuration without it.
 */
function preference(entry: FunctionEntry): number {
  const { file, facts } = entry;
  let score = 4;
  if (/^(tools|samples|scripts|Documentation)\//.test(file)) score = 0;
  else if (file.startsWith('arch/x86/')) score = 2;
  else if (file.startsWith('arch/')) score = 1;
  else if (file.endsWith('.c')) score = 6;
  else if (file.startsWith('include/linux/')) score = 5;
  if (facts.kind === 'function') score += 0.5;
  return score + Math.min(facts.nodes.length, 1000) / 10000;
}
