import { meetOrigins, standingKey, type Origin } from './origin.js';
import { SharedMap } from './shared-map.js';
import { meaningOf } from './state-key.js';
import { familyOf, mentions, result, type Term } from './term.js';

/** Signs that a number, or states that a pointer, may have. */
export const ZERO_SIGN = 1;
export const POSITIVE = 2;
/** Negative, or an ERR_PTR. */
export const NEGATIVE = 4;
export const ANY_SIGN = 7;

/** What one path knows of a value. */
export interface Fact {
  readonly sign: number;
  /** A constant it equals. */
  readonly equals: Term | null;
  /** Constants it differs from. */
  readonly differs: readonly Term[];
}

export const NO_FACT: Fact = { sign: ANY_SIGN, equals: null, differs: [] };

/** What holds at one point on one path (or on several that agree). */
export class State {
  /** Values of variables by name and field path, and of memory by `<term id>><field>`. */
  readonly env: SharedMap<string, Term>;
  readonly origins: SharedMap<Term, Origin>;
  readonly facts: SharedMap<Term, Fact>;
  /** What local containers hold: each member stands for any number of folios in that state. */
  readonly contents: SharedMap<Term, readonly Origin[]>;

  constructor(
    env = new SharedMap<string, Term>(),
    origins = new SharedMap<Term, Origin>(),
    facts = new SharedMap<Term, Fact>(),
    contents = new SharedMap<Term, readonly Origin[]>(),
  ) {
    this.env = env;
    this.origins = origins;
    this.facts = facts;
    this.contents = contents;
  }

  clone(): State {
    return new State(this.env.copy(), this.origins.copy(), this.facts.copy(), this.contents.copy());
  }

  /** Forgets everything about a value that is about to be made anew (a call in a loop). */
  forget(term: Term): void {
    this.env.keep((key, value) => meaningOf(key).base !== term && !mentions(value, term));
    this.facts.keep((known) => !mentions(known, term));
    this.origins.keep((folio) => !mentions(folio, term));
  }

  /** Makes way for a new value; whoever still holds the old one holds it under the name `earlier`. */
  renew(made: Term, earlier: Term): void {
    for (const value of this.env.values()) {
      if (familyOf(value) !== made) continue;
      this.forget(earlier);
      this.rename(made, earlier);
      break;
    }
    this.forget(made);
  }

  /** Renames a value, where a loop makes a new one at the same place while the old one is still held. */
  rename(from: Term, to: Term): void {
    for (const [key, value] of this.env) if (value === from) this.env.set(key, to);
    const origin = this.origins.get(from);
    this.origins.delete(from);
    if (origin) this.origins.set(to, origin);
    const fact = this.facts.get(from);
    if (fact) this.facts.set(to, fact);
  }

  private cachedProperty: string | null = null;

  /** Equal for states that agree about folios: who holds which, and how they stand. */
  propertyKey(): string {
    if (this.cachedProperty !== null) return this.cachedProperty;
    const parts: string[] = [];
    for (const [term, origin] of this.origins) parts.push(`${term.id}:${standingKey(origin)}`);
    for (const [term, origins] of this.contents) {
      parts.push(`{${term.id}:${origins.map(standingKey).sort().join('|')}}`);
    }
    if (this.origins.size > 0) {
      for (const [key, value] of this.env)
        if (this.origins.has(familyOf(value))) parts.push(`${key}=${value.id}`);
    }
    this.cachedProperty = parts.sort().join(' ');
    return this.cachedProperty;
  }

  /**
   * Equal for states that agree about folios and about what later code asks: in whatever else they differ,
   * nothing depends on it.
   *
   * @param asked names of variables, fields and constants in the conditions to come
   */
  relevantKey(asked: ReadonlySet<string>): string {
    const results = new Set<Term>();
    const parts: string[] = [];
    for (const [key, value] of this.env) {
      if (!asked.has(meaningOf(key).name)) continue;
      if (isPlain(value)) parts.push(`${key}=${value.id}`);
      else collectResults(value, results);
    }
    for (const [term, fact] of this.facts) {
      if (isAsked(term, asked, results, this.origins)) parts.push(`${term.id}?${factKey(fact)}`);
    }
    return `${this.propertyKey()}#${parts.sort().join(' ')}`;
  }

