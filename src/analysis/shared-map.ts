/** A map whose copies share their content until one of them changes it: most copies of a state change little of it. */
export class SharedMap<K, V> {
  private content: Map<K, V>;
  private shared = false;

  constructor(content = new Map<K, V>()) {
    this.content = content;
  }

  /** A copy, which costs nothing until either is changed. */
  copy(): SharedMap<K, V> {
    const copy = new SharedMap(this.content);
    copy.shared = true;
    this.shared = true;
    return copy;
  }

  /** Is it known that both have the same content? */
  sharesWith(other: SharedMap<K, V>): boolean {
    return this.content === other.content;
  }

  get size(): number {
    return this.content.size;
  }

  get(key: K): V | undefined {
    return this.content.get(key);
  }

  has(key: K): boolean {
    return this.content.has(key);
  }

  set(key: K, value: V): this {
    if (this.content.get(key) === value && value !== undefined) return this;
    this.own().set(key, value);
    return this;
  }

  delete(key: K): boolean {
    return this.content.has(key) && this.own().delete(key);
  }

  /** Deletes what the test is not true of. */
  keep(test: (key: K, value: V) => boolean): void {
    let kept: Map<K, V> | null = null;
    let passed = 0;
    for (const [key, value] of this.content) {
      if (test(key, value)) {
        passed++;
        kept?.set(key, value);
      } else if (!kept) {
        kept = new Map();
        for (const [first, held] of this.content) {
          if (passed-- === 0) break;
          kept.set(first, held);
        }
      }
    }
    if (!kept) return;
    this.content = kept;
    this.shared = false;
  }

  /** Iterators see the content as it was when they were made, or as it is if it is not shared. */
  keys(): MapIterator<K> {
    return this.content.keys();
  }

  values(): MapIterator<V> {
    return this.content.values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.content[Symbol.iterator]();
  }

  private own(): Map<K, V> {
    if (this.shared) {
      this.content = new Map(this.content);
      this.shared = false;
    }
    return this.content;
  }
}
