import { createHash } from 'node:crypto';
import type { Cause } from '../analysis/cause.js';
import type { Hazard } from '../analysis/hazards.js';
import { isReferenced, type Step } from '../analysis/origin.js';
import type { Meeting, Word } from '../analysis/summary.js';
import type { FlagMeaning, Ownership, Visibility } from '../folio/contract.js';
import { calleeOf, callersOf, type FindingCaller } from './callers.js';
import { racesOf, type FindingRace } from './races.js';
import type { AnalysedTree } from './side.js';
import type { Check, Level } from '../rules/check.js';
import { judge } from '../rules/judge.js';
import { waysOut } from '../rules/ways-out.js';
import { updateSays } from '../rules/words.js';

export type { Level };

/** One way in which a folio that others can see gets to the update. */
export interface FindingOrigin {
  readonly ownership: Ownership;
  /** What made the folio: the first step in words. */
  readonly from: string;
  /** Where in the function of the finding: the call that leads to the update, or the update. */
  readonly file: string;
  readonly line: number;
  /** Is there a reference to it? One that was got blindly does not tell whose folio it is. */
  readonly referenced: boolean;
  /** Where others can see it. */
  readonly visible: readonly Visibility[];
  /** The folio lock there: held, not held, or null for not known. */
  readonly locked: boolean | null;
  /** From the folio's source over its publication and the calls down to the update. */
  readonly path: readonly Step[];
}

/** A hazard that a patch introduced, or (among `resolved`) removed. */
export interface Finding {
  readonly check: Check;
  /** Id of the check. */
  readonly rule: string;
  /** One line: what the check finds. */
  readonly title: string;
  /** The page that explains the check; null where a check of one's own has none. */
  readonly link: string | null;
  readonly severity: Level;
  readonly confidence: Level;
  /** Number of the patch that introduces it (of one that resolves it, among `resolved`), from 1. */
  readonly patch: number;
  /** Number of the later patch of the series that removes it again, or null. */
  readonly resolvedBy: number | null;
  /** Null among `resolved`. */
  readonly because: Cause | null;
  readonly in: string;
  readonly updater: string;
  /** As the code has it: `__folio_set_swapbacked`. */
  readonly update: string;
  /** An atomic update is a matter only where the folio may be somebody else's. */
  readonly atomic: boolean;
  readonly flag: string;
  readonly word: Word;
  readonly file: string;
  readonly line: number;
  readonly origins: readonly FindingOrigin[];
  readonly races: readonly FindingRace[];
  /** The function that `in` passes the folio to; null when `in` holds the update itself. */
  readonly callee: string | null;
  /** Who else calls it, and with what. */
  readonly callers: readonly FindingCaller[];
  /** The same for the same finding in another version of the patch. */
  readonly id: string;
  readonly advice: readonly string[];
  /** The ways out that change nothing but the update itself. */
  readonly inPlace: InPlace;
  readonly message: string;
}

/** What can be done about an update where it stands. */
export interface InPlace {
  /** The accessor to test the flag with in front of it, where that is enough; else null. */
  readonly test: string | null;
  /** The atomic accessor to call instead; null where the tree has none. */
  readonly accessor: string | null;
}

/** What findings are judged by and explained with, beside the hazard itself. */
export interface FindingBackground {
  /** The tree that has the hazard. */
  readonly tree: Pick<AnalysedTree, 'program' | 'report'>;
  readonly rules: { readonly checks: readonly Check[]; readonly meanings: readonly FlagMeaning[] };
}

