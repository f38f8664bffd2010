/** What kind of trouble an error is; decides the exit status. */
export type ErrorCode =
  | 'usage' // bad arguments: exit 2
  | 'unreadable-input' // exit 2
  | 'too-large' // exit 2
  | 'no-tree' // the tree or revision is not there: exit 3
  | 'not-a-kernel-tree' // exit 3
  | 'nothing-to-review' // exit 3
  | 'bad-rules' // exit 2
  | 'bad-policy' // recto.yml: exit 2
  | 'no-list' // a list, archive or server cannot be reached or read: exit 3
  | 'no-store'; // what is remembered cannot be opened: exit 3

/**
 * An error meant for people: the message names the input, the place in it and
 * the way out. Everything else that is thrown is a bug in Recto.
 */
export class RectoError extends Error {
  readonly code: ErrorCode;
  /** Where in the input, for example "series.mbox, message 3" or "rules/races.yml:12". */
  readonly place: string | null;

  constructor(code: ErrorCode, message: string, place: string | null = null) {
    super(message);
    this.name = 'RectoError';
    this.code = code;
    this.place = place;
  }
}
