import { defaultOrigin, isOwned, isReferenced, type Origin } from './origin.js';
import {
  ANY_SIGN,
  NEGATIVE,
  NO_FACT,
  POSITIVE,
  withSign,
  ZERO_SIGN,
  type Fact,
  type State,
} from './state.js';
import { familyOf, operation, ZERO, type Term } from './term.js';

/** Values of named constants, where the tree gives them. */
export type Constants = Pick<ReadonlyMap<string, number>, 'get'>;

/** `EINVAL`: a name of include/uapi/asm-generic/errno-base.h and errno.h. */
const ERRNO = /^E[A-Z0-9]{2,}$/;
const CONSTANT = /^[A-Z][A-Z0-9_]+$/;

/** The signs a value may have on this path. */
export function signOf(term: Term, state: State, constants: Constants): number {
  switch (term.kind) {
    case 'number':
      return term.number! > 0 ? POSITIVE : term.number! < 0 ? NEGATIVE : ZERO_SIGN;
    case 'error':
      return NEGATIVE;
    case 'local':
    case 'inside':
      return POSITIVE;
    case 'name': {
      const value = constants.get(term.name);
      if (value !== undefined) return value > 0 ? POSITIVE : value < 0 ? NEGATIVE : ZERO_SIGN;
      if (ERRNO.test(term.name)) return POSITIVE;
      break;
    }
    case 'operation':
      if (term.name === '-' && !term.other) {
        const sign = signOf(term.base!, state, constants);
        return (sign & ZERO_SIGN) | (sign & POSITIVE ? NEGATIVE : 0) | (sign & NEGATIVE ? POSITIVE : 0);
      }
      break;
    case 'subpage':
    case 'apart':
      return POSITIVE;
    default:
  }
  return state.facts.get(term)?.sign ?? ANY_SIGN;
}

/** Is the value true (not zero) on this path? Null: it may be either. */
export function truthOf(term: Term, state: State, constants: Constants): boolean | null {
  if (term.kind === 'operation') {
    const { name, base, other } = term;
    if (name === '!' && base) {
      const inner = truthOf(base, state, constants);
      return inner === null ? null : !inner;
    }
    if (name === '==' && base && other) return equal(base, other, state, constants);
    if (name === 'IS_ERR' && base) {
      const sign = signOf(base, state, constants);
      return sign === NEGATIVE ? true : sign & NEGATIVE ? null : false;
    }
    if (name === '<' && base && other) {
      const less = lessThan(base, other, state, constants);
      if (less !== null) return less;
    }
  }
  if (term.kind === 'flag') {
    const origin = state.origins.get(familyOf(term.base!)) ?? defaultOrigin(familyOf(term.base!));
    const known = origin.flags[term.name] ?? (isOwned(origin) ? origin.tested[term.name] : undefined);
    return known ?? null;
  }
  const sign = signOf(term, state, constants);
  if (sign === ZERO_SIGN) return false;
  if (!(sign & ZERO_SIGN)) return true;
  return null;
}

function lessThan(left: Term, right: Term, state: State, constants: Constants): boolean | null {
  const a = numberOf(left, constants);
  const b = numberOf(right, constants);
  if (a !== null && b !== null) return a < b;
  if (b === 0) {
    const sign = signOf(left, state, constants);
    return sign === NEGATIVE ? true : sign & NEGATIVE ? null : false;
  }
  if (a === 0) {
    const sign = signOf(right, state, constants);
    return sign === POSITIVE ? true : sign & POSITIVE ? null : false;
  }
  return null;
}

function numberOf(term: Term, constants: Constants): number | null {
  if (term.kind === 'number') return term.number;
  if (term.kind === 'name') return constants.get(term.name) ?? null;
  if (term.kind === 'operation' && term.name === '-' && !term.other) {
    const inner = numberOf(term.base!, constants);
    return inner === null ? null : -inner;
  }
  return null;
}

function isNegation(term: Term): boolean {
  return term.kind === 'operation' && term.name === '-' && !term.other;
}

function isConstant(term: Term): boolean {
  return (
    term.kind === 'number' ||
    term.kind === 'error' ||
    (term.kind === 'name' && CONSTANT.test(term.name)) ||
    (isNegation(term) && isConstant(term.base!))
  );
}