  /** Equal for states that agree about folios and about which of these variables hold which constant. */
  constantsKey(names: ReadonlySet<string>): string {
    const parts: string[] = [];
    for (const name of names) {
      const value = this.env.get(name);
      if (value && isPlain(value)) parts.push(`${name}=${value.id}`);
    }
    return `${this.propertyKey()}#${parts.join(' ')}`;
  }

  /** Keeps only what holds in both; for states with equal property keys. Null when nothing is lost. */
  meet(other: State): State | null {
    let merged: State | null = null;
    const written: string[] = [];
    if (!this.env.sharesWith(other.env)) {
      for (const [key, value] of this.env) {
        const there = other.env.get(key);
        if (there === value || this.origins.has(familyOf(value))) continue;
        if (there && meaningOf(key).base) {
          if (value !== eitherIn(key) || this.mentionsBeside(key, value)) written.push(key);
          continue;
        }
        (merged ??= this.clone()).env.delete(key);
      }
    }
    for (const [term, fact] of this.facts) {
      const with_ = other.facts.get(term);
      const met = with_ ? meetFacts(fact, with_) : null;
      if (met === fact) continue;
      merged ??= this.clone();
      if (met) merged.facts.set(term, met);
      else merged.facts.delete(term);
    }
    if (!this.origins.sharesWith(other.origins)) {
      for (const [term, origin] of this.origins) {
        const with_ = other.origins.get(term);
        if (!with_) continue;
        const met = meetOrigins(origin, with_);
        if (met !== origin) (merged ??= this.clone()).origins.set(term, met);
      }
    }
    for (const key of written) (merged ??= this.clone()).writeEither(key);
    return merged;
  }

  /** Paths meet that wrote different values to memory: what it holds is neither for certain, nor what it held before. */
  private writeEither(key: string): void {
    const value = eitherIn(key);
    this.env.delete(key);
    this.renew(value, eitherIn(`${key}'`));
    this.env.set(key, value);
  }

  /** Is a value known otherwise than as what this key holds? */
  private mentionsBeside(key: string, value: Term): boolean {
    for (const [other, held] of this.env) {
      if (meaningOf(other).base === value || (other !== key && mentions(held, value))) return true;
    }
    for (const term of this.facts.keys()) if (mentions(term, value)) return true;
    return false;
  }
}

/** What memory holds where paths meet that wrote different values there. */
function eitherIn(key: string): Term {
  return result(MEETING, key);
}

/** No node of a function: values that are not made by one of them, but where paths meet. */
const MEETING = -1;

export function factKey(fact: Fact): string {
  if (fact.equals === null && fact.differs.length === 0) return String(fact.sign);
  return `${fact.sign}${fact.equals ? '=' + fact.equals.id : ''}${fact.differs.map((term) => '!' + term.id).join('')}`;
}

/** What two paths both know: `a` itself where that is all it knows; null when that is nothing. */
export function meetFacts(a: Fact, b: Fact): Fact | null {
  const sign = a.sign | b.sign;
  const equals = a.equals === b.equals ? a.equals : null;
  const differs = a === b ? a.differs : a.differs.filter((term) => b.differs.includes(term));
  if (sign === ANY_SIGN && !equals && differs.length === 0) return null;
  const isAll = sign === a.sign && equals === a.equals && differs.length === a.differs.length;
  return isAll ? a : { sign, equals, differs };
}

/** Is every part of a term something that later code asks about? */
function isAsked(
  term: Term,
  asked: ReadonlySet<string>,
  results: ReadonlySet<Term>,
  origins: SharedMap<Term, Origin>,
): boolean {
  if ((term.kind === 'field' || term.kind === 'name') && !asked.has(term.name)) return false;
  if (term.kind === 'result' || term.kind === 'element') return results.has(term) || origins.has(term);
  return (
    (term.base === null || isAsked(term.base, asked, results, origins)) &&
    (term.other === null || isAsked(term.other, asked, results, origins))
  );
}

/** A constant, as it stands or with a sign: -EAGAIN. */
function isPlain(term: Term): boolean {
  if (term.kind === 'operation') return term.other === null && term.base !== null && isPlain(term.base);
  return term.kind === 'number' || term.kind === 'name' || term.kind === 'error';
}

function collectResults(term: Term, results: Set<Term>): void {
  if (term.kind === 'result' || term.kind === 'element') results.add(term);
  if (term.base) collectResults(term.base, results);
  if (term.other) collectResults(term.other, results);
}
