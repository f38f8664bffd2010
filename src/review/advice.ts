import type { Cause } from '../analysis/cause.js';
import { guardHolds } from '../analysis/guard.js';
import type { Hazard } from '../analysis/hazards.js';
import type { Meeting } from '../analysis/summary.js';
import type { FlagMeaning } from '../folio/contract.js';
import { bitOperation } from '../analysis/update.js';
import { seenThrough, updateName } from './message.js';

/** What advice is founded on beside the hazard itself. */
export interface AdviceBackground {
  /** Is there an accessor of that name in the tree? */
  readonly hasAccessor: (name: string) => boolean;
  readonly meanings: readonly FlagMeaning[];
}

/** The ways out, the cheapest first. Without a background only those that need none. */
export function adviceOf(
  hazard: Hazard,
  because: Cause | null,
  background: AdviceBackground | null,
): string[] {
  return [
    protect(because),
    updateFirst(hazard),
    background && testFirst(hazard, background),
    because === 'downgraded-update'
      ? 'Leave it atomic, as it was before the patch.'
      : atomically(hazard, background),
  ].filter((advice) => advice !== null);
}

function protect(because: Cause | null): string | null {
  if (because !== 'protection-removed') return null;
  return 'Do it where others are kept out, as before the patch: by a frozen refcount, a refcount that was tested, or the lock.';
}

/** A folio that this code has made itself can be finished before it is shown. */
function updateFirst(hazard: Hazard): string | null {
  if (!hazard.meetings.every(({ origin }) => origin.unique)) return null;
  const { update } = hazard;
  const shown = new Set<string>();
  for (const { origin } of hazard.meetings) {
    const step = origin.steps.find(({ says }) => says.includes('makes it visible'));
    if (step) shown.add(`${step.says.split(' ')[0]!} (${step.file}:${step.line})`);
  }
  const [first] = shown;
  const before =
    shown.size === 1 ? `before ${first!} makes the folio visible` : 'before the folio becomes visible';
  return `${/^\w+$/.test(update.text) ? 'Call' : 'Do'} ${updateName(update.text)} ${before}.`;
}

/** Sound only where whoever gets there has the flag set already, and keeps it. */
function testFirst(hazard: Hazard, { hasAccessor, meanings }: AdviceBackground): string | null {
  const { update } = hazard;
  const test = testOf(update.text);
  if (update.operation !== 'set' || test === null || !hasAccessor(test)) return null;
  const tested = hazard.meetings.map((meeting): Meeting => ({
    ...meeting,
    origin: { ...meeting.origin, tested: { ...meeting.origin.tested, [update.flag]: false } },
  }));
  if (!tested.every((meeting) => guardHolds(meeting, meanings))) return null;
  return `Test first, if (!${test}(...)): ${whySet(hazard, meanings)}, so that only folios nobody else can see yet are updated.`;
}

function whySet({ update, meetings }: Hazard, meanings: readonly FlagMeaning[]): string {
  const meaning = meanings.find(({ flag }) => flag === update.flag);
  const implying = (meaning?.impliedBy ?? [])
    .filter(({ where }) => where === null)
    .map(({ visible }) => visible);
  const reasons = new Set<string>();
  for (const { origin } of meetings) {
    const place = implying.find(
      (visible) => visible.length > 0 && visible.every((at) => origin.visible.has(at)),
    );
    const through = place && seenThrough(place);
    if (through) {
      reasons.add(`a folio in ${through} has ${update.flag} set, and nothing clears it while it is there`);
    } else if (origin.unique) {
      reasons.add(`a folio that is made here has ${update.flag} set before it becomes visible`);
    } else {
      reasons.add(`${update.flag} is set already on a folio that gets there`);
    }
  }
  return [...reasons].sort().join('; ');
}

function atomically(hazard: Hazard, background: AdviceBackground | null): string {
  const { text, operation, flag } = hazard.update;
  if (flag === 'flags') return 'Change the word with one atomic operation, such as set_mask_bits().';
  const one = operation === 'set' ? 'set_bit()' : operation === 'clear' ? 'clear_bit()' : null;
  const instead = one === null ? 'an atomic operation' : `${one}, which is atomic`;
  const atomic = /^__\w+$/.test(text) ? text.slice(2) : null;
  if (atomic === null) return `Use ${instead}.`;
  const exists = bitOperation(atomic) !== null || (background?.hasAccessor(atomic) ?? true);
  return exists ? `Use the atomic ${atomic}().` : `Use ${instead}: page-flags.h has no ${atomic}().`;
}

/** `__folio_set_x` → `folio_test_x`, `__SetPageX` → `PageX`. */
function testOf(text: string): string | null {
  const folio = /^__folio_set_(\w+)$/.exec(text);
  if (folio) return `folio_test_${folio[1]!}`;
  const page = /^__SetPage(\w+)$/.exec(text);
  return page ? `Page${page[1]!}` : null;
}
