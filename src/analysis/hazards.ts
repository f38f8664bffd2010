import type { Race, RuleData } from '../folio/contract.js';
import { holdsFor } from '../folio/versions.js';
import type { FilledSlot } from './definitions.js';
import { guardHolds } from './guard.js';
import { isOfCallers, originOf, standingKey, type Origin } from './origin.js';
import { racesWith } from './races.js';
import { wayOf, type CallContext } from './recorder.js';
import type { CallStep, FlagUpdate, Meeting } from './summary.js';
import type { TreeAnalysis } from './tree-analysis.js';
import { parameter } from './term.js';

/**
 * An update that can be lost, or that can lose or undo one by somebody else: a non-atomic one of a folio that others
 * can see, or an atomic one of a folio that may be in the hands of somebody who takes it for his alone.
 */
export interface Hazard {
  /** The same for the same hazard in another tree: functions, update and word, no lines and no guards. */
  readonly key: string;
  /** The function in which the folio is visible to others and meets the update. */
  readonly in: string;
  readonly update: FlagUpdate;
  /** The ways in which visible folios get there, the shortest first. */
  readonly meetings: readonly Meeting[];
  /** What somebody else may do at the same time: atomic updates, or the non-atomic ones of an owner. */
  readonly races: readonly Race[];
}

/** All hazards of a tree, and what is needed to say why two trees differ. */
export interface HazardReport {
  readonly hazards: ReadonlyMap<string, Hazard>;
  /** Meetings that are no hazard because of a guard, by the key that they would have. */
  readonly guarded: ReadonlyMap<string, readonly Meeting[]>;
  readonly contexts: readonly CallContext[];
  /** Calls that pass a folio of which nothing is known to a function that updates it. */
  readonly unknownContexts: readonly CallContext[];
}

/** Flags that only a memory failure sets: what only these can race with is not worth a comment. */
const MEMORY_FAILURE = /hwpoison/;

/** Holds what all functions of a tree do against each other. */
export function findHazards(analysis: TreeAnalysis, rules: RuleData): HazardReport {
  const contexts = allContexts(analysis);
  const owned = ownedCallees(contexts);
  const hazards = new Map<string, Hazard>();
  const guarded = new Map<string, Meeting[]>();
  const owners = ownersUpdates(contexts);
  const others = rules.races.filter((race) => holdsFor(race, analysis.program.version));
  for (const meeting of feasibleMeetings(analysis)) {
    const { update } = meeting;
    const races = update.atomic
      ? owners.filter((race) => race.word === update.word)
      : racesWith(meeting.origin, update, others);
    if (MEMORY_FAILURE.test(update.flag) && update.atomic) continue;
    if (!races.some((race) => !MEMORY_FAILURE.test(race.flag))) continue;
    const where = update.atomic ? meeting.function : placeOf(meeting, analysis, owned);
    const key = hazardKey(where, meeting.update);
    if (guardHolds(meeting, rules.meanings)) {
      guarded.set(key, [...(guarded.get(key) ?? []), meeting]);
      continue;
    }
    const known = hazards.get(key);
    if (!known) {
      hazards.set(key, { key, in: where, update: meeting.update, meetings: [meeting], races });
      continue;
    }
    hazards.set(key, {
      ...known,
      meetings: insert(known.meetings, meeting),
      races: commonRaces(known, meeting, races),
    });
  }
  return {
    hazards,
    guarded,
    contexts,
    unknownContexts: contexts.filter((context) => context.kind === 'unknown'),
  };
}

export function hazardKey(where: string, update: FlagUpdate): string {
  return `${where}|${update.updater}|${update.identity}|${update.word}`;
}

function insert(meetings: readonly Meeting[], meeting: Meeting): readonly Meeting[] {
  const same = meetings.some(
    (other) =>
      other.function === meeting.function &&
      other.line === meeting.line &&
      other.origin.steps[0]?.line === meeting.origin.steps[0]?.line &&
      standingKey(other.origin) === standingKey(meeting.origin),
  );
  if (same) return meetings;
  return [...meetings, meeting].sort((a, b) => a.chain.length - b.chain.length).slice(0, 8);
}

/** A lock that one path shows and another only fails to show excludes what it excludes: not knowing is no evidence. */
function commonRaces(known: Hazard, meeting: Meeting, races: readonly Race[]): readonly Race[] {
  const all = [...known.meetings, meeting].map((item) => item.origin);
  const locked =
    all.some((origin) => origin.locked === true) && !all.some((origin) => origin.locked === false);
  const joined = [...new Set([...known.races, ...races])];
  return locked ? joined.filter((race) => !race.excludedBy.includes('folio lock')) : joined;
}

/** Meetings that can happen: those that need certain arguments only if some caller passes them. */
function feasibleMeetings(analysis: TreeAnalysis): Meeting[] {
  const called = new Set<string>();
  const confirmed = new Set<string>();
  for (const { record } of analysis.functions.values()) {
    for (const key of record.calls) called.add(key);
    for (const meeting of record.confirmed) confirmed.add(wayOf(meeting));
  }
  for (const [key, { summary }] of analysis.functions) {
    if (called.has(key)) continue;
    for (const pending of summary.pending) confirmed.add(wayOf(pending.meeting));
  }
  const feasible: Meeting[] = [];
  for (const { record } of analysis.functions.values()) {
    for (const meeting of record.meetings) {
      // A list that nobody is seen to pass may be one of new folios, as that of readpages() was before Linux 5.18.
      if (isOfCallers(meeting.origin) && !called.has(`${meeting.file}:${meeting.function}`)) continue;
      if (meeting.conditions.length === 0 || confirmed.has(wayOf(meeting))) feasible.push(meeting);
    }
  }
  return [...feasible, ...callbackMeetings(analysis)];
}

