import { meetConditions } from './outcomes.js';
import type { KnownOwnership } from './origin.js';
import { factKey } from './state.js';
import type { Condition, FlagUpdate, Meeting, PassedUpdate, PendingMeeting } from './summary.js';

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

/** Ways to one update that are told apart by their conditions: `a || b` has two. */
const VARIANTS = 3;
/** Meetings whose conditions callers are asked for. Splitting a huge page has the most, 122 in 6.12. */
const PENDING = 400;
/** Updates of passed folios that a summary lists. */
const UPDATES = 120;
/** Atomic ones: they matter only for folios that may be somebody else's, which few functions pass on. */
const ATOMIC_UPDATES = 24;

function addVariant<T extends { readonly conditions: readonly Condition[] }>(
  known: Map<string, T[]>,
  key: string,
  item: T,
): void {
  const variants = known.get(key) ?? [];
  if (variants.some((other) => implies(item.conditions, other.conditions))) return;
  const last = variants.at(-1);
  if (variants.length < VARIANTS || !last) known.set(key, [...variants, item]);
  else
    variants[variants.length - 1] = { ...last, conditions: meetConditions(last.conditions, item.conditions) };
}

/** Does what holds under `a` hold under `b`, too? */
function implies(a: readonly Condition[], b: readonly Condition[]): boolean {
  const given = new Map(a);
  return b.every(([term, fact]) => {
    const known = given.get(term);
    return known !== undefined && factKey(known) === factKey(fact);
  });
}

/**
 * Equal for the meetings of one call that are possible under the same conditions: where callers confirm one of them,
 * they have confirmed them all, whatever folio each is about.
 */
export function wayOf({ file, function: name, line, update, conditions }: Meeting): string {
  const asked = conditions.map(([term, fact]) => `${term.id}?${factKey(fact)}`).sort();
  return `${file}:${name}:${line}|${update.updater}|${update.text}|${update.line}|${asked.join(' ')}`;
}

/** Collects what is seen on the paths of one function, once each. */
export class Recorder {
  private readonly meetings = new Map<string, Meeting[]>();
  private readonly contexts = new Map<string, CallContext>();
  private readonly confirmed = new Set<Meeting>();
  private readonly calls = new Set<string>();
  private readonly updates = new Map<string, PassedUpdate[]>();
  private readonly atomicUpdates = new Map<string, PassedUpdate>();
  private readonly pending = new Map<string, PendingMeeting[]>();

  meeting(key: string, make: () => Meeting): void {
    addVariant(this.meetings, key, make());
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
    addVariant(this.updates, key, make());
  }

  /** The conditions are those that all ways to the update share. */
  passedAtomically(key: string, update: PassedUpdate): void {
    const known = this.atomicUpdates.get(key);
    if (!known && this.atomicUpdates.size >= ATOMIC_UPDATES) return;
    const conditions = known ? meetConditions(known.conditions, update.conditions) : update.conditions;
    this.atomicUpdates.set(key, { ...(known ?? update), conditions });
  }

  /** One that there is no room for is taken to be possible. */
  pendingMeeting(pending: PendingMeeting): void {
    const key = wayOf(pending.meeting);
    if (this.pending.size < PENDING || this.pending.has(key)) addVariant(this.pending, key, pending);
    else this.confirm(pending.meeting);
  }

  passedUpdates(): readonly PassedUpdate[] {
    return [...this.updates.values()].flat().slice(0, UPDATES);
  }

  passedAtomicUpdates(): readonly PassedUpdate[] {
    return [...this.atomicUpdates.values()];
  }

  pendingMeetings(): readonly PendingMeeting[] {
    return [...this.pending.values()].flat();
  }

  record(): FunctionRecord {
    return {
      meetings: [...this.meetings.values()].flat(),
      contexts: [...this.contexts.values()],
      confirmed: [...this.confirmed],
      calls: this.calls,
    };
  }
}
