import { readHeader } from '../mail/header.js';
import { readCommands, type Command } from './commands.js';
import { readLetter, recipientsOf, type Letter } from './letter.js';

/** One mail as a source gives it. */
export interface FoundMail {
  readonly kind: 'mail';
  /** Where it is in the source, for `Source.fetch`; never changes. */
  readonly place: string;
  readonly letter: Letter;
  /** What it asks of us; null when nothing. */
  readonly asks: { readonly commands: readonly Command[]; readonly recipients: readonly string[] } | null;
  /** Null where the source keeps it. */
  readonly bytes: Buffer | null;
  /** When it got there, in milliseconds; null when the source does not say. */
  readonly arrived: number | null;
}

/** A mail, read at once: while the source is waited for, and not while the store is written to. */
export function foundMail(place: string, bytes: Buffer, arrived: number | null, keeps = false): FoundMail {
  const header = readHeader(bytes);
  const letter = readLetter(bytes, header);
  // A command stands in a reply.
  const replies = letter.subject.reply || letter.kind === 'reply';
  const commands = replies ? readCommands(bytes, header) : [];
  const asks = commands.length === 0 ? null : { commands, recipients: recipientsOf(bytes) };
  return { kind: 'mail', place, letter, asks, bytes: keeps ? null : bytes, arrived };
}

/** Something else that a source tells. */
export type SourceEvent =
  | FoundMail
  /** The mail at this place was taken away. */
  | {
      readonly kind: 'deleted';
      readonly place: string;
      /** Of the mail, where the source says what it was: it may stand at another place, too. */
      readonly messageId: string | null;
    }
  /** There is something that cannot be read; it is kept aside. */
  | { readonly kind: 'unreadable'; readonly place: string; readonly reason: string }
  /** What was said to be at places beginning so is to be forgotten, unless it is told again before the end. */
  | { readonly kind: 'rewritten'; readonly prefix: string };

/** Some events, and the position after them: kept in one transaction, so that nothing is read twice or skipped. */
export interface Batch {
  readonly events: readonly SourceEvent[];
  /** What `read` goes on from. */
  readonly position: string;
  /** Set with the last batch of a source part that was rewritten: its prefix. What was not told again is gone. */
  readonly rereadEnds?: string;
}

/** Somewhere that mails come from. */
export interface Source {
  /** The name that the policy gives it. */
  readonly name: string;
  /** True when `fetch` gives a mail again at any later time; else its bytes are kept where they matter. */
  readonly keeps: boolean;
  /**
   * What is new since `position` (null: from the beginning, or from where the policy says). Ends when it is up to date.
   *
   * @param isKnown whether a place of this source has been taken already; for sources without an order
   *
   * @throws RectoError when the source cannot be reached or read; what was told until then stays told.
   */
  read(position: string | null, isKnown: (place: string) => boolean): AsyncIterable<Batch>;
  /** The mail at a place; null when it is no longer there. */
  fetch(place: string): Promise<Buffer | null>;
  /** Waits until there may be something new, or until the signal; not there where a source cannot tell. */
  changed?(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Where a source begins when it is read for the first time. */
export type Start = 'now' | 'beginning' | { readonly since: number };