/** Are two values equal on this path? */
export function equal(a: Term, b: Term, state: State, constants: Constants): boolean | null {
  if (a === b) return true;
  const known = state.facts.get(operation('==', ...ordered(a, b)));
  if (known) {
    if (known.sign === ZERO_SIGN) return false;
    if (!(known.sign & ZERO_SIGN)) return true;
  }
  if ((signOf(a, state, constants) & signOf(b, state, constants)) === 0) return false;
  const x = numberOf(a, constants);
  const y = numberOf(b, constants);
  if (x !== null && y !== null) return x === y;
  for (const [value, constant] of [
    [a, b],
    [b, a],
  ] as const) {
    if (!isConstant(constant)) continue;
    const fact = state.facts.get(value);
    if (fact?.equals) return fact.equals === constant ? true : isConstant(fact.equals) ? false : null;
    if (fact?.differs.includes(constant)) return false;
  }
  if (isNegation(a) && isNegation(b)) return equal(a.base!, b.base!, state, constants);
  if (a.kind === 'name' && b.kind === 'name' && CONSTANT.test(a.name) && CONSTANT.test(b.name)) {
    // Two enumerators stand for different values. What is named otherwise may be defined by the other one, as a number
    // in the tree may be what another name is defined by elsewhere: PSIZE (fs/jfs) and PAGE_SIZE.
    return x || y || !areNamedAlike(a.name, b.name) ? null : false;
  }
  // Code that asks for one error asks for the one that there is.
  if ((a.kind === 'error' && isError(b, state)) || (b.kind === 'error' && isError(a, state))) return true;
  if (a.kind === 'error' && b.kind === 'error') {
    return isConstant(a.base!) && isConstant(b.base!) ? false : null;
  }
  if (a.kind === 'local' && b.kind === 'local') return false;
  const left = familyOf(a);
  const right = familyOf(b);
  if (left !== right && (isUnique(state.origins.get(left)) || isUnique(state.origins.get(right)))) {
    // What was allocated here is not what was there before; only compared among folios.
    if (state.origins.has(left) && state.origins.has(right)) return false;
  }
  return null;
}

/** Are they named as those of one enumeration are: `LRU_BASE` and `LRU_ACTIVE`, `HOT_DATA` and `COLD_DATA`, `READ` and `WRITE`? */
function areNamedAlike(a: string, b: string): boolean {
  const first = a.split('_');
  const second = b.split('_');
  if (first.length === 1 && second.length === 1) return true;
  return first[0] === second[0] || first.at(-1) === second.at(-1);
}

function isError(term: Term, state: State): boolean {
  return term.kind === 'result' && state.facts.get(term)?.sign === NEGATIVE;
}

/** Allocated on this path: no other name can mean it but copies of the pointer. */
function isUnique(origin: Origin | undefined): boolean {
  return origin?.unique ?? false;
}

function ordered(a: Term, b: Term): [Term, Term] {
  return a.id < b.id ? [a, b] : [b, a];
}

/** Makes an equality term with its sides in a fixed order. */
export function equality(a: Term, b: Term): Term {
  return operation('==', ...ordered(a, b));
}

function strengthen(state: State, term: Term, change: (fact: Fact) => Fact): boolean {
  const fact = change(state.facts.get(term) ?? NO_FACT);
  if (fact.sign === 0) return false;
  state.facts.set(term, fact);
  return true;
}

/** Reference counts that a path has learned, told to whoever tracks ownership. */
export type CountLearned = (folio: Term, count: number) => void;

/**
 * Adds to the state that a value is true, or not.
 *
 * @returns false when that cannot be on this path
 */
export function assume(
  term: Term,
  truth: boolean,
  state: State,
  constants: Constants,
  countLearned: CountLearned,
): boolean {
  const known = truthOf(term, state, constants);
  if (known !== null && known !== truth) return false;
  if (term.kind === 'flag') {
    const family = familyOf(term.base!);
    const origin = state.origins.get(family) ?? defaultOrigin(family);
    // Of a folio that was passed it is still the caller who holds the lock.
    const locked = term.name === 'locked' && origin.locked !== 'passed' ? truth : origin.locked;
    state.origins.set(family, { ...origin, locked, tested: { ...origin.tested, [term.name]: truth } });
    return true;
  }
  if (known !== null) {
    learnKnown(term, truth, state, countLearned);
    return true;
  }
  if (term.kind === 'operation') {
    const { name, base, other } = term;
    if (name === '!' && base) return assume(base, !truth, state, constants, countLearned);
    if (name === '==' && base && other) {
      if (truth) learnCount(term, countLearned);
      return assumeEqual(base, other, truth, state, constants, countLearned);
    }
    if (name === 'IS_ERR' && base) {
      const allowed = truth ? NEGATIVE : ZERO_SIGN | POSITIVE;
      return strengthen(state, base, (fact) => withSign(fact, fact.sign & allowed));
    }
    if (name === '<' && base && other) {
      if (other === ZERO) {
        const allowed = truth ? NEGATIVE : ZERO_SIGN | POSITIVE;
        return strengthen(state, base, (fact) => withSign(fact, fact.sign & allowed));
      }
      if (base === ZERO) {
        const allowed = truth ? POSITIVE : ZERO_SIGN | NEGATIVE;
        return strengthen(state, other, (fact) => withSign(fact, fact.sign & allowed));
      }
    }
    if (name === REFERENCE_COUNT && base && !truth) countLearned(familyOf(base), 0);
  }
  const allowed = truth ? POSITIVE | NEGATIVE : ZERO_SIGN;
  return strengthen(state, term, (fact) => withSign(fact, fact.sign & allowed));
}

