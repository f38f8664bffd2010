/** The releases whose trees cases are for. */
export type Release = '6.12' | '6.1';

/** A finding or a resolved one, as expect.json writes it. */
export interface Expected {
  readonly in: string;
  readonly update: string;
  readonly updater: string;
  readonly because?: string;
  readonly rule?: string;
  readonly must_name_as_racing?: readonly string[];
  readonly must_not_name_as_racing?: readonly string[];
}

/** A review of a case: what is given to it, and what it finds. */
export interface ExpectedReview {
  readonly after?: readonly string[];
  readonly input: readonly string[];
  /** Why a review does not come to this yet. Then it has to fail, so that nobody forgets to take this out. */
  readonly open?: string;
  readonly findings?: readonly Expected[];
  readonly findings_at_end?: readonly Expected[];
  readonly resolved?: readonly Expected[];
  readonly must_name_as_racing?: readonly string[];
  readonly must_not_name_as_racing?: readonly string[];
  readonly may_also_find?: readonly string[];
  readonly must_not_find_in?: readonly string[];
}

/** `expect.json` of a replay case (test/replay/README.md), with where it was found. */
export interface ReplayCase {
  readonly name: string;
  readonly folder: string;
  /** The release whose tree the patches are for; 6.12 where nothing is said. */
  readonly tree?: Release;
  readonly about: string;
  readonly source?: string;
  readonly base?: string;
  readonly reviews: readonly ExpectedReview[];
}
