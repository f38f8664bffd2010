import type { AskedNames } from './asked-names.js';
import { meetOrigins, standingOf, standingsOf, type Origin } from './origin.js';
import { SharedMap } from './shared-map.js';
import { PAIR, signatureOf, sortNumbers, type Signature } from './signature.js';
import { isPart, variableKey, variableOf, type StateKey } from './state-key.js';
import { TermMarks } from './term-marks.js';
import { mentions, result, type Term } from './term.js';

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

/** Facts that are no more than a sign, by sign. */
const SIGN_FACTS: readonly Fact[] = Array.from({ length: ANY_SIGN + 1 }, (_, sign) => ({ ...NO_FACT, sign }));

/** The same as another fact, but for the sign. */
export function withSign(fact: Fact, sign: number): Fact {
  if (fact.sign === sign) return fact;
  if (fact.equals === null && fact.differs.length === 0) return SIGN_FACTS[sign]!;
  return { sign, equals: fact.equals, differs: fact.differs };
}

/** What holds at one point on one path (or on several that agree). */
export class State {
  /** Values of variables, of parts of them, and of memory. */
  readonly env: SharedMap<StateKey, Term>;
  readonly origins: SharedMap<Term, Origin>;
  readonly facts: SharedMap<Term, Fact>;
  /** What local containers hold: each member stands for any number of folios in that state. */
  readonly contents: SharedMap<Term, readonly Origin[]>;

