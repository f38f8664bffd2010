/** What was asked for last, by keys, up to so much of it. */
export class Recent<T> {
  private readonly limit: number;
  private readonly items = new Map<string, T>();
  private size = 0;

  /** @param limit characters that the keys may have together: they stand for what is remembered under them */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** What is remembered under a key; what was asked for last is forgotten last. */
  get(key: string): T | undefined {
    const item = this.items.get(key);
    if (item !== undefined) {
      this.items.delete(key);
      this.items.set(key, item);
    }
    return item;
  }

  set(key: string, item: T): void {
    if (!this.items.delete(key)) this.size += key.length;
    this.items.set(key, item);
    for (const oldest of this.items.keys()) {
      if (this.size <= this.limit) break;
      this.items.delete(oldest);
      this.size -= oldest.length;
    }
  }
}
