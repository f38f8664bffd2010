import type { Term } from './term.js';

/** A set of terms that is emptied far more often than it is made. */
export class TermMarks {
  private rounds = new Int32Array(1024);
  private round = 0;

  clear(): void {
    this.round++;
  }

  has({ id }: Term): boolean {
    return id < this.rounds.length && this.rounds[id] === this.round;
  }

  add({ id }: Term): void {
    if (id >= this.rounds.length) {
      const larger = new Int32Array(Math.max(2 * this.rounds.length, id + 1));
      larger.set(this.rounds);
      this.rounds = larger;
    }
    this.rounds[id] = this.round;
  }

  /** Adds a term and all that it is made of. */
  addWithParts(term: Term): void {
    if (this.has(term)) return;
    this.add(term);
    if (term.base) this.addWithParts(term.base);
    if (term.other) this.addWithParts(term.other);
  }
}
