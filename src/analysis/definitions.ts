import type { FileFacts, FunctionFacts } from '../c/facts.js';
import { append } from './append.js';
import type { Constants } from './condition.js';
import type { State } from './state.js';

/** A function with the file it is in. */
export interface FunctionEntry {
  readonly facts: FunctionFacts;
  readonly file: string;
  /** `mm/rmap.c:folio_add_new_anon_rmap` */
  readonly key: string;
  /** Nodes at which the code begins anew behind lines that are not known, and the states in which paths get there. */
  readonly resumes?: ReadonlyMap<number, readonly State[]>;
}

/** A function in a slot of an operation table. */
export interface FilledSlot {
  readonly struct: string;
  readonly field: string;
  readonly entry: FunctionEntry;
  /** The file that has the table; null where that is not known. */
  readonly table: string | null;
  /** A table on a function's stack: only who gets its address calls through it. */
  readonly local: boolean;
}

/** What a tree defines: its functions, types and constants, and the tables that functions stand in. */
export interface Definitions {
  readonly constants: Constants;
  /** The functions in slots of that name, in whatever table, in the order of files. */
  slotsNamed(field: string): readonly FilledSlot[];
  /** The slots that a function stands in. */
  slotsHolding(entry: FunctionEntry): readonly FilledSlot[];
  slots(): Iterable<FilledSlot>;
  /** All functions and macros, in the order of files. */
  functions(): Iterable<FunctionEntry>;
  /** Those of that name, static ones too, in the order of files. */
  functionsNamed(name: string): Iterable<FunctionEntry>;
  /** The functions and macros of one file. */
  functionsIn(file: string): Iterable<FunctionEntry>;
  /** What a file defines under that name. */
  own(name: string, file: string): FunctionEntry | null;
  /** What is meant by that name elsewhere. */
  global(name: string): FunctionEntry | null;
  /** Types of a struct's fields; null when it is not known. */
  fields(struct: string): Readonly<Record<string, string>> | null;
  structs(): Iterable<readonly [string, Readonly<Record<string, string>>]>;
}

/** Filled slots, to be asked for by name and by function. */
export class SlotIndex {
  private readonly all: readonly FilledSlot[];
  private readonly byField = new Map<string, FilledSlot[]>();
  private readonly byFunction = new Map<string, FilledSlot[]>();

  constructor(slots: readonly FilledSlot[]) {
    this.all = slots;
    for (const slot of slots) {
      append(this.byField, slot.field, slot);
      append(this.byFunction, slot.entry.key, slot);
    }
  }

  slots(): Iterable<FilledSlot> {
    return this.all;
  }

  named(field: string): readonly FilledSlot[] {
    return this.byField.get(field) ?? [];
  }

  holding({ key }: FunctionEntry): readonly FilledSlot[] {
    return this.byFunction.get(key) ?? [];
  }
}

/** The definitions in the files of a tree, whose facts are given by path. */
export function definitionsOf(files: ReadonlyMap<string, FileFacts>): Definitions {
  return new FileDefinitions(files);
}

class FileDefinitions implements Definitions {
  readonly constants = new Map<string, number>();
  private readonly index: SlotIndex;
  private readonly byFile = new Map<string, Map<string, FunctionEntry>>();
  private readonly globals = new Map<string, FunctionEntry>();
  private readonly fieldsOf = new Map<string, Record<string, string>>();

  constructor(files: ReadonlyMap<string, FileFacts>) {
    const conflicting = new Set<string>();
    for (const [path, facts] of files) {
      const functions = new Map<string, FunctionEntry>();
      this.byFile.set(path, functions);
      for (const item of facts.functions) {
        const entry: FunctionEntry = { facts: item, file: path, key: `${path}:${item.name}` };
        functions.set(item.name, entry);
        if (item.isStatic && path.endsWith('.c')) continue;
        const known = this.globals.get(item.name);
        if (!known || preferenceOf(entry) > preferenceOf(known)) this.globals.set(item.name, entry);
      }
      for (const [name, fields] of Object.entries(facts.structs)) {
        this.fieldsOf.set(name, { ...this.fieldsOf.get(name), ...fields });
      }
      for (const [name, value] of Object.entries(facts.constants)) {
        if (this.constants.has(name) && this.constants.get(name) !== value) conflicting.add(name);
        this.constants.set(name, value);
      }
    }
    for (const name of conflicting) this.constants.delete(name);
    this.index = new SlotIndex(this.readSlots(files));
  }

  private readSlots(files: ReadonlyMap<string, FileFacts>): FilledSlot[] {
    const filled: FilledSlot[] = [];
    for (const [path, { slots }] of files) {
      for (const { struct, field, function: name, local } of slots) {
        const entry = this.own(name, path) ?? this.global(name);
        if (entry) filled.push({ struct: struct.split('.')[0]!, field, entry, table: path, local });
      }
    }
    return filled;
  }

  *functions(): Iterable<FunctionEntry> {
    for (const functions of this.byFile.values()) yield* functions.values();
  }

  functionsNamed(name: string): Iterable<FunctionEntry> {
    return namedIn(this.byFile, name);
  }

  functionsIn(file: string): Iterable<FunctionEntry> {
    return this.byFile.get(file)?.values() ?? [];
  }

  own(name: string, file: string): FunctionEntry | null {
    return this.byFile.get(file)?.get(name) ?? null;
  }

  global(name: string): FunctionEntry | null {
    return this.globals.get(name) ?? null;
  }

  fields(struct: string): Readonly<Record<string, string>> | null {
    return this.fieldsOf.get(struct) ?? null;
  }

  structs(): Iterable<readonly [string, Readonly<Record<string, string>>]> {
    return this.fieldsOf;
  }

  slotsNamed(field: string): readonly FilledSlot[] {
    return this.index.named(field);
  }

  slotsHolding(entry: FunctionEntry): readonly FilledSlot[] {
    return this.index.holding(entry);
  }

  slots(): Iterable<FilledSlot> {
    return this.index.slots();
  }
}

/** Of the functions of files those of one name, in the order of files. */
export function* namedIn<Entry>(
  byFile: ReadonlyMap<string, ReadonlyMap<string, Entry>>,
  name: string,
): Iterable<Entry> {
  for (const functions of byFile.values()) {
    const entry = functions.get(name);
    if (entry !== undefined) yield entry;
  }
}

/**
 * Of several functions with one name the kernel's own is meant: not an architecture's or a tool's, and not the stub
 * that a header has for the configuration without it.
 */
export function preference(file: string, kind: FunctionFacts['kind'], nodes: number): number {
  let score = 4;
  if (/^(tools|samples|scripts|Documentation)\//.test(file)) score = 0;
  else if (file.startsWith('arch/x86/')) score = 2;
  else if (file.startsWith('arch/')) score = 1;
  else if (file.endsWith('.c')) score = 6;
  else if (file.startsWith('include/linux/')) score = 5;
  if (kind === 'function') score += 0.5;
  return score + Math.min(nodes, 1000) / 10000;
}

function preferenceOf({ file, facts }: FunctionEntry): number {
  return preference(file, facts.kind, facts.nodes.length);
}
