import type { Described } from './facts.js';
import type { Values } from './template.js';
import type { WaysOut } from './ways-out.js';
import { isCallable, listed, seenThrough, updateName, wordName } from './words.js';

/** What the text of a check can say; docs/rules.md tells what each is. */
export const TEXT_PLACEHOLDERS = [
  'meeting',
  'not_atomic',
  'cause',
  'function',
  'callee',
  'updater',
  'updates',
  'several',
  'atomic',
  'flag',
  'seen',
  'word',
] as const;

/** What advice can say besides. */
export const ADVICE_PLACEHOLDERS = [
  ...TEXT_PLACEHOLDERS,
  'update',
  'callable',
  'whole_word',
  'publisher',
  'test',
  'why_set',
  'atomic_accessor',
  'missing_accessor',
  'bit_operation',
] as const;

/** Those that may be missing, which a text must ask for before it says them. */
export const MAY_BE_MISSING: readonly string[] = [
  'callee',
  'publisher',
  'test',
  'why_set',
  'atomic_accessor',
  'missing_accessor',
  'bit_operation',
];

/** Findings that differ in nothing but the update, told as one. */
export type Together = readonly [Described, ...Described[]];

/** Values for the text of a check. */
export function textValues(together: Together): Values {
  const [first] = together;
  const several = together.length > 1;
  const updates = listed(together.map(({ update }) => updateName(update)));
  const word = wordName(first.word);
  const seen = howSeen(first.origins);
  return {
    meeting: meetingOf(first, seen),
    not_atomic: several
      ? `${updates} are not atomic: each loads ${word}, changes it and stores it`
      : `${updates} is not atomic: it loads ${word}, changes it and stores it`,
    cause: first.because ?? 'none',
    function: first.in,
    callee: first.callee,
    updater: first.updater,
    updates,
    several,
    atomic: first.atomic,
    flag: listed([...new Set(together.map(({ flag }) => flag))]),
    seen,
    word,
  };
}

/** Values for advice. */
export function adviceValues(described: Described, ways: WaysOut): Values {
  const { update } = described;
  return {
    ...textValues([described]),
    update: updateName(update),
    callable: isCallable(update),
    whole_word: described.flag === 'flags',
    publisher: ways.publisher,
    test: ways.test,
    why_set: ways.whySet,
    atomic_accessor: ways.atomicAccessor,
    missing_accessor: ways.missingAccessor,
    bit_operation: ways.bitOperation,
  };
}

/** "print_page() passes a folio that is visible through the LRU to ink_folio(), where": the update comes next. */
function meetingOf({ in: name, callee, updater }: Described, seen: string): string {
  if (callee === null) return `In ${name}() the folio ${seen}, and`;
  const direct = callee === updater;
  // What says why has to come to its end before more is said.
  if (seen.includes(',')) {
    return `${name}() passes ${callee}() a folio that ${seen}; ${direct ? 'there' : `that leads to ${updater}(), where`}`;
  }
  return `${name}() passes a folio that ${seen} to ${callee}(), ${direct ? 'where' : `which leads to ${updater}(), where`}`;
}

function howSeen(origins: Described['origins']): string {
  if (origins.length > 0 && origins.every(({ ownership }) => ownership === 'speculative')) {
    return origins.some(({ referenced }) => !referenced)
      ? "was found without a reference and may be somebody else's by now"
      : "may be somebody else's, because it was not looked at again since its reference was taken";
  }
  const through = seenThrough(origins.flatMap(({ visible }) => visible));
  return through === null ? 'may be visible to others' : `is visible through ${through}`;
}