/** The operation that stands for the reference count of a folio. */
export const REFERENCE_COUNT = '_refcount';

function learnCount(term: Term, countLearned: CountLearned): void {
  for (const [side, value] of [
    [term.base!, term.other!],
    [term.other!, term.base!],
  ] as const) {
    if (side.kind === 'operation' && side.name === REFERENCE_COUNT && value.kind === 'number') {
      countLearned(familyOf(side.base!), value.number!);
    }
  }
}

/** What a comparison tells even when its outcome was clear. */
function learnKnown(term: Term, truth: boolean, state: State, countLearned: CountLearned): void {
  if (term.kind !== 'operation' || !term.base) return;
  if (term.name === '!') learnKnown(term.base, !truth, state, countLearned);
  if (term.name !== '==' || !truth) return;
  learnCount(term, countLearned);
  if (isEntryValue(term.base) && isEntryValue(term.other!)) entryFoundAgain(state);
}

/** The operation that stands for the value of a page table entry. */
export const ENTRY_VALUE = 'entry value';

function isEntryValue(term: Term): boolean {
  return term.kind === 'operation' && term.name === ENTRY_VALUE;
}

/** mm/gup.c gup_fast_pte_range(): who got a reference and finds the page table entry as it was has a mapped folio. */
function entryFoundAgain(state: State): void {
  for (const [folio, origin] of state.origins) {
    if (origin.ownership !== 'speculative' || !isReferenced(origin)) continue;
    const visible = new Set(origin.visible).add('page table');
    state.origins.set(folio, { ...origin, ownership: 'shared', visible });
  }
}

/** `folio == xas_reload(&xas)`: with a reference, the folio that is found again where it was found is still there. */
function foundAgain(a: Term, b: Term, state: State): void {
  for (const [one, other] of [
    [familyOf(a), familyOf(b)],
    [familyOf(b), familyOf(a)],
  ] as const) {
    const origin = state.origins.get(one)!;
    const again = state.origins.get(other)!;
    const found = [...again.visible].some((place) => place !== 'PFN' && origin.visible.has(place));
    if (one !== other && found && isReferenced(origin))
      state.origins.set(one, { ...origin, ownership: 'shared' });
  }
}

function assumeEqual(
  a: Term,
  b: Term,
  truth: boolean,
  state: State,
  constants: Constants,
  countLearned: CountLearned,
): boolean {
  for (const [value, constant] of [
    [a, b],
    [b, a],
  ] as const) {
    if (!isConstant(constant)) continue;
    if (constant === ZERO) return assume(value, !truth, state, constants, countLearned);
    const sign = signOf(constant, state, constants);
    return strengthen(state, value, (fact) =>
      truth
        ? { sign: fact.sign & sign, equals: constant, differs: fact.differs }
        : { ...fact, differs: fact.differs.includes(constant) ? fact.differs : [...fact.differs, constant] },
    );
  }
  if (truth) {
    const left = state.origins.get(familyOf(a));
    const right = state.origins.get(familyOf(b));
    if (isEntryValue(a) && isEntryValue(b)) entryFoundAgain(state);
    if (left?.ownership === 'speculative' && right?.ownership === 'speculative') foundAgain(a, b, state);
    // Two names for one folio: go on with the one that is known better.
    if (left && right && left.ownership !== right.ownership) {
      const better = left.ownership === 'unknown' || left.ownership === 'passed' ? b : a;
      const worse = better === a ? b : a;
      const [found, known] = better === a ? [left, right] : [right, left];
      // The caller's folio, to which there is a reference now, is still where this one was found.
      if (found.ownership === 'speculative' && known.ownership === 'passed' && isReferenced(known)) {
        state.origins.set(familyOf(better), { ...found, ownership: 'shared' });
      }
      state.replace(worse, better);
      return true;
    }
  }
  return strengthen(state, equality(a, b), (fact) =>
    withSign(fact, fact.sign & (truth ? POSITIVE | NEGATIVE : ZERO_SIGN)),
  );
}