/** Functions in operation tables get their folios from whoever calls through the table. */
function callbackMeetings(analysis: TreeAnalysis): Meeting[] {
  const meetings: Meeting[] = [];
  for (const [key, { summary }] of analysis.functions) {
    const entry = analysis.entries.get(key)!;
    for (const slot of analysis.program.slotsHolding(entry)) {
      const contract = analysis.program.callback(slot.struct, slot.field);
      for (const passed of summary.updates) {
        const argument = contract?.arguments.find((item) => parameter(item.argument) === passed.folio);
        if (!argument || leavesTable(slot, passed.chain, analysis)) continue;
        const { ownership } = argument.state;
        if (ownership !== 'shared' && ownership !== 'speculative') continue;
        const origin: Origin = {
          ...originOf(argument.state, {
            function: entry.facts.name,
            file: entry.file,
            line: entry.facts.line,
            says: `${slot.struct}.${slot.field} is called with a folio that is ${ownership}`,
          }),
          tested: passed.origin.tested,
        };
        if (Object.entries(passed.origin.tested).some(([flag, value]) => origin.flags[flag] === !value))
          continue;
        const locked = passed.origin.locked === 'passed' ? origin.locked : passed.origin.locked;
        meetings.push({
          update: passed.update,
          function: entry.facts.name,
          file: entry.file,
          line: passed.chain[0]?.line ?? passed.update.line,
          chain: passed.chain,
          origin: { ...origin, locked },
          conditions: [],
        });
      }
    }
  }
  return meetings;
}

/**
 * Does the way to an update lead through another table than the one with which the folio came? What is called through
 * `folio->mapping->a_ops` stands in the table that has the callback, too. A static function that is called from another
 * file is called so.
 */
function leavesTable(slot: FilledSlot, chain: readonly CallStep[], { program }: TreeAnalysis): boolean {
  return chain.some(({ file, callee, calleeFile }) => {
    if (file === calleeFile || slot.table === null) return false;
    const target = program.resolve(callee, calleeFile);
    if (!target?.facts.isStatic || target.facts.kind === 'macro' || target.file.endsWith('.h')) return false;
    const tables = program.slotsHolding(target).filter(({ struct }) => struct === slot.struct);
    return tables.length > 0 && !tables.some(({ table }) => table === null || table === slot.table);
  });
}

/** The non-atomic updates that owners of folios do in this tree, the most frequent first. */
function ownersUpdates(contexts: readonly CallContext[]): Race[] {
  const updates = new Map<string, Race & { by: string[] }>();
  for (const { update, kind, caller, callee } of contexts) {
    if (kind !== 'owned' || update.atomic || update.word === 'tail') continue;
    const key = `${update.text}|${update.word}`;
    const known = updates.get(key);
    const by = caller === callee ? update.updater : caller.slice(caller.lastIndexOf(':') + 1);
    if (known) {
      if (!known.by.includes(by)) known.by.push(by);
      continue;
    }
    updates.set(key, {
      update: update.text,
      flag: update.flag,
      word: update.word,
      by: [by],
      needs: ['nothing'],
      excludedBy: [],
      flags: {},
      since: null,
      until: null,
      why: 'whoever has just allocated the folio, or frees it, updates its flags without atomic operations',
      source: `${update.file}:${String(update.line)} ${update.updater}()`,
      place: `${update.file}:${String(update.line)}`,
    });
  }
  return [...updates.values()].sort((a, b) => b.by.length - a.by.length);
}

function allContexts(analysis: TreeAnalysis): CallContext[] {
  const contexts: CallContext[] = [];
  for (const { record } of analysis.functions.values()) contexts.push(...record.contexts);
  return contexts;
}

/** Functions (with the update below them) that some caller, near or far, hands an owned folio. */
function ownedCallees(contexts: readonly CallContext[]): ReadonlySet<string> {
  const owned = new Set<string>();
  const passing = new Map<string, string[]>();
  const pending: string[] = [];
  for (const { caller, callee, update, kind } of contexts) {
    const key = `${callee}|${updateKey(update)}`;
    if (kind === 'owned' && !owned.has(key)) {
      owned.add(key);
      pending.push(key);
    }
    if (kind === 'passed' && caller !== callee) {
      const from = `${caller}|${updateKey(update)}`;
      passing.set(from, [...(passing.get(from) ?? []), key]);
    }
  }
  for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
    for (const next of passing.get(key) ?? []) {
      if (owned.has(next)) continue;
      owned.add(next);
      pending.push(next);
    }
  }
  return owned;
}

function updateKey(update: FlagUpdate): string {
  return `${update.file}:${update.updater}:${update.line}:${update.identity}`;
}

/**
 * Where a hazard belongs: the deepest function on the way to the update that is never handed an owned folio.
 * Where some callers are right, the wrong one is meant; where none is, the function itself.
 */
function placeOf(meeting: Meeting, analysis: TreeAnalysis, owned: ReadonlySet<string>): string {
  for (let index = meeting.chain.length - 1; index >= 0; index--) {
    const step = meeting.chain[index]!;
    const entry = analysis.program.resolve(step.callee, step.calleeFile);
    if (!entry || entry.facts.kind === 'macro') continue;
    if (!owned.has(`${entry.key}|${updateKey(meeting.update)}`)) return step.callee;
  }
  return meeting.function;
}
