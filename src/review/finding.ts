import { createHash } from 'node:crypto';
import type { Cause } from '../analysis/cause.js';
import type { Hazard } from '../analysis/hazards.js';
import type { Step } from '../analysis/origin.js';
import type { Meeting, Word } from '../analysis/summary.js';
import type { Ownership } from '../folio/contract.js';

export type Level = 'high' | 'medium' | 'low';

/** One way in which a folio that others can see gets to the update. */
export interface FindingOrigin {
  readonly ownership: Ownership;
  /** What made the folio: the first step in words. */
  readonly from: string;
  /** Where in the function of the finding: the call that leads to the update, or the update. */
  readonly file: string;
  readonly line: number;
  /** Where others can see it. */
  readonly visible: readonly string[];
  /** The folio lock there: held, not held, or null for not known. */
  readonly locked: boolean | null;
  /** From the folio's source over its publication and the calls down to the update. */
  readonly path: readonly Step[];
}

/** An atomic update by somebody else that the non-atomic one can lose. */
export interface FindingRace {
  readonly update: string;
  readonly by: readonly string[];
  readonly why: string;
}

/** A hazard that a patch introduced, or (among `resolved`) removed. */
export interface Finding {
  readonly rule: string;
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
  readonly flag: string;
  readonly word: Word;
  readonly file: string;
  readonly line: number;
  readonly origins: readonly FindingOrigin[];
  readonly races: readonly FindingRace[];
  /** The same for the same finding in another version of the patch. */
  readonly id: string;
  readonly advice: readonly string[];
  readonly message: string;
}

/** The check that a cause belongs to. */
const RULES: Readonly<Record<Cause, string>> = {
  'new-caller': 'widened-non-atomic-update',
  'widened-caller': 'widened-non-atomic-update',
  'new-update': 'non-atomic-update-on-shared-folio',
  'downgraded-update': 'non-atomic-update-on-shared-folio',
  'guard-removed': 'guard-removed',
  'protection-removed': 'ownership-lost',
  'published-earlier': 'published-before-update',
  'reference-moved': 'speculative-update',
};

/** Puts a hazard into the words of a report. */
export function findingOf(hazard: Hazard, because: Cause | null, patch: number): Finding {
  const { update } = hazard;
  const origins = originsOf(hazard);
  const races = racesOf(hazard);
  return {
    rule: because ? RULES[because] : 'widened-non-atomic-update',
    severity: severityOf(hazard),
    confidence: confidenceOf(hazard),
    patch,
    resolvedBy: null,
    because,
    in: hazard.in,
    updater: update.updater,
    update: update.text,
    flag: update.flag,
    word: update.word,
    file: update.file,
    line: update.line,
    origins,
    races,
    id: createHash('sha256').update(hazard.key).digest('hex').slice(0, 12),
    advice: adviceOf(hazard, because),
    message: messageOf(hazard, origins, races),
  };
}

function originsOf(hazard: Hazard): FindingOrigin[] {
  return hazard.meetings.map((meeting) => {
    const { origin } = meeting;
    return {
      ownership: origin.ownership === 'passed' ? 'unknown' : origin.ownership,
      from: origin.steps[0]?.says ?? 'not known',
      file: meeting.file,
      line: meeting.line,
      visible: [...origin.visible],
      locked: origin.locked === 'passed' ? null : origin.locked,
      path: pathOf(meeting),
    };
  });
}

function pathOf(meeting: Meeting): Step[] {
  const { update } = meeting;
  return [
    ...meeting.origin.steps,
    ...meeting.chain.map((step) => ({
      function: step.function,
      file: step.file,
      line: step.line,
      says: `calls ${step.callee}()`,
    })),
    { function: update.updater, file: update.file, line: update.line, says: `${update.text} is not atomic` },
  ];
}

function racesOf(hazard: Hazard): FindingRace[] {
  const byUpdate = new Map<string, FindingRace>();
  for (const race of hazard.races) {
    const known = byUpdate.get(race.update);
    const by = [...new Set([...(known?.by ?? []), ...race.by])];
    byUpdate.set(race.update, { update: race.update, by, why: known?.why ?? race.why });
  }
  return [...byUpdate.values()];
}

function severityOf(hazard: Hazard): Level {
  return hazard.races.length > 2 ? 'high' : 'medium';
}

function confidenceOf(hazard: Hazard): Level {
  const direct = hazard.meetings.some(
    ({ origin }) => origin.ownership === 'shared' && origin.visible.size > 0,
  );
  if (!direct) return 'medium';
  return hazard.meetings.every((meeting) => meeting.chain.length <= 3) ? 'high' : 'medium';
}

function adviceOf(hazard: Hazard, because: Cause | null): string[] {
  const advice: string[] = [];
  const atomic = hazard.update.text.startsWith('__') ? hazard.update.text.slice(2) : null;
  if (because === 'published-earlier') {
    advice.push(`Update the flag before the folio becomes visible.`);
  }
  if (because === 'guard-removed')
    advice.push(`Keep the test of ${hazard.update.flag} in front of the update.`);
  if (atomic && !atomic.includes('(')) advice.push(`Use the atomic ${atomic}().`);
  else advice.push('Use an atomic operation on the flags word.');
  return advice;
}

function messageOf(hazard: Hazard, origins: readonly FindingOrigin[], races: readonly FindingRace[]): string {
  const { update } = hazard;
  const where = hazard.in === update.updater ? '' : `${hazard.in}() passes `;
  const visible = [...new Set(origins.flatMap((origin) => origin.visible))];
  const seen = visible.length > 0 ? `visible through the ${visible.join(' and the ')}` : 'visible to others';
  const what = where
    ? `${where}a folio to ${update.updater}() that is ${seen}`
    : `the folio in ${update.updater}() is ${seen}`;
  const racing = races.slice(0, 3).map((race) => race.update);
  return `${what}, and ${update.text}() there is a plain read, modify and write of its flags word: it can lose ${racing.join(', ')}.`;
}
