import type { RuleData } from '../folio/contract.js';
import { rulesOfVersion } from '../folio/rules-of-version.js';
import { bitOperation } from '../analysis/update.js';
import type { Snapshot } from './snapshot.js';
import type { TouchedFunction } from './touched.js';

/**
 * The functions that a series touches, without those that it adds and that can have no part in a hazard: they have no
 * folio, nothing that changes flags, and name no function of which the release tells anything; and whoever is left
 * names none of them. What such a function comes to nobody would ask.
 */
export function concernedFunctions(
  touched: readonly TouchedFunction[],
  snapshot: Snapshot,
  rules: RuleData,
): readonly TouchedFunction[] {
  const tells = tellsOf(snapshot, rules);
  const all = touched.map((item) => ({ item, shown: shownOf(item) }));
  const added = all.filter(({ item }) => item.release === null);
  // Whoever names a function that may have a part may have one, too.
  const partakers = closure(
    added.filter(({ shown }) => mayTouchFolios(shown, tells)),
    added,
    ({ names }) => names,
    ({ words }) => words,
  );
  const asking = all.filter((one) => one.item.release !== null || partakers.has(one));
  const concerned = closure(
    asking,
    added,
    ({ words }) => words,
    ({ names }) => names,
  );
  return concerned.size === all.length
    ? touched
    : all.filter((one) => concerned.has(one)).map(({ item }) => item);
}

interface Candidate {
  readonly item: TouchedFunction;
  readonly shown: Shown;
}

/** Some functions, and all others that are reached from them: those that are sought by what these give. */
function closure(
  some: readonly Candidate[],
  all: readonly Candidate[],
  given: (shown: Shown) => readonly string[],
  sought: (shown: Shown) => readonly string[],
): ReadonlySet<Candidate> {
  const reached = new Set(some);
  const offered = new Set<string>();
  for (const { shown } of reached) {
    for (const word of given(shown)) offered.add(word);
  }
  for (let size = -1; size !== reached.size;) {
    size = reached.size;
    for (const one of all) {
      if (reached.has(one) || !sought(one.shown).some((word) => offered.has(word))) continue;
      reached.add(one);
      for (const word of given(one.shown)) offered.add(word);
    }
  }
  return reached;
}

/** What a series shows of a function, at any of its stages. */
interface Shown {
  readonly text: string;
  readonly words: readonly string[];
  /** Words of its head that stand in front of a parenthesis: its name is one of them. */
  readonly names: readonly string[];
  /** The functions, or members, that it calls. */
  readonly called: readonly string[];
}

function shownOf({ stages }: TouchedFunction): Shown {
  const lines = new Set(stages.flatMap((stage) => stage ?? []));
  const text = [...lines].map((line) => line.text ?? '').join('\n');
  const heads = new Set(stages.flatMap((stage) => (stage ? [headOf(stage)] : [])));
  return {
    text,
    words: [...new Set(text.match(/[A-Za-z_]\w*/g))],
    names: wordsBeforeParentheses([...heads].join('\n')),
    called: wordsBeforeParentheses(text),
  };
}

function headOf(stage: NonNullable<TouchedFunction['stages'][number]>): string {
  const end = stage.findIndex(({ text }) => text?.includes('{') === true);
  // All of a macro may be its name.
  return (end < 0 ? stage : stage.slice(0, end + 1)).map(({ text }) => text ?? '').join('\n');
}

function wordsBeforeParentheses(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/(\w+)\s*\)?\s*\(/g)].map(([, word]) => word!))];
}

/** What is known of names. */
interface Tells {
  /** Does the release, or a rule, tell anything of such a function? */
  readonly ofFunction: (name: string) => boolean;
  /** The same of whatever is called through a member. */
  readonly ofMember: (name: string) => boolean;
}

function tellsOf(snapshot: Snapshot, rules: RuleData): Tells {
  const { contracts, callbacks } = rulesOfVersion(rules, snapshot.version);
  const members = new Set([...callbacks.keys()].map((key) => key.slice(key.indexOf('.') + 1)));
  return {
    ofFunction: (name) =>
      snapshot.knows(name) ||
      snapshot.model.accessors.has(name) ||
      contracts.has(name) ||
      bitOperation(name) !== null,
    ofMember: (name) => members.has(name) || snapshot.slotsNamed(name).length > 0,
  };
}

/** A folio or page, or a word of flags. */
const SIGNS = /\bstruct (?:folio|page|slab|ptdesc)\b|(?:->|\.)\s*\w*flags/;

function mayTouchFolios({ text, words, called }: Shown, tells: Tells): boolean {
  return SIGNS.test(text) || words.some(tells.ofFunction) || called.some(tells.ofMember);
}
