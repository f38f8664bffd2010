import { meetOrigins, standingKey, type Origin } from './origin.js';
import { SharedMap } from './shared-map.js';
import { familyOf, type Term } from './term.js';

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
    const mentions = mentionsTerm(term);
    for (const [key, value] of this.env) if (mentions(value)) this.env.delete(key);
    for (const key of this.facts.keys()) if (mentions(key)) this.facts.delete(key);
    for (const key of this.origins.keys()) if (mentions(key)) this.origins.delete(key);
    const prefix = `${term.id}>`;
    for (const key of this.env.keys()) if (key.startsWith(prefix)) this.env.delete(key);
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
    for (const [key, value] of this.env)
      if (this.origins.has(familyOf(value))) parts.push(`${key}=${value.id}`);
    for (const [term, origin] of this.origins) parts.push(`${term.id}:${standingKey(origin)}`);
    for (const [term, origins] of this.contents) {
      parts.push(`{${term.id}:${origins.map(standingKey).sort().join('|')}}`);
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
      if (!asked.has(key.includes('>') ? key.slice(key.indexOf('>') + 1) : key.split(/[.[]/, 1)[0]!))
        continue;
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
    let changed = false;
    const merged = this.clone();
    for (const [key, value] of this.env) {
      if (other.env.get(key) !== value && !this.origins.has(familyOf(value))) {
        merged.env.delete(key);
        changed = true;
      }
    }
    for (const [term, fact] of this.facts) {
      const with_ = other.facts.get(term);
      const met = with_ ? meetFacts(fact, with_) : null;
      if (!met) merged.facts.delete(term);
      else if (factKey(met) !== factKey(fact)) merged.facts.set(term, met);
      else continue;
      changed = true;
    }
    for (const [term, origin] of this.origins) {
      const with_ = other.origins.get(term);
      if (!with_) continue;
      const met = meetOrigins(origin, with_);
      if (met === origin) continue;
      merged.origins.set(term, met);
      changed = true;
    }
    return changed ? merged : null;
  }
}

export function factKey(fact: Fact): string {
  return `${fact.sign}${fact.equals ? '=' + fact.equals.id : ''}${fact.differs.map((term) => '!' + term.id).join('')}`;
}

/** What two paths both know, or null when that is nothing. */
export function meetFacts(a: Fact, b: Fact): Fact | null {
  const sign = a.sign | b.sign;
  const equals = a.equals === b.equals ? a.equals : null;
  const differs = a.differs.filter((term) => b.differs.includes(term));
  if (sign === ANY_SIGN && !equals && differs.length === 0) return null;
  return { sign, equals, differs };
}

/** A predicate: is `part` a part of the term? */
export function mentionsTerm(part: Term): (term: Term) => boolean {
  const known = new Map<Term, boolean>();
  const mentions = (term: Term): boolean => {
    if (term === part) return true;
    if (term.size <= 1) return false;
    const cached = known.get(term);
    if (cached !== undefined) return cached;
    const found =
      (term.base !== null && mentions(term.base)) || (term.other !== null && mentions(term.other));
    known.set(term, found);
    return found;
  };
  return mentions;
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
