/** Who can reach a folio at one point, as the code there knows it. See docs/design.md, "Words". */
export type Ownership = 'fresh' | 'frozen' | 'sole' | 'shared' | 'speculative' | 'unknown';

/** Where a folio can be seen. */
export type Visibility =
  | 'page cache'
  | 'swap cache'
  | 'page table'
  | 'LRU'
  | 'deferred split queue'
  | 'list'
  | 'array'
  | 'PFN'
  | 'refcount'
  | 'I/O'
  | 'hugetlb'
  | 'slab';

/** The result of a call that an outcome speaks of. `error` is negative or an ERR_PTR; `pointer` neither NULL nor an ERR_PTR. */
export type ResultClass = 'any' | '0' | 'nonzero' | 'positive' | 'null' | 'nonnull' | 'error' | 'pointer';

/** What is known of a folio that a call returns, stores through an argument, or receives. */
export interface FolioState {
  readonly ownership: Ownership;
  readonly visible: readonly Visibility[];
  /** null: not known. */
  readonly locked: boolean | null;
  /** Flags known to be set (true) or clear (false). */
  readonly flags: Readonly<Record<string, boolean>>;
}

/** What a call does when its result is in a class. Arguments count from 0. */
export interface Outcome {
  readonly result: ResultClass;
  /** The named constant that is returned, `VM_FAULT_RETRY`, or null. The class is then `nonzero`. */
  readonly constant: string | null;
  /** For folios that stand like this only; where it is not known how they stand it is one of several ways. */
  readonly of: readonly { readonly argument: number; readonly standing: Ownership | Visibility }[];
  /** The folio returned, or `{ argument }` when it is an argument itself (or another page of the same folio). */
  readonly returns:
    | FolioState
    | { readonly argument: number; /** The first page of its folio. */ readonly head: boolean }
    | null;
  /** What is returned to a function that asks for a reference to it, which it may not get: who asks holds none. */
  readonly unheld: FolioState | null;
  /** The result is true when the folio is in that state: `mapping`, for one that is in the page cache. */
  readonly tests: { readonly argument: number; readonly state: string } | null;
  readonly publishes: readonly { readonly argument: number; readonly to: Visibility }[];
  /** The folio is no longer reachable there. */
  readonly removes: readonly { readonly argument: number; readonly from: Visibility }[];
  /** The folio's ownership becomes this. */
  readonly gives: readonly { readonly argument: number; readonly ownership: Ownership }[];
  /** A reference to the folio was got, whoever it belongs to: a try-get that succeeded. */
  readonly references: readonly number[];
  readonly locks: readonly number[];
  readonly unlocks: readonly number[];
  /** `*argument` (or `argument->field`) receives a folio or page. */
  readonly stores: readonly {
    readonly argument: number;
    readonly field: string | null;
    readonly state: FolioState;
  }[];
  /** The container argument (folio_batch, page array, list) is filled with such folios. */
  readonly fills: readonly { readonly argument: number; readonly state: FolioState }[];
  /** The folio argument is put into the container argument, which stays private to the caller. */
  readonly collects: readonly { readonly argument: number; readonly into: number }[];
}

/** What is known of a kernel function without looking inside it. */
export interface Contract {
  readonly function: string;
  /** Kernel versions for which it holds, both inclusive, or null: "6.1". */
  readonly since: string | null;
  readonly until: string | null;
  readonly outcomes: readonly Outcome[];
  /** Where in the kernel this can be seen: file and function, commit or message-id. */
  readonly source: string;
  /** File and line of the entry, for messages. */
  readonly place: string;
}

/**
 * What a function may rely on for its arguments, because every caller owes it: `free_unref_page()` is only called
 * for a page whose last reference is gone. Its updates of them are judged by this, not by what each call passes.
 */
export interface ArgumentContract {
  readonly function: string;
  readonly since: string | null;
  readonly until: string | null;
  readonly arguments: readonly { readonly argument: number; readonly state: FolioState }[];
  readonly source: string;
  readonly place: string;
}

/** What a struct field that points to a folio or page holds. */
export interface FieldContract {
  readonly struct: string;
  readonly field: string;
  readonly state: FolioState;
  readonly source: string;
  readonly place: string;
}

/** What the callbacks in a slot of an operation table, or of a callback type, receive. */
export interface CallbackContract {
  /** `address_space_operations`, or the typedef `new_folio_t` with `field` null. */
  readonly struct: string;
  readonly field: string | null;
  readonly arguments: readonly { readonly argument: number; readonly state: FolioState }[];
  /** What a call through the slot does: as for a function. */
  readonly outcomes: readonly Outcome[];
  readonly source: string;
  readonly place: string;
}

/** An atomic update that somebody else may do. */
export interface Race {
  /** The accessor or raw update: `folio_test_clear_lru`, `SetPageAnonExclusive`. */
  readonly update: string;
  readonly since: string | null;
  readonly until: string | null;
  readonly flag: string;
  readonly word: 'head' | 'second' | 'any';
  /** Functions of the kernel that do it in this state. */
  readonly by: readonly string[];
  /** One of these must hold for the update to be possible: visible there, or 'reference' (anybody who can take one). */
  readonly needs: readonly (Visibility | 'reference' | 'nothing')[];
  /** What keeps it out. */
  readonly excludedBy: readonly (
    'folio lock' | 'LRU isolation' | 'page table lock' | 'i_pages lock' | 'frozen' | 'no reference'
  )[];
  /** Flags that must be set (true) or clear (false) for it to happen, for example anon, large. */
  readonly flags: Readonly<Record<string, boolean>>;
  readonly why: string;
  readonly source: string;
  readonly place: string;
}

/** Which states imply that a flag is set. */
export interface FlagMeaning {
  readonly flag: string;
  /** Any one of these: all parts hold => the flag is set. */
  readonly impliedBy: readonly {
    readonly visible: readonly Visibility[];
    /** Flag tests that must be known: `{ anon: false }`. */
    readonly flags: Readonly<Record<string, boolean>>;
    /** True when the folio lock must be held for this to last. */
    readonly locked: boolean;
    /** A further condition that no flag shows, in words; such an entry explains, and proves nothing. */
    readonly where: string | null;
    readonly source: string;
  }[];
  /**
   * Where a folio that has the flag set can be seen by others: who holds a reference and finds the flag set knows
   * that the folio is not in the hands of somebody who takes it for his alone. Null: it tells nothing of the kind.
   */
  readonly shows: Visibility | null;
  /** The functions that set and clear it; a patch that touches one gets a note. */
  readonly setBy: readonly string[];
  readonly clearedBy: readonly string[];
  readonly place: string;
}

/** All data under `rules/` that the analysis uses. */
export interface RuleData {
  readonly contracts: readonly Contract[];
  readonly arguments: readonly ArgumentContract[];
  readonly fields: readonly FieldContract[];
  readonly callbacks: readonly CallbackContract[];
  readonly races: readonly Race[];
  readonly meanings: readonly FlagMeaning[];
}
