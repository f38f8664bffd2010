import { append } from './append.js';
import type { FileFacts, SlotInitialiser } from '../c/facts.js';
import type { Constants } from './condition.js';
import type { Definitions, FilledSlot, FunctionEntry } from './definitions.js';
import { areOfOne, bestOf, type KeptTree, type OtherDefinitions } from './kept/kept-tree.js';
import { bodyText, fingerprintOf } from './kept/function-text.js';

/** A kept tree in which some files are others. */
export class ChangedDefinitions implements Definitions {
  readonly constants: Constants = { get: (name) => this.constant(name) };
  /** Paths of the files that differ. */
  readonly changed: ReadonlySet<string>;
  private readonly kept: KeptTree;
  private readonly files: ReadonlyMap<string, FileFacts>;
  private readonly entries = new Map<string, ReadonlyMap<string, FunctionEntry>>();
  private readonly keptAsIs = new Map<FunctionEntry, boolean>();
  private readonly named = new Map<string, FunctionEntry[]>();
  private readonly structRows = new Map<string, (readonly [string, Readonly<Record<string, string>>])[]>();
  private readonly constantRows = new Map<string, number[]>();
  private readonly slotRows = {
    slots: new Map<string, (readonly [string, SlotInitialiser])[]>(),
    holding: new Map<string, (readonly [string, SlotInitialiser])[]>(),
  };
  private readonly globals = new Map<string, FunctionEntry | null>();
  private readonly values = new Map<string, number | undefined>();
  private readonly structFields = new Map<string, Readonly<Record<string, string>> | null>();

  /** @param files facts of the files that differ, by path; null for one that is gone, or has nothing for us */
  constructor(kept: KeptTree, files: ReadonlyMap<string, FileFacts | null>) {
    this.kept = kept;
    this.changed = new Set(files.keys());
    const there = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
    this.files = new Map(there.flatMap(([path, facts]) => (facts ? [[path, facts] as const] : [])));
    for (const [path, facts] of this.files) {
      const entries = new Map<string, FunctionEntry>();
      for (const item of facts.functions) {
        const entry: FunctionEntry = { facts: item, file: path, key: `${path}:${item.name}` };
        entries.set(item.name, entry);
        append(this.named, item.name, entry);
      }
      this.entries.set(path, entries);
      for (const [name, fields] of Object.entries(facts.structs))
        append(this.structRows, name, [path, fields]);
      for (const [name, value] of Object.entries(facts.constants)) append(this.constantRows, name, value);
      for (const slot of facts.slots) {
        append(this.slotRows.slots, slot.field, [path, slot]);
        append(this.slotRows.holding, slot.function, [path, slot]);
      }
    }
  }

  /** The functions of the files that differ. */
  *changedFunctions(): Iterable<FunctionEntry> {
    for (const entries of this.entries.values()) yield* entries.values();
  }

  /** Does the kept tree have the function as it is, perhaps on other lines? */
  isKept(entry: FunctionEntry): boolean {
    let known = this.keptAsIs.get(entry);
    if (known === undefined) {
      const then = this.kept.own(entry.facts.name, entry.file);
      known =
        then !== null &&
        (areOfOne(then.facts, entry.facts) ||
          then.fingerprint === fingerprintOf(entry.facts, bodyText(entry.facts)));
      this.keptAsIs.set(entry, known);
    }
    return known;
  }

  *functions(): Iterable<FunctionEntry> {
    for (const entry of this.kept.functions()) if (!this.changed.has(entry.file)) yield entry;
    yield* this.changedFunctions();
  }

  *functionsNamed(name: string): Iterable<FunctionEntry> {
    for (const entry of this.kept.functionsNamed(name)) if (!this.changed.has(entry.file)) yield entry;
    yield* this.named.get(name) ?? [];
  }

  functionsIn(path: string): FunctionEntry[] {
    return this.changed.has(path)
      ? [...(this.entries.get(path)?.values() ?? [])]
      : this.kept.functionsIn(path);
  }

  own(name: string, path: string): FunctionEntry | null {
    return this.changed.has(path) ? (this.entries.get(path)?.get(name) ?? null) : this.kept.own(name, path);
  }

  global(name: string): FunctionEntry | null {
    let known = this.globals.get(name);
    if (known === undefined) {
      const added = (this.named.get(name) ?? []).filter(
        ({ facts, file }) => !(facts.isStatic && file.endsWith('.c')),
      );
      const all: FunctionEntry[] = [...this.kept.globals(name, this.changed), ...added];
      known = bestOf(added.length > 0 ? all.sort(byFile) : all);
      this.globals.set(name, known);
    }
    return known;
  }

  fields(struct: string): Readonly<Record<string, string>> | null {
    let known = this.structFields.get(struct);
    if (known === undefined) {
      const added = this.structRows.get(struct) ?? [];
      const rows = [...this.kept.structRows(struct, this.changed), ...added].sort(([a], [b]) =>
        a < b ? -1 : 1,
      );
      known =
        rows.length === 0
          ? null
          : (Object.assign({}, ...rows.map(([, fields]) => fields)) as Record<string, string>);
      this.structFields.set(struct, known);
    }
    return known;
  }

  *structs(): Iterable<readonly [string, Readonly<Record<string, string>>]> {
    const names = new Set([...this.kept.structs()].map(([name]) => name));
    for (const { structs } of this.files.values()) for (const name of Object.keys(structs)) names.add(name);
    for (const name of names) {
      const fields = this.fields(name);
      if (fields) yield [name, fields];
    }
  }

  slotsNamed(field: string): readonly FilledSlot[] {
    return this.filled('slots', field);
  }

  slotsHolding(entry: FunctionEntry): readonly FilledSlot[] {
    const { name } = entry.facts;
    return this.filled('holding', name).filter((slot) => slot.entry.key === entry.key);
  }

  /** The slots, whatever their tables, that hold a function of that name in the files that differ. */
  fieldsHolding(name: string): Iterable<string> {
    return (this.slotRows.holding.get(name) ?? []).map(([, { field }]) => field);
  }

  /** What a file that differs defines besides functions. */
  definitionsIn(path: string): OtherDefinitions {
    return this.files.get(path) ?? NOTHING;
  }

  *slots(): Iterable<FilledSlot> {
    const fields = new Set([...this.kept.slots()].map(({ field }) => field));
    for (const { slots } of this.files.values()) for (const { field } of slots) fields.add(field);
    for (const field of fields) yield* this.slotsNamed(field);
  }

  private filled(table: 'slots' | 'holding', word: string): FilledSlot[] {
    const rows = this.kept.slotRows(table, word).filter((row) => !this.changed.has(this.kept.pathOf(row[0])));
    const slots = rows.map(
      ([file, struct, field, name, local]) =>
        [this.kept.pathOf(file), { struct, field, function: name, local: local === 1 }] as const,
    );
    return [...slots, ...(this.slotRows[table].get(word) ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .flatMap(([path, { struct, field, function: name, local }]) => {
        const entry = this.own(name, path) ?? this.global(name);
        return entry ? [{ struct: struct.split('.')[0]!, field, entry, table: path, local }] : [];
      });
  }

  private constant(name: string): number | undefined {
    if (this.values.has(name)) return this.values.get(name);
    const value = this.kept.constant(name, this.changed, this.constantRows.get(name));
    this.values.set(name, value);
    return value;
  }
}

const NOTHING: OtherDefinitions = { structs: {}, constants: {}, slots: [] };

function byFile(a: FunctionEntry, b: FunctionEntry): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0;
}
