import type { State } from './state.js';

interface Entry {
  readonly position: number;
  state: State;
}

/** The states in which paths came to one node, each by a key of its own, to be found by coarser ones, too. */
export class SeenStates {
  private readonly entries = new Map<string, Entry>();
  private readonly groupings: readonly Grouping[];

  /** @param coarser what tells states apart less and less */
  constructor(coarser: readonly ((state: State) => string)[]) {
    this.groupings = coarser.map((keyOf) => new Grouping(keyOf));
  }

  get size(): number {
    return this.entries.size;
  }

  add(key: string, state: State): void {
    const entry = { position: this.entries.size, state };
    this.entries.set(key, entry);
    for (const grouping of this.groupings) grouping.add(entry);
  }

  /**
   * Joins a state with the one of that key, or with the first that is alike in the coarser way of that number.
   *
   * @returns what both know; null when that is what was known of the other one; undefined when there is no other
   */
  join(state: State, by: { readonly key: string } | { readonly way: number }): State | null | undefined {
    const entry = 'key' in by ? this.entries.get(by.key) : this.groupings[by.way]!.first(state, this.entries);
    if (!entry) return undefined;
    const met = entry.state.meet(state);
    if (met) {
      entry.state = met;
      for (const grouping of this.groupings) grouping.renew(entry);
    }
    return met;
  }
}

/** Entries that are alike in some way, in the order in which they came. */
class Grouping {
  private readonly keyOf: (state: State) => string;
  /** Made when first asked for: at most nodes few paths meet. */
  private groups: Map<string, Entry[]> | null = null;
  private readonly keys = new Map<Entry, string>();

  constructor(keyOf: (state: State) => string) {
    this.keyOf = keyOf;
  }

  first(state: State, entries: ReadonlyMap<string, Entry>): Entry | undefined {
    if (!this.groups) {
      this.groups = new Map();
      for (const entry of entries.values()) this.add(entry);
    }
    return this.groups.get(this.keyOf(state))?.[0];
  }

  add(entry: Entry): void {
    if (!this.groups) return;
    const key = this.keyOf(entry.state);
    this.keys.set(entry, key);
    const group = this.groups.get(key);
    if (!group) this.groups.set(key, [entry]);
    else {
      const at = group.findIndex(({ position }) => position > entry.position);
      group.splice(at < 0 ? group.length : at, 0, entry);
    }
  }

  /** The state of an entry is another. */
  renew(entry: Entry): void {
    if (!this.groups) return;
    const before = this.keys.get(entry)!;
    if (before === this.keyOf(entry.state)) return;
    const group = this.groups.get(before)!;
    group.splice(group.indexOf(entry), 1);
    if (group.length === 0) this.groups.delete(before);
    this.add(entry);
  }
}
