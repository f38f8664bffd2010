/**
 * A map whose copies share their content until one of them changes it: most copies of a state change little of it. Made
 * for few entries, with keys that are the same object when they are equal: those are found, copied and gone through in
 * plain arrays faster than in a hash table. Entries stand in the order in which they came.
 */
export class SharedMap<K, V> {
  private names: K[];
  private held: V[];
  private sharesNames: boolean;
  private sharesHeld: boolean;

  constructor(names: K[] = [], held: V[] = [], shared = false) {
    this.names = names;
    this.held = held;
    this.sharesNames = shared;
    this.sharesHeld = shared;
  }

  /** A copy, which costs nothing until either is changed. */
  copy(): SharedMap<K, V> {
    this.sharesNames = true;
    this.sharesHeld = true;
    return new SharedMap(this.names, this.held, true);
  }

  /** Is it known that both have the same content? */
  sharesWith(other: SharedMap<K, V>): boolean {
    return this.held === other.held && this.names === other.names;
  }

  get size(): number {
    return this.names.length;
  }

  /** The entries by number, for loops that are run often; both as they are now. */
  keys(): readonly K[] {
    return this.names;
  }

  values(): readonly V[] {
    return this.held;
  }

  get(key: K): V | undefined {
    const at = this.names.indexOf(key);
    return at < 0 ? undefined : this.held[at];
  }

  has(key: K): boolean {
    return this.names.includes(key);
  }

  set(key: K, value: V): void {
    const at = this.names.indexOf(key);
    if (at < 0) {
      this.ownNames().push(key);
      this.ownHeld().push(value);
    } else this.setAt(at, value);
  }

  /** Changes the value of the entry of that number. */
  setAt(at: number, value: V): void {
    if (this.held[at] !== value) this.ownHeld()[at] = value;
  }

  delete(key: K): void {
    const at = this.names.indexOf(key);
    if (at < 0) return;
    this.ownNames().splice(at, 1);
    this.ownHeld().splice(at, 1);
  }

  /** Deletes the entries that are marked so: one number per entry, not zero for those that stay. */
  keepMarked(marks: ArrayLike<number>, kept: number): void {
    const { names, held } = this;
    if (kept === names.length) return;
    const left = new Array<K>(kept);
    const values = new Array<V>(kept);
    let to = 0;
    for (let at = 0; at < names.length; at++) {
      if (marks[at] === 0) continue;
      left[to] = names[at]!;
      values[to++] = held[at]!;
    }
    this.names = left;
    this.held = values;
    this.sharesNames = false;
    this.sharesHeld = false;
  }

  /** Deletes what the test is not true of. */
  keep(test: (key: K, value: V) => boolean): void {
    const { names, held } = this;
    let at = 0;
    while (at < names.length && test(names[at]!, held[at]!)) at++;
    if (at === names.length) return;
    const left = names.slice(0, at);
    const values = held.slice(0, at);
    for (at++; at < names.length; at++) {
      if (!test(names[at]!, held[at]!)) continue;
      left.push(names[at]!);
      values.push(held[at]!);
    }
    this.names = left;
    this.held = values;
    this.sharesNames = false;
    this.sharesHeld = false;
  }

  /** The entries as they are now, whatever is done to the map meanwhile. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    const { held } = this;
    return this.names.map((key, at): [K, V] => [key, held[at]!])[Symbol.iterator]();
  }

  private ownNames(): K[] {
    if (this.sharesNames) {
      this.names = this.names.slice();
      this.sharesNames = false;
    }
    return this.names;
  }

  private ownHeld(): V[] {
    if (this.sharesHeld) {
      this.held = this.held.slice();
      this.sharesHeld = false;
    }
    return this.held;
  }
}