/** Puts a hazard into the words of a report. Null when no check makes it a finding. */
export function findingOf(
  hazard: Hazard,
  because: Cause | null,
  patch: number,
  { tree, rules }: FindingBackground,
): Finding | null {
  const { update } = hazard;
  const described = {
    because,
    confidence: confidenceOf(hazard),
    in: hazard.in,
    callee: calleeOf(hazard),
    updater: update.updater,
    update: update.text,
    atomic: update.atomic,
    flag: update.flag,
    word: update.word,
    file: update.file,
    line: update.line,
    origins: originsOf(hazard),
    races: racesOf(hazard, tree.program),
  };
  const ways = waysOut(hazard, {
    hasAccessor: (name) => tree.program.model.accessors.has(name),
    meanings: rules.meanings,
  });
  const verdict = judge(described, ways, rules.checks);
  if (verdict === null) return null;
  const { check, severity, message, advice } = verdict;
  return {
    ...described,
    check,
    rule: check.id,
    title: check.title,
    link: check.links[0] ?? null,
    severity,
    patch,
    resolvedBy: null,
    callers: callersOf(hazard, tree.report),
    id: findingId(hazard),
    advice,
    inPlace: { test: ways.testIsEnough ? ways.test : null, accessor: ways.atomicAccessor },
    message,
  };
}

/** The `id` of the finding that a hazard is. */
export function findingId({ key }: Hazard): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

/** One per way: folios that come the same way, and can be seen in different places, are one to a reader. */
function originsOf(hazard: Hazard): FindingOrigin[] {
  const ways = new Map<string, FindingOrigin>();
  for (const meeting of hazard.meetings) {
    const { origin } = meeting;
    const place = placeIn(hazard.in, meeting);
    const made: FindingOrigin = {
      ownership: origin.ownership === 'passed' ? 'unknown' : origin.ownership,
      from: origin.steps[0]?.says ?? 'not known',
      file: place.file,
      line: place.line,
      referenced: origin.ownership === 'shared' || isReferenced(origin),
      visible: [...origin.visible],
      locked: origin.locked === 'passed' ? null : origin.locked,
      path: pathOf(meeting),
    };
    const key = JSON.stringify([made.ownership, made.file, made.line, made.path]);
    const known = ways.get(key);
    ways.set(key, known ? joinOrigins(known, made) : made);
  }
  return [...ways.values()];
}

function joinOrigins(a: FindingOrigin, b: FindingOrigin): FindingOrigin {
  const visible = [...new Set([...a.visible, ...b.visible])];
  return { ...a, visible, locked: a.locked === b.locked ? a.locked : null };
}

/** Where in the function of the finding: not where the folio is first seen to be visible, which may be above it. */
function placeIn(name: string, meeting: Meeting): { readonly file: string; readonly line: number } {
  const step = meeting.chain.find((step) => step.function === name);
  if (step) return step;
  return name === meeting.update.updater ? meeting.update : meeting;
}

function pathOf(meeting: Meeting): Step[] {
  const { update } = meeting;
  return [
    ...joinPublications(meeting.origin.steps),
    ...meeting.chain.map((step) => ({
      function: step.function,
      file: step.file,
      line: step.line,
      says: `calls ${step.callee}()`,
    })),
    {
      function: update.updater,
      file: update.file,
      line: update.line,
      says: updateSays(update.text, update.atomic),
    },
  ];
}

/** One call may make a folio visible in several places; that is one step to a reader. */
function joinPublications(steps: readonly Step[]): Step[] {
  const joined: Step[] = [];
  for (const step of steps) {
    const last = joined.at(-1);
    const [what, place] = step.says.split(' makes it visible: ');
    const same = last?.file === step.file && last.line === step.line && last.function === step.function;
    if (same && place !== undefined && last.says.startsWith(`${what!} makes it visible: `)) {
      joined[joined.length - 1] = { ...last, says: `${last.says}, ${place}` };
    } else {
      joined.push(step);
    }
  }
  return joined;
}

function confidenceOf(hazard: Hazard): Level {
  const direct = hazard.meetings.some(
    ({ origin }) => origin.ownership === 'shared' && origin.visible.size > 0,
  );
  if (!direct) return 'medium';
  return hazard.meetings.every((meeting) => meeting.chain.length <= 3) ? 'high' : 'medium';
}
