import { meetConditions } from './outcomes.js';
import type { KnownOwnership } from './origin.js';
import type { CallStep, FlagUpdate, Meeting, PassedUpdate, PendingMeeting } from './summary.js';

/** How the folio stands that one call hands to a function that updates it. */
export type ContextKind = 'owned' | 'visible' | 'passed' | 'unknown';

/** One call of a function that updates a folio it is given, and what it is given. */
export interface CallContext {
  /** Key of the function that makes the call, and of the one called. */
  readonly caller: string;
  readonly callee: string;
  readonly update: FlagUpdate;
  readonly kind: ContextKind;
  readonly ownership: KnownOwnership;
  readonly locked: boolean;
  /** The update is behind a test that the flag is not as wanted yet. */
  readonly guarded: boolean;
  readonly file: string;
  readonly line: number;
}

/** What one function's analysis leaves for the whole program. */
export interface FunctionRecord {
  readonly meetings: readonly Meeting[];
  readonly contexts: readonly CallContext[];
  /** Pending meetings of callees that a call here confirms, by identity. */
  readonly confirmed: readonly Meeting[];
  /** Keys of the functions that are called here. */
  readonly calls: ReadonlySet<string>;
}

/** Collects what is seen on the paths of one function, once each. */
export class Recorder {
  private readonly meetings = new Map<string, Meeting>();
  private readonly contexts = new Map<string, CallContext>();
  private readonly confirmed = new Set<Meeting>();
  private readonly calls = new Set<string>();
  private readonly updates = new Map<string, PassedUpdate>();
  private readonly pending = new Map<string, PendingMeeting>();

  meeting(key: string, make: () => Meeting): void {
    const known = this.meetings.get(key);
    if (!known) this.meetings.set(key, make());
    else if (known.conditions.length > 0) {
      this.meetings.set(key, { ...known, conditions: meetConditions(known.conditions, make().conditions) });
    }
  }

  context(context: CallContext): void {
    const { callee, update, ownership, guarded, line } = context;
    this.contexts.set(`${callee}|${update.updater}|${update.text}|${ownership}|${guarded}|${line}`, context);
  }

  call(key: string): void {
    this.calls.add(key);
  }

  confirm(meeting: Meeting): void {
    this.confirmed.add(meeting);
  }

  passed(key: string, make: () => PassedUpdate): void {
    const known = this.updates.get(key);
    if (!known) this.updates.set(key, make());
    else if (known.conditions.length > 0) {
      this.updates.set(key, { ...known, conditions: meetConditions(known.conditions, make().conditions) });
    }
  }

  pendingMeeting(pending: PendingMeeting, chain: readonly CallStep[]): void {
    const key = `${pending.meeting.file}:${pending.meeting.line}:${pending.meeting.update.text}:${chain.length}`;
    if (!this.pending.has(key) && this.pending.size < 40) this.pending.set(key, pending);
  }

  passedUpdates(): readonly PassedUpdate[] {
    return [...this.updates.values()].slice(0, 80);
  }

  pendingMeetings(): readonly PendingMeeting[] {
    return [...this.pending.values()];
  }

  record(): FunctionRecord {
    return {
      meetings: [...this.meetings.values()],
      contexts: [...this.contexts.values()],
      confirmed: [...this.confirmed],
      calls: this.calls,
    };
  }
}
