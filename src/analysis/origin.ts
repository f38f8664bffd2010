import type { FolioState, Ownership, Visibility } from '../folio/contract.js';
import type { Term } from './term.js';

/** One step of the evidence: what a line of the tree shows. */
export interface Step {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly says: string;
  /** From here others can find the folio. */
  readonly publishes?: true;
}

/** `passed`: as the caller has it. */
export type KnownOwnership = Ownership | 'passed';

/** Where a folio comes from and what has become of it so far, on one path. Immutable. */
export interface Origin {
  readonly ownership: KnownOwnership;
  readonly visible: ReadonlySet<Visibility>;
  readonly locked: boolean | 'passed' | null;
  /** Flags set or cleared on this path while nobody else could change them, or that a contract promises. */
  readonly flags: Readonly<Record<string, boolean>>;
  /** Flags tested on this path and not changed by it since. */
  readonly tested: Readonly<Record<string, boolean>>;
  readonly steps: readonly Step[];
  /** Allocated on this path: no other pointer means it. */
  readonly unique: boolean;
  /** What a field contract says of a parameter's field: an assumption, not something done here. */
  readonly assumed: boolean;
}

/** The state of a folio in the page cache, as contracts name it. */
const MAPPING = 'mapping';

/** A reference was got: a contract's `references`. */
const REFERENCE = 'reference';

const NOWHERE: ReadonlySet<Visibility> = new Set();
const NO_FLAGS: Readonly<Record<string, boolean>> = {};

export const PASSED: Origin = {
  ownership: 'passed',
  visible: NOWHERE,
  locked: 'passed',
  flags: NO_FLAGS,
  tested: NO_FLAGS,
  steps: [],
  unique: false,
  assumed: false,
};

export const UNKNOWN: Origin = {
  ownership: 'unknown',
  visible: NOWHERE,
  locked: null,
  flags: NO_FLAGS,
  tested: NO_FLAGS,
  steps: [],
  unique: false,
  assumed: false,
};

/** How a folio stands of which nothing was seen: one from the caller is as the caller has it. */
export function defaultOrigin(family: Term): Origin {
  return family.symbolic && family.isOfCallers ? PASSED : UNKNOWN;
}

export function originOf(state: FolioState, step: Step): Origin {
  return {
    ownership: state.ownership,
    visible: new Set(state.visible),
    locked: state.locked,
    flags: state.visible.includes('page cache') ? { ...state.flags, [MAPPING]: true } : state.flags,
    tested: NO_FLAGS,
    steps: [step],
    unique: state.ownership === 'fresh',
    assumed: false,
  };
}

/** Nobody else can reach the flags word of such a folio. */
export function isOwned(origin: Origin): boolean {
  switch (origin.ownership) {
    case 'fresh':
    case 'frozen':
      return true;
    case 'sole':
      return !isVisibleWithoutReference(origin);
    default:
      return false;
  }
}

/** Is it somewhere where others find it, whatever a test of its reference count said? */
export function isVisibleWithoutReference({ visible }: Origin): boolean {
  return FOUND_THERE.some((place) => visible.has(place));
}

/** In a slab it is found by the address of any of its objects, by who frees that. */
const FOUND_THERE: readonly Visibility[] = ['LRU', 'page cache', 'swap cache', 'page table', 'slab'];

/** The folio can be seen there from now on. */
export function published(origin: Origin, to: Visibility, step: Step): Origin {
  const visible = new Set(origin.visible).add(to);
  // Who finds a folio whose refcount is frozen gets no reference to it, wherever it can be found.
  const stays = origin.ownership === 'speculative' || (origin.ownership === 'frozen' && to !== 'refcount');
  const ownership = stays ? origin.ownership : 'shared';
  const flags = to === 'page cache' ? { ...origin.flags, [MAPPING]: true } : origin.flags;
  return {
    ...origin,
    ownership,
    visible,
    flags,
    steps: [...origin.steps.slice(-7), { ...step, publishes: true }],
  };
}

export function withOwnership(origin: Origin, ownership: Ownership, step: Step): Origin {
  if (origin.ownership === ownership) return origin;
  return { ...origin, ownership, steps: [...origin.steps.slice(-7), step] };
}

