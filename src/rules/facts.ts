import type { Cause } from '../analysis/cause.js';
import type { Word } from '../analysis/summary.js';
import type { Ownership, Visibility } from '../folio/contract.js';
import { OWNERSHIPS, VISIBILITIES } from '../folio/state.js';
import type { Level } from './check.js';
import type { WaysOut } from './ways-out.js';

/** What a condition can ask of a fact: one of some words, a name (`*` stands for any part of one), a number, yes or no. */
export type FactKind = readonly [string, ...string[]] | 'name' | 'number' | 'truth';

/** The facts that conditions can ask for; docs/rules.md says what each means. */
export const FACTS = {
  cause: [
    'new-caller',
    'widened-caller',
    'new-update',
    'downgraded-update',
    'guard-removed',
    'protection-removed',
    'published-earlier',
    'reference-moved',
    'none',
  ],
  atomic: 'truth',
  update: 'name',
  flag: 'name',
  word: ['head', 'second', 'tail'],
  function: 'name',
  callee: 'name',
  updater: 'name',
  file: 'name',
  ownership: OWNERSHIPS,
  visible: VISIBILITIES,
  lock: ['held', 'not held', 'not known'],
  races: 'number',
  racing: 'name',
  confidence: ['high', 'medium', 'low'],
  made_here: 'truth',
  test_is_enough: 'truth',
} as const satisfies Readonly<Record<string, FactKind>>;

export type FactName = keyof typeof FACTS;

/** The values of one fact: several where ways differ, none where there is nothing to say. */
export type FactValues = readonly (string | number | boolean)[];

export type Facts = Readonly<Record<FactName, FactValues>>;

/** A hazard, as far as conditions ask and texts tell. Findings have these fields. */
export interface Described {
  /** Null where nothing is compared: in an audit, and for what a patch removed. */
  readonly because: Cause | null;
  readonly confidence: Level;
  /** The function in which the folio is visible. */
  readonly in: string;
  /** The function that it passes the folio to; null when it holds the update itself. */
  readonly callee: string | null;
  readonly updater: string;
  readonly update: string;
  readonly atomic: boolean;
  readonly flag: string;
  readonly word: Word;
  readonly file: string;
  readonly origins: readonly {
    readonly ownership: Ownership;
    readonly referenced: boolean;
    readonly visible: readonly Visibility[];
    readonly locked: boolean | null;
    readonly file: string;
  }[];
  readonly races: readonly { readonly update: string }[];
}

/** What the conditions of checks are held against. */
export function factsOf(
  described: Described,
  { madeHere, testIsEnough }: Pick<WaysOut, 'madeHere' | 'testIsEnough'>,
): Facts {
  const { origins, races, callee } = described;
  return {
    cause: [described.because ?? 'none'],
    atomic: [described.atomic],
    update: [described.update],
    flag: [described.flag],
    word: [described.word],
    function: [described.in],
    callee: callee === null ? [] : [callee],
    updater: [described.updater],
    file: distinct([...origins.map(({ file }) => file), described.file]),
    ownership: distinct(origins.map(({ ownership }) => ownership)),
    visible: distinct(origins.flatMap(({ visible }) => visible)),
    lock: distinct(
      origins.map(({ locked }) => (locked === null ? 'not known' : locked ? 'held' : 'not held')),
    ),
    races: [races.length],
    racing: races.map(({ update }) => update),
    confidence: [described.confidence],
    made_here: [madeHere],
    test_is_enough: [testIsEnough],
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