  constructor(
    env = new SharedMap<StateKey, Term>(),
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

  /** What a variable holds, or a part of one: `batch.folios[3]`. */
  variable(name: string): Term | undefined {
    return this.env.get(variableKey(name));
  }

  setVariable(name: string, value: Term): void {
    this.env.set(variableKey(name), value);
  }

  /** Forgets what the fields of a variable hold, and its elements. */
  forgetParts(whole: StateKey): void {
    if (this.env.keys().some((key) => isPart(key, whole))) this.env.keep((key) => !isPart(key, whole));
  }

  /** Forgets everything about a value that is about to be made anew (a call in a loop). */
  forget(term: Term): void {
    this.env.keep((key, value) => key.base !== term && !mentions(value, term));
    this.facts.keep((known) => !mentions(known, term));
    this.origins.keep((folio) => !mentions(folio, term));
  }

  /** Makes way for a new value; whoever still holds the old one holds it under the name `earlier`. */
  renew(made: Term, earlier: Term): void {
    const values = this.env.values();
    for (let at = 0; at < values.length; at++) {
      if (values[at]!.family !== made) continue;
      this.forget(earlier);
      this.rename(made, earlier);
      break;
    }
    this.forget(made);
  }

  /** Renames a value, where a loop makes a new one at the same place while the old one is still held. */
  rename(from: Term, to: Term): void {
    this.replace(from, to);
    const origin = this.origins.get(from);
    this.origins.delete(from);
    if (origin) this.origins.set(to, origin);
    const fact = this.facts.get(from);
    if (fact) this.facts.set(to, fact);
  }

  /** Whoever holds one value holds another from here on. */
  replace(value: Term, by: Term): void {
    for (let at = 0; at < this.env.size; at++) if (this.env.values()[at] === value) this.env.setAt(at, by);
  }

  private cachedProperties: readonly number[] | null = null;

  /** Equal for states that agree about folios: who holds which, and how they stand. */
  private properties(): readonly number[] {
    if (this.cachedProperties !== null) return this.cachedProperties;
    const numbers = propertyScratch;
    let count = 0;
    const folios = this.origins.keys();
    const origins = this.origins.values();
    for (let at = 0; at < folios.length; at++)
      numbers[count++] = folios[at]!.id * PAIR + standingOf(origins[at]!);
    sortNumbers(numbers, 0, count);
    const containers = this.contents.keys();
    if (containers.length > 0) {
      // What tells one kind of numbers from the next.
      numbers[count++] = -1;
      const start = count;
      const held = this.contents.values();
      for (let at = 0; at < containers.length; at++)
        numbers[count++] = containers[at]!.id * PAIR + standingsOf(held[at]!);
      sortNumbers(numbers, start, count);
    }
    if (folios.length > 0) {
      numbers[count++] = -2;
      const start = count;
      const keys = this.env.keys();
      const values = this.env.values();
      for (let at = 0; at < keys.length; at++) {
        const value = values[at]!;
        if (this.origins.has(value.family)) numbers[count++] = keys[at]!.id * PAIR + value.id;
      }
      sortNumbers(numbers, start, count);
    }
    this.cachedProperties = count === 0 ? NO_NUMBERS : numbers.slice(0, count);
    return this.cachedProperties;
  }

  /** Equal for states that agree about folios. */
  propertySignature(): Signature {
    return signatureOf(this.properties());
  }

  /**
   * Equal for states that agree about folios and about what later code asks: in whatever else they differ,
   * nothing depends on it.
   *
   * @param asked names of variables, fields and constants in the conditions to come
   */
  relevantSignature(asked: AskedNames): Signature {
    const numbers = scratch;
    let count = 0;
    const keys = this.env.keys();
    const values = this.env.values();
    results.clear();
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]!;
      if (!asked.names.has(key.name)) continue;
      const value = values[at]!;
      if (isPlain(value)) numbers[count++] = key.id * PAIR + value.id;
      else collectResults(value);
    }
    sortNumbers(numbers, 0, count);
    numbers[count++] = -1;
    const start = count;
    const terms = this.facts.keys();
    const facts = this.facts.values();
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at]!;
      const asks = asked.asksAbout(term);
      if (asks === 'no' || (asks === 'by its values' && !areValuesAsked(term, this.origins))) continue;
      numbers[count++] = term.id * PAIR + factNumber(facts[at]!);
    }
    sortNumbers(numbers, start, count);
    return signatureOf(this.properties(), numbers.slice(0, count));
  }

  /** Equal for states that agree about folios and about which of these variables hold which constant. */
  constantsSignature(names: readonly StateKey[]): Signature {
    const numbers: number[] = [];
    for (const key of names) {
      const value = this.env.get(key);
      if (value && isPlain(value)) numbers.push(key.id * PAIR + value.id);
    }
    return signatureOf(this.properties(), numbers);
  }

  /** Keeps only what holds in both; for states that agree about folios. Null when nothing is lost. */
  meet(other: State): State | null {
    const written: StateKey[] = [];
    let merged = this.meetValues(other, written);
    const terms = this.facts.keys();
    const facts = this.facts.values();
    const otherTerms = other.facts.keys();
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at]!;
      const fact = facts[at]!;
      const with_ = otherTerms[at] === term ? other.facts.values()[at] : other.facts.get(term);
      const met = with_ ? meetFacts(fact, with_) : null;
      if (met === fact) continue;
      merged ??= this.clone();
      if (met) merged.facts.set(term, met);
      else merged.facts.delete(term);
    }
    if (!this.origins.sharesWith(other.origins)) {
      const folios = this.origins.keys();
      const origins = this.origins.values();
      for (let at = 0; at < folios.length; at++) {
        const folio = folios[at]!;
        const origin = origins[at]!;
        const with_ = other.origins.get(folio);
        if (!with_ || with_ === origin) continue;
        const met = meetOrigins(origin, with_);
        if (met !== origin) (merged ??= this.clone()).origins.set(folio, met);
      }
    }
    // What is lost says nothing about folios.
    if (merged) merged.cachedProperties = this.cachedProperties;
    for (const key of written) (merged ??= this.clone()).writeEither(key);
    return merged;
  }

  /** Paths meet that wrote different values to memory: what it holds is neither for certain, nor what it held before. */
  private writeEither(key: StateKey): void {
    const value = eitherIn(key);
    this.env.delete(key);
    this.renew(value, eitherIn(key, "'"));
    this.env.set(key, value);
    this.cachedProperties = null;
  }

  /** Is a value known otherwise than as what this key holds? */
  private mentionsBeside(key: StateKey, value: Term): boolean {
    const keys = this.env.keys();
    const values = this.env.values();
    for (let at = 0; at < keys.length; at++) {
      if (keys[at]!.base === value || (keys[at] !== key && mentions(values[at]!, value))) return true;
    }
    return this.facts.keys().some((term) => mentions(term, value));
  }

  /** @param written gets the memory that holds different values */
  private meetValues(other: State, written: StateKey[]): State | null {
    if (this.env.sharesWith(other.env)) return null;
    const keys = this.env.keys();
    const values = this.env.values();
    const otherKeys = other.env.keys();
    const otherValues = other.env.values();
    const marks = marksFor(keys.length);
    let kept = 0;
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]!;
      const value = values[at]!;
      const with_ = otherKeys[at] === key ? otherValues[at] : other.env.get(key);
      let stays = with_ === value || this.origins.has(value.family);
      if (!stays && with_ && key.base) {
        if (value !== eitherIn(key) || this.mentionsBeside(key, value)) written.push(key);
        stays = true;
      }
      marks[at] = stays ? 1 : 0;
      if (stays) kept++;
    }
    if (kept === keys.length) return null;
    const merged = this.clone();
    merged.env.keepMarked(marks, kept);
    return merged;
  }

  /** Drops what no later code can ask for, so that paths that differ in nothing that matters become one. */
  prune(live: ReadonlySet<string>): State {
    const next = this.clone();
    const keys = this.env.keys();
    const values = this.env.values();
    let marks = marksFor(keys.length);
    let kept = 0;
    held.clear();
    for (let at = 0; at < keys.length; at++) {
      const { base, name } = keys[at]!;
      marks[at] = 0;
      if (base !== null || !live.has(name)) continue;
      marks[at] = 1;
      kept++;
      held.addWithParts(values[at]!);
    }
    for (let at = 0; at < keys.length; at++) {
      const { base } = keys[at]!;
      if (base === null || !(base.symbolic || held.has(base))) continue;
      marks[at] = 1;
      kept++;
      held.addWithParts(values[at]!);
    }
    next.env.keepMarked(marks, kept);

    const terms = this.facts.keys();
    marks = marksFor(terms.length);
    kept = 0;
    for (let at = 0; at < terms.length; at++) {
      const stays = isKept(terms[at]!);
      marks[at] = stays ? 1 : 0;
      if (stays) kept++;
    }
    next.facts.keepMarked(marks, kept);

    if (this.origins.size > 0)
      next.origins.keep((term) =>
        term.kind === 'apart' ? isKept(term) : held.has(term) || (term.symbolic && !term.isOfElement),
      );
    if (this.contents.size > 0)
      next.contents.keep((term) =>
        term.kind === 'local' ? live.has(variableOf(term.name)) : held.has(term) || term.symbolic,
      );
    return next;
  }
}

