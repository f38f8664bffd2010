import type { Definitions, FilledSlot, FunctionEntry } from '../analysis/definitions.js';
import type { Inquiry } from './inquiry.js';
import type { Snapshot, SnapshotFunction } from './snapshot.js';

/** The definitions of the release, with what a series changes. */
export class StageDefinitions implements Definitions {
  readonly constants;
  /** Takes down what names are found to mean. */
  inquiry: Inquiry | null = null;
  private readonly snapshot: Snapshot;
  private readonly removed = new Set<string>();
  private readonly byFile = new Map<string, Map<string, FunctionEntry>>();
  private readonly globals = new Map<string, FunctionEntry>();

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
    this.constants = snapshot.constants;
  }

  add(entry: FunctionEntry): void {
    const known = this.byFile.get(entry.file) ?? new Map<string, FunctionEntry>();
    known.set(entry.facts.name, entry);
    this.byFile.set(entry.file, known);
    const { name, isStatic } = entry.facts;
    if (!isStatic || this.snapshot.global(name)?.key === entry.key) this.globals.set(name, entry);
  }

  remove(entry: FunctionEntry): void {
    this.removed.add(entry.key);
  }

  removes({ key }: FunctionEntry): boolean {
    return this.removed.has(key);
  }

  /** Are the same functions of the release gone? */
  removesAsMuchAs({ removed }: StageDefinitions): boolean {
    return removed.size === this.removed.size && [...removed].every((key) => this.removed.has(key));
  }

  functions(): Iterable<FunctionEntry> {
    return [...this.snapshot.functions()].filter(({ key }) => !this.removed.has(key));
  }

  functionsNamed(name: string): Iterable<FunctionEntry> {
    return [...this.snapshot.functionsNamed(name)].filter(({ key }) => !this.removed.has(key));
  }

  functionsIn(file: string): Iterable<FunctionEntry> {
    const own = this.byFile.get(file);
    const others = [...this.snapshot.functionsIn(file)].filter(
      ({ key, name }) => !this.removed.has(key) && !own?.has(name),
    );
    return [...(own?.values() ?? []), ...others];
  }

  own(name: string, file: string): FunctionEntry | null {
    const found = this.byFile.get(file)?.get(name) ?? this.left(this.snapshot.own(name, file));
    this.inquiry?.noteOwn(name, file, found);
    return found;
  }

  global(name: string): FunctionEntry | null {
    const found = this.globals.get(name) ?? this.left(this.snapshot.global(name));
    this.inquiry?.noteGlobal(name, found);
    return found;
  }

  private left(entry: SnapshotFunction | null): FunctionEntry | null {
    return entry && !this.removed.has(entry.key) ? entry : null;
  }

  fields(struct: string): Readonly<Record<string, string>> | null {
    return this.snapshot.fields(struct);
  }

  structs(): Iterable<readonly [string, Readonly<Record<string, string>>]> {
    return this.snapshot.structs();
  }

  slotsNamed(field: string): readonly FilledSlot[] {
    return this.snapshot.slotsNamed(field);
  }

  slotsHolding(entry: FunctionEntry): readonly FilledSlot[] {
    return this.snapshot.slotsHolding(entry);
  }

  slots(): Iterable<FilledSlot> {
    return this.snapshot.slots();
  }
}
