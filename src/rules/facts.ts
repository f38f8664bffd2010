import type { Cause } from '../analysis/cause.js';
import type { Word } from '../analysis/summary.js';
import type { Ownership, Visibility } from '../folio/contract.js';
import { OWNERSHIPS, VISIBILITIES } from '../folio/state.js';
import type { Level } from './check.js';

/** What a condition can ask of a fact: one of some words, a name (`*` stands for any part of one), a number, yes or no. */
export type FactKind = readonly [string, ...string[]] | 'name' | 'number' | 'truth';

/** What a check can match. A fact may have several values, one per way in which a folio gets to the update. */
export const MATCHED = {
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
  updater: 'name',
  callee: 'name',
  file: 'name',
  ownership: OWNERSHIPS,
  visible: VISIBILITIES,
  lock: ['held', 'not held', 'not known'],
  confidence: ['high', 'medium', 'low'],
  races: 'number',
  racing: 'name',
} as const satisfies Readonly<Record<string, FactKind>>;

export type MatchedName = keyof typeof MATCHED;

/** The values of one fact: more than one where ways differ, none where there is nothing to say. */
export type FactValues = readonly (string | number | boolean)[];

export type Facts = Readonly<Record<MatchedName, FactValues>>;

/** What is known of a hazard when its check is looked for. Findings have these fields. */
export interface Described {
  /** Null where nothing is compared: in an audit, and for what a patch removed. */
  readonly because: Cause | null;
  readonly confidence: Level;
  readonly in: string;
  readonly updater: string;
  readonly update: string;
  readonly flag: string;
  readonly word: Word;
  readonly callee: string | null;
  readonly file: string;
  readonly origins: readonly {
    readonly ownership: Ownership;
    readonly visible: readonly Visibility[];
    readonly locked: boolean | null;
    readonly file: string;
  }[];
  readonly races: readonly { readonly update: string }[];
}

/** What the conditions of a check are held against. */
export function factsOf(described: Described): Facts {
  const { origins, races } = described;
  return {
    cause: [described.because ?? 'none'],
    atomic: [false],
    update: [described.update],
    flag: [described.flag],
    word: [described.word],
    function: [described.in],
    updater: [described.updater],
    callee: described.callee === null ? [] : [described.callee],
    file: distinct([...origins.map(({ file }) => file), described.file]),
    ownership: distinct(origins.map(({ ownership }) => ownership)),
    visible: distinct(origins.flatMap(({ visible }) => visible)),
    lock: distinct(
      origins.map(({ locked }) => (locked === null ? 'not known' : locked ? 'held' : 'not held')),
    ),
    confidence: [described.confidence],
    races: [races.length],
    racing: races.map(({ update }) => update),
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
