import { isSame, SignatureMap, type Signature } from './signature.js';
import type { State } from './state.js';

interface Entry {
  readonly position: number;
  state: State;
}

/** The states in which paths came to one node, each by a signature of its own, to be found by coarser ones, too. */
export class SeenStates {
  private readonly entries: Entry[] = [];
  private readonly bySignature = new SignatureMap<Entry>();
  private readonly groupings: readonly Grouping[];

  /** @param coarser what tells states apart less and less */
  constructor(coarser: readonly ((state: State) => Signature)[]) {
    this.groupings = coarser.map((signatureOf) => new Grouping(signatureOf));
  }

  get size(): number {
    return this.entries.length;
  }

  add(signature: Signature, state: State): void {
    const entry = { position: this.entries.length, state };
    this.entries.push(entry);
    this.bySignature.add(signature, entry);
    for (const grouping of this.groupings) grouping.add(entry);
  }

  /**
   * Joins a state with the one that has the same signature.
   *
   * @returns what both know; null when that is what was known of the other one; undefined when there is no other
   */
  join(state: State, signature: Signature): State | null | undefined {
    return this.joinWith(this.bySignature.get(signature), state);
  }

  /** The same, with the first that is alike in the coarser way of that number. */
  joinAlike(state: State, way: number): State | null | undefined {
    return this.joinWith(this.groupings[way]!.first(state, this.entries), state);
  }

  private joinWith(entry: Entry | undefined, state: State): State | null | undefined {
    if (!entry) return undefined;
    const met = entry.state.meet(state);
    if (met) {
      entry.state = met;
      for (const grouping of this.groupings) grouping.renew(entry);
    }
    return met;
  }
}

interface Group {
  readonly signature: Signature;
  readonly entries: Entry[];
}

/** Entries that are alike in some way, in the order in which they came. */
class Grouping {
  private readonly signatureOf: (state: State) => Signature;
  /** Made when first asked for: at most nodes few paths meet. */
  private groups: SignatureMap<Group> | null = null;
  private groupOf: Map<Entry, Group> | null = null;

  constructor(signatureOf: (state: State) => Signature) {
    this.signatureOf = signatureOf;
  }

  first(state: State, entries: readonly Entry[]): Entry | undefined {
    if (!this.groups) {
      this.groups = new SignatureMap();
      this.groupOf = new Map();
      for (const entry of entries) this.add(entry);
    }
    return this.groups.get(this.signatureOf(state))?.entries[0];
  }

  add(entry: Entry): void {
    if (this.groups) this.put(entry, this.signatureOf(entry.state), this.groups);
  }

  /** The state of an entry is another. */
  renew(entry: Entry): void {
    if (!this.groups) return;
    const before = this.groupOf!.get(entry)!;
    const signature = this.signatureOf(entry.state);
    if (isSame(before.signature, signature)) return;
    before.entries.splice(before.entries.indexOf(entry), 1);
    this.put(entry, signature, this.groups);
  }

  private put(entry: Entry, signature: Signature, groups: SignatureMap<Group>): void {
    let group = groups.get(signature);
    if (!group) groups.add(signature, (group = { signature, entries: [] }));
    this.groupOf!.set(entry, group);
    const { entries } = group;
    let at = entries.length;
    while (at > 0 && entries[at - 1]!.position > entry.position) at--;
    entries.splice(at, 0, entry);
  }
}
