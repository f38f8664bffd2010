import { guardHolds } from '../analysis/guard.js';
import type { Hazard } from '../analysis/hazards.js';
import type { Origin } from '../analysis/origin.js';
import type { FlagUpdate, Meeting } from '../analysis/summary.js';
import { bitOperation } from '../analysis/update.js';
import type { FlagMeaning } from '../folio/contract.js';
import { isCallable, seenThrough } from './words.js';

/** What advice is founded on beside the hazard itself. */
export interface AdviceBackground {
  /** Is there an accessor of that name in the tree? */
  readonly hasAccessor: (name: string) => boolean;
  readonly meanings: readonly FlagMeaning[];
}

/** What can be done about a hazard, as far as it takes more than looking at it. */
export interface WaysOut {
  /** All folios that get there were allocated on the way, and shown before the flag was as the update leaves it. */
  readonly madeHere: boolean;
  /** Where it shows them, "folio_add_lru() (mm/a.c:12)"; null where that is not in one place. */
  readonly publisher: string | null;
  /** The accessor that tests the flag; null where the tree has none. */
  readonly test: string | null;
  /** Is a test in front of the update enough? Only where whoever gets there has the flag set already, and keeps it. */
  readonly testIsEnough: boolean;
  /** Why it is; null where it is not. */
  readonly whySet: string | null;
  /** The atomic form of the update, if the tree has it. */
  readonly atomicAccessor: string | null;
  /** The name that it would have, where the tree has none. */
  readonly missingAccessor: string | null;
  /** The atomic bit operation that does the same; null where there is none. */
  readonly bitOperation: string | null;
}

/** Works out what can be done about a hazard. */
export function waysOut(hazard: Hazard, background: AdviceBackground): WaysOut {
  const test = testOf(hazard.update.text);
  const known = test !== null && background.hasAccessor(test) ? test : null;
  const testIsEnough = known !== null && isTestEnough(hazard, background.meanings);
  const madeHere = hazard.meetings.every(({ origin }) => origin.unique && !isDone(hazard.update, origin));
  return {
    madeHere,
    publisher: madeHere ? publisherOf(hazard) : null,
    test: known,
    testIsEnough,
    whySet: testIsEnough ? whySet(hazard, background.meanings) : null,
    ...atomicForms(hazard.update, background),
  };
}

/** Is the flag known to be as the update leaves it? Then doing that earlier is no way out: it was done earlier. */
function isDone({ operation, flag }: FlagUpdate, { flags }: Origin): boolean {
  return (operation === 'set' || operation === 'clear') && flags[flag] === (operation === 'set');
}

function publisherOf({ meetings }: Hazard): string | null {
  const shown = new Set<string>();
  for (const { origin } of meetings) {
    const step = origin.steps.find(({ says }) => says.includes('makes it visible'));
    if (step) shown.add(`${step.says.split(' ')[0]!} (${step.file}:${step.line})`);
  }
  const [first] = shown;
  return shown.size === 1 ? first! : null;
}

function isTestEnough({ update, meetings }: Hazard, meanings: readonly FlagMeaning[]): boolean {
  if (update.operation !== 'set') return false;
  const tested = meetings.map((meeting): Meeting => ({
    ...meeting,
    origin: { ...meeting.origin, tested: { ...meeting.origin.tested, [update.flag]: false } },
  }));
  return tested.every((meeting) => guardHolds(meeting, meanings));
}

function whySet({ update, meetings }: Hazard, meanings: readonly FlagMeaning[]): string {
  const meaning = meanings.find(({ flag }) => flag === update.flag);
  const implying = (meaning?.impliedBy ?? [])
    .filter(({ where }) => where === null)
    .map(({ visible }) => visible);
  const places = new Set<string>();
  const left = new Set<string>();
  let isNew = false;
  let isOther = false;
  for (const { origin } of meetings) {
    const place = implying.find(
      (visible) => visible.length > 0 && visible.every((at) => origin.visible.has(at)),
    );
    const through = place && seenThrough(place);
    if (through) places.add(through);
    else if (origin.unique) isNew = true;
    else {
      const found = origin.steps[0]?.says ?? '';
      const before = implying.find(
        (visible) => visible.length > 0 && visible.every((at) => found.includes(at)),
      );
      const source = before && seenThrough(before);
      if (source) left.add(source);
      else isOther = true;
    }
  }
  const reasons = [...places].map(
    (through) =>
      `a folio in ${through} has ${update.flag} set, and ` +
      (left.has(through) ? 'keeps it when it leaves' : 'nothing clears it there'),
  );
  for (const through of left) {
    if (!places.has(through)) reasons.push(`a folio that was in ${through} has ${update.flag} set still`);
  }
  if (isNew) reasons.push(`a new folio has ${update.flag} set before it becomes visible`);
  if (isOther && reasons.length > 0) reasons.push('others have it set already');
  return reasons.length > 0 ? reasons.join('; ') : `${update.flag} is set already on a folio that gets there`;
}

function atomicForms(
  { text, operation }: FlagUpdate,
  { hasAccessor }: AdviceBackground,
): Pick<WaysOut, 'atomicAccessor' | 'missingAccessor' | 'bitOperation'> {
  const atomic = isCallable(text) && text.startsWith('__') ? text.slice(2) : null;
  const exists = atomic !== null && (bitOperation(atomic) !== null || hasAccessor(atomic));
  return {
    atomicAccessor: exists ? atomic : null,
    missingAccessor: exists ? null : atomic,
    bitOperation: operation === 'set' ? 'set_bit' : operation === 'clear' ? 'clear_bit' : null,
  };
}

/** `__folio_set_x` → `folio_test_x`, `__SetPageX` → `PageX`. */
function testOf(text: string): string | null {
  const folio = /^__folio_set_(\w+)$/.exec(text);
  if (folio) return `folio_test_${folio[1]!}`;
  const page = /^__SetPage(\w+)$/.exec(text);
  return page ? `Page${page[1]!}` : null;
}
