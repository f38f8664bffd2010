import type { Term } from './term.js';

/** Does later code ask about a term? `by its values`: where it asks about the values of calls that are part of it. */
export type Asks = 'no' | 'yes' | 'by its values';

/** Names of variables, fields and constants that the conditions to come are made of. */
export class AskedNames {
  readonly names: ReadonlySet<string>;
  private readonly known = new Map<Term, Asks>();

  constructor(names: ReadonlySet<string>) {
    this.names = names;
  }

  /** Is every part of a term something that later code asks about? */
  asksAbout(term: Term): Asks {
    let asks = this.known.get(term);
    if (asks === undefined) {
      asks = this.find(term);
      this.known.set(term, asks);
    }
    return asks;
  }

  private find({ kind, name, base, other }: Term): Asks {
    if ((kind === 'field' || kind === 'name') && !this.names.has(name)) return 'no';
    if (kind === 'result' || kind === 'element') return 'by its values';
    const first = base ? this.asksAbout(base) : 'yes';
    const second = first === 'no' || !other ? 'yes' : this.asksAbout(other);
    if (first === 'no' || second === 'no') return 'no';
    return first === 'yes' && second === 'yes' ? 'yes' : 'by its values';
  }
}