/** A reference was got. Flags that tell whose folio it is must be looked at again: it may have changed hands before. */
export function referenced(origin: Origin, telling: (flag: string) => boolean): Origin {
  const tested = Object.fromEntries(Object.entries(origin.tested).filter(([flag]) => !telling(flag)));
  return { ...origin, tested, flags: { ...origin.flags, [REFERENCE]: true } };
}

/** Known of a folio that comes from a list of the callers: what is said of such lists holds for those of the kernel. */
const OF_CALLERS = "on a caller's list";

export function ofCallers(origin: Origin): Origin {
  return { ...origin, flags: { ...origin.flags, [OF_CALLERS]: true } };
}

export function isOfCallers(origin: Origin): boolean {
  return origin.flags[OF_CALLERS] === true;
}

/** Known of a folio whose flag this path has cleared while others can see it: what is said of such folios fails then. */
export const clearedHere = (flag: string): string => `cleared ${flag}`;

/** Is there a reference, got since the folio was found? */
export function isReferenced(origin: Origin): boolean {
  return origin.flags[REFERENCE] === true;
}

export function withdrawn(origin: Origin, from: Visibility): Origin {
  if (!origin.visible.has(from)) return origin;
  const visible = new Set(origin.visible);
  visible.delete(from);
  if (from !== 'page cache') return { ...origin, visible };
  return {
    ...origin,
    visible,
    flags: Object.fromEntries(Object.entries(origin.flags).filter(([flag]) => flag !== MAPPING)),
  };
}

export function flagsKey(flags: Readonly<Record<string, boolean>>): string {
  return Object.keys(flags)
    .sort()
    .map((flag) => (flags[flag] ? flag : '!' + flag))
    .join(',');
}

/** Equal for origins that agree in everything but evidence. */
export function originKey(origin: Origin): string {
  return `${standingKey(origin)};${origin.locked};${flagsKey(origin.flags)};${flagsKey(origin.tested)}`;
}

/** Equal for origins of folios that the same others can see. */
export function standingKey(origin: Origin): string {
  const { ownership, visible } = origin;
  return visible.size === 0 ? `${ownership};` : `${ownership};${[...visible].sort().join(',')}`;
}

const standings = new Map<string, number>();
const standingsOfLists = new WeakMap<readonly Origin[], number>();
const places = new WeakMap<ReadonlySet<Visibility>, number>();

/** The same as a number. */
export function standingOf({ ownership, visible }: Origin): number {
  let place = 0;
  if (visible.size > 0) {
    place = places.get(visible) ?? 0;
    if (place === 0) places.set(visible, (place = numberIn(standings, [...visible].sort().join(','))));
  }
  return place * OWNERSHIPS.length + OWNERSHIPS.indexOf(ownership);
}

const OWNERSHIPS: readonly KnownOwnership[] = [
  'unknown',
  'passed',
  'shared',
  'fresh',
  'frozen',
  'sole',
  'speculative',
];

/** Equal for lists of origins with the same standings. */
export function standingsOf(origins: readonly Origin[]): number {
  let number = standingsOfLists.get(origins);
  if (number === undefined) {
    number = numberIn(standings, `[${origins.map(standingKey).sort().join('|')}]`);
    standingsOfLists.set(origins, number);
  }
  return number;
}

/** From 1. */
function numberIn(numbers: Map<string, number>, key: string): number {
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, (number = numbers.size + 1));
  return number;
}

/** Keeps what both know of lock and flags; `a` itself when that is all it knows. For origins with equal standing. */
export function meetOrigins(a: Origin, b: Origin): Origin {
  const flags = meetFlags(a.flags, b.flags);
  const tested = meetFlags(a.tested, b.tested);
  const locked = a.locked === b.locked ? a.locked : null;
  if (flags === a.flags && tested === a.tested && locked === a.locked) return a;
  return { ...a, flags, tested, locked };
}

type Flags = Readonly<Record<string, boolean>>;

function hasAll(flags: Flags, others: Flags): boolean {
  for (const flag in others) if (flags[flag] !== others[flag]) return false;
  return true;
}

/** The flags of both; where these differ, those of the second. */
export function joinFlags(a: Flags, b: Flags): Flags {
  return hasAll(a, b) ? a : { ...a, ...b };
}

function meetFlags(a: Flags, b: Flags): Flags {
  if (a === b || hasAll(b, a)) return a;
  const entries = Object.entries(a);
  const met = entries.filter(([flag, value]) => b[flag] === value);
  return met.length === entries.length ? a : Object.fromEntries(met);
}