/** What memory holds where paths meet that wrote different values there. */
function eitherIn({ text }: StateKey, earlier = ''): Term {
  return result(MEETING, text + earlier);
}

/** No node of a function: values that are not made by one of them, but where paths meet. */
const MEETING = -1;

/** Numbers of signatures that are being made. */
const scratch: number[] = [];
const propertyScratch: number[] = [];
const NO_NUMBERS: readonly number[] = [];

/** What is reached from variables that may still be read. */
const held = new TermMarks();

/** An element of a container is one folio after the other: when nobody holds it, nothing is to be said of it. */
function isKept(term: Term): boolean {
  if (held.has(term)) return true;
  return term.symbolic ? !term.isOfElement : term.kind !== 'result' && areLeavesHeld(term);
}

function areLeavesHeld(term: Term): boolean {
  if (!term.base && !term.other) return held.has(term) || term.symbolic;
  return (
    (term.base === null || areLeavesHeld(term.base)) && (term.other === null || areLeavesHeld(term.other))
  );
}

let markBuffer = new Uint8Array(256);

/** Room for one mark per entry of a map. */
function marksFor(size: number): Uint8Array {
  if (size > markBuffer.length) markBuffer = new Uint8Array(2 * size);
  return markBuffer;
}

/** Of facts that say more than a sign, by what they say. */
const factNumbers = new Map<string, number>();

/** Equal for facts that say the same. */
function factNumber(fact: Fact): number {
  if (fact.equals === null && fact.differs.length === 0) return fact.sign;
  const key = factKey(fact);
  let number = factNumbers.get(key);
  if (number === undefined) factNumbers.set(key, (number = ANY_SIGN + 1 + factNumbers.size));
  return number;
}

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

/** The values of calls that variables hold which later code asks about. */
const results = new TermMarks();

/** Does later code ask about each value of a call that is part of the term? */
function areValuesAsked(term: Term, origins: SharedMap<Term, Origin>): boolean {
  if (term.kind === 'result' || term.kind === 'element') return results.has(term) || origins.has(term);
  return (
    (term.base === null || areValuesAsked(term.base, origins)) &&
    (term.other === null || areValuesAsked(term.other, origins))
  );
}

/** A constant, as it stands or with a sign: -EAGAIN. */
function isPlain(term: Term): boolean {
  if (term.kind === 'operation') return term.other === null && term.base !== null && isPlain(term.base);
  return term.kind === 'number' || term.kind === 'name' || term.kind === 'error';
}

function collectResults(term: Term): void {
  if (term.kind === 'result' || term.kind === 'element') results.add(term);
  if (term.base) collectResults(term.base);
  if (term.other) collectResults(term.other);
}
