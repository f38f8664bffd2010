import type { Level } from '../../review/finding.js';
import type { Start } from '../source.js';

/** Where to log in. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly tls: 'yes' | 'starttls' | 'no';
  /** Absolute path of a file with certificates to trust beside the system's; null: none. */
  readonly authority: string | null;
  readonly user: string | null;
  /** Absolute path of a file whose first line is the password; it is never in the policy itself. */
  readonly passwordFile: string | null;
}

/** Where mails come from. */
export type SourcePlace =
  | {
      readonly kind: 'public-inbox';
      readonly from: string;
      readonly remote: boolean;
      readonly fetch: boolean;
    }
  | { readonly kind: 'mbox'; readonly path: string }
  | { readonly kind: 'maildir'; readonly path: string }
  | { readonly kind: 'thread'; readonly url: string }
  | { readonly kind: 'imap'; readonly login: Login; readonly folder: string };

export interface SourcePolicy {
  readonly name: string;
  readonly place: SourcePlace;
  /** The list that its mails were sent to, where they do not say so themselves. */
  readonly list: string | null;
  readonly start: Start;
}

/** Who is told of a review, and how. */
export interface AnswerPolicy {
  /** `nobody`: the review is made and kept, and nothing is sent. */
  readonly to: 'nobody' | 'reviewer' | 'author' | 'list';
  readonly reviewer: string | null;
  /** Recipients beside those. */
  readonly also: readonly string[];
  /** Addresses that never get a mail. */
  readonly except: readonly string[];
  /** How long an answer waits before it is sent, in milliseconds. */
  readonly embargo: number;
  /** Whether a review without findings is told, too. */
  readonly positive: boolean;
  /** Text that stands above the review. */
  readonly prefix: string | null;
  /** Findings below these are not told. */
  readonly severity: Level;
  readonly confidence: Level;
  readonly mute: boolean;
  /** The branch that patches for this list apply to, where nothing else tells. */
  readonly branch: string | null;
}

/** A part of the policy that is for some lists or some files. */
export interface AnswerRule extends Partial<AnswerPolicy> {
  readonly list: string | null;
  /** Patterns of paths; null: any. */
  readonly paths: readonly string[] | null;
}

/** recto.yml, with its defaults, and all paths absolute. */
export interface Policy {
  readonly identity: { readonly name: string; readonly address: string };
  readonly store: string;
  /** The kernel tree; null: the snapshots of releases. */
  readonly tree: string | null;
  readonly rules: readonly string[];
  readonly sources: readonly SourcePolicy[];
  /** Only series that change such files are reviewed. */
  readonly paths: readonly string[];
  /** How long a complete series rests before it is reviewed. */
  readonly settle: number;
  /** How long a series waits for patches that are missing. */
  readonly wait: number;
  /** Series older than this when they are first seen are not reviewed. */
  readonly oldest: number;
  /** How often sources that cannot tell of news are asked. */
  readonly poll: number;
  readonly answers: readonly AnswerRule[];
  readonly mute: { readonly lists: readonly string[]; readonly authors: readonly string[] };
  readonly bots: readonly string[];
  /** Who may give commands in replies. */
  readonly commandsFrom: readonly string[];
  /** Answers in 24 hours; what is beyond that waits. */
  readonly perDay: number;
  readonly send:
    | { readonly kind: 'smtp'; readonly login: Login }
    | { readonly kind: 'maildir' | 'mbox'; readonly path: string }
    | null;
  /** Where to look whether a mail of ours got out. */
  readonly archive: {
    readonly url: string | null;
    readonly source: string | null;
    /** How long a mail may take to get there. */
    readonly wait: number;
  } | null;
  readonly patchwork: {
    readonly url: string;
    /** Where one mail may be a patch of several projects; null: the first. */
    readonly project: string | null;
    readonly tokenFile: string;
    readonly context: string;
  } | null;
}

/** What is done where the policy says nothing: nothing is sent. */
export const SILENT: AnswerPolicy = {
  to: 'nobody',
  reviewer: null,
  also: [],
  except: [],
  embargo: 0,
  positive: false,
  prefix: null,
  severity: 'low',
  confidence: 'medium',
  mute: false,
  branch: null,
};
