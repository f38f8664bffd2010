import type { FlagOperation } from '../folio/model.js';
import type { Visibility } from '../folio/contract.js';
import type { KnownOwnership, Origin, Step } from './origin.js';
import type { Fact } from './state.js';
import type { Term } from './term.js';

/** Which flags word, once the page is known: that of a tail other than the first is `tail`. */
export type Word = 'head' | 'second' | 'tail';

/** One call on the way from a function down to an update. */
export interface CallStep {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly callee: string;
  /** Where the callee is: a static function of another file, called through a table, goes by no name here. */
  readonly calleeFile: string;
}

/** A condition on values that the caller can see. */
export type Condition = readonly [term: Term, fact: Fact];

/** A flag update, as the code has it. */
export interface FlagUpdate {
  /** As written: `__folio_set_swapbacked`, `folio->flags |= (1 << PG_locked)`. */
  readonly text: string;
  /** The same for the same update in renamed and reformatted code: the accessor, or operation and flag of a raw one. */
  readonly identity: string;
  /** Without `PG_`; `flags` where several bits or the whole word are written. */
  readonly flag: string;
  readonly operation: FlagOperation;
  readonly atomic: boolean;
  readonly word: Word;
  /** The function holding the update. */
  readonly updater: string;
  readonly file: string;
  readonly line: number;
}

/** An update of a folio that is still as the caller passed it. */
export interface PassedUpdate {
  readonly update: FlagUpdate;
  /** The folio, in terms of the parameters. */
  readonly folio: Term;
  /** What was known of the folio there: tested flags, lock. */
  readonly origin: Origin;
  readonly conditions: readonly Condition[];
  /** The calls from this function down to the update; empty when it is in this function. */
  readonly chain: readonly CallStep[];
}

/**
 * A non-atomic update that meets a folio others can see, or an atomic one of a folio that may be somebody else's, in
 * the function whose code shows that.
 */
export interface Meeting {
  readonly update: FlagUpdate;
  readonly function: string;
  readonly file: string;
  /** Line in `function`: the update, or the call that leads to it. */
  readonly line: number;
  readonly chain: readonly CallStep[];
  readonly origin: Origin;
  readonly conditions: readonly Condition[];
}

/** A meeting that needs callers to pass certain values; they confirm or refute it. */
export interface PendingMeeting {
  readonly meeting: Meeting;
  readonly conditions: readonly Condition[];
  /** Calls between the meeting and this function. */
  readonly distance: number;
}

/** How one call changes a folio that it was given. `passed` means: as before. */
export interface FolioChange {
  readonly folio: Term;
  readonly ownership: KnownOwnership;
  readonly visible: ReadonlySet<Visibility>;
  readonly locked: boolean | 'passed' | null;
  readonly flags: Readonly<Record<string, boolean>>;
  readonly steps: readonly Step[];
}

/** One way a call can end. */
export interface FunctionOutcome {
  readonly conditions: readonly Condition[];
  /** In terms of the parameters, or a folio of its own (`@…` with an origin). Null: nothing is known. */
  readonly result: Term | null;
  readonly resultFact: Fact | null;
  readonly resultOrigin: Origin | null;
  readonly changes: readonly FolioChange[];
  /** Memory written through parameters: base, field, value (null: something unknown), and the value's origin. */
  readonly stores: readonly {
    readonly base: Term;
    readonly name: string;
    readonly value: Term | null;
    readonly origin: Origin | null;
    readonly fact: Fact | null;
  }[];
  /** What was put into a container parameter. */
  readonly fills: readonly { readonly container: Term; readonly origin: Origin }[];
}

/** A call through a function parameter with folios of the caller. */
export interface ParameterCall {
  readonly parameter: number;
  readonly arguments: readonly Term[];
  /** How the folios among them stand that are not the caller's; null for the others. */
  readonly origins: readonly (Origin | null)[];
  readonly line: number;
}

/** What the analysis found out about a function, in terms of its parameters. */
export interface Summary {
  readonly outcomes: readonly FunctionOutcome[];
  /** The non-atomic ones. */
  readonly updates: readonly PassedUpdate[];
  readonly atomicUpdates: readonly PassedUpdate[];
  readonly pending: readonly PendingMeeting[];
  readonly parameterCalls: readonly ParameterCall[];
  /** True when paths were given up to keep the work bounded. */
  readonly truncated: boolean;
}

export const NO_SUMMARY: Summary = {
  outcomes: [],
  updates: [],
  atomicUpdates: [],
  pending: [],
  parameterCalls: [],
  truncated: false,
};
