/** What an accessor does to the flag. `test` reads only. */
export type FlagOperation =
  'test' | 'set' | 'clear' | 'change' | 'test-and-set' | 'test-and-clear' | 'lock' | 'unlock';

/**
 * Which flags word an update touches: the head page's, that of the second page
 * (`page[1].flags`, `folio->_flags_1`), or that of the very page passed, which may be a tail.
 */
export type FlagsWord = 'head' | 'second' | 'self';

/** A function that an accessor macro of `page-flags.h` defines. */
export interface Accessor {
  /** As called: `__folio_set_swapbacked`, `SetPageAnonExclusive`. */
  readonly name: string;
  /** Lower-case name of the flag without `PG_`: `swapbacked`. */
  readonly flag: string;
  /** The enumerator whose bit it uses, with `PG_`; differs from the flag for aliases. */
  readonly bit: string;
  readonly operation: FlagOperation;
  /** For `test`: true. */
  readonly atomic: boolean;
  readonly word: FlagsWord;
  readonly takes: 'folio' | 'page';
  /** The macro use that defines it: `FOLIO_FLAG(swapbacked, FOLIO_HEAD_PAGE)`. */
  readonly definedBy: string;
  readonly line: number;
}

/** One bit of `enum pageflags`. */
export interface Flag {
  /** Without `PG_`. */
  readonly name: string;
  /** The enumerator that it is another name for, with `PG_`, or null. */
  readonly aliasOf: string | null;
}

/** The flags and accessors of one tree, as its own `include/linux/page-flags.h` defines them. */
export interface FlagModel {
  /** By enumerator without `PG_`. */
  readonly flags: ReadonlyMap<string, Flag>;
  /** By accessor name. Accessors of page types (`PageBuddy`, `folio_test_slab` since 6.11 ...) are not among them. */
  readonly accessors: ReadonlyMap<string, Accessor>;
  /** Names of functions that read or write `page_type`: no flags word is involved. */
  readonly pageTypeAccessors: ReadonlySet<string>;
  /** Stubs (`FOLIO_TEST_FLAG_FALSE`, `SETPAGEFLAG_NOOP` ...) that exist in the other branch of an #ifdef only, by name. */
  readonly constants: ReadonlyMap<string, boolean | null>;
  /**
   * Functions that test a state which is no bit of a flags word, with its name: `folio_test_anon` and `PageAnon`
   * are `anon`, `folio_test_large` is `large`, `folio_test_slab` is `slab` where that is a page type.
   */
  readonly states: ReadonlyMap<string, string>;
}
