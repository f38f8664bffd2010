import type { RuleData } from '../folio/contract.js';
import { rulesOfVersion } from '../folio/rules-of-version.js';
import { bitOperation } from '../analysis/update.js';
import type { Snapshot } from './snapshot.js';
import type { Line } from './text.js';
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
  const added = touched.filter(({ release }) => release === null).map(candidate);
  if (added.length === 0) return touched;
  const tells = tellsOf(snapshot, rules);
  // Whoever names a function that may have a part may have one, too.
  const partakers = closure(
    added.filter(({ shown }) => mayTouchFolios(shown, tells)),
    added,
    ({ names }) => names,
    ({ words }) => words,
  );
  if (partakers.size === added.length) return touched;
  const others = touched.filter(({ release }) => release !== null).map(candidate);
  const concerned = closure(
    [...others, ...partakers],
    added,
    ({ words }) => words,
    ({ names }) => names,
  );
  const left = new Set(added.filter((one) => !concerned.has(one)).map(({ item }) => item));
  return touched.filter((item) => !left.has(item));
}

interface Candidate {
  readonly item: TouchedFunction;
  readonly shown: Shown;
}

function candidate(item: TouchedFunction): Candidate {
  return { item, shown: new Shown(item) };
}

/** Some functions, and all others that are reached from them: those that are sought by what these give. */
function closure(
  some: Iterable<Candidate>,
  all: readonly Candidate[],
  given: (shown: Shown) => ReadonlySet<string>,
  sought: (shown: Shown) => ReadonlySet<string>,
): ReadonlySet<Candidate> {
  const reached = new Set(some);
  const offered = new Set<string>();
  for (const { shown } of reached) {
    for (const word of given(shown)) offered.add(word);
  }
  for (let size = -1; size !== reached.size;) {
    size = reached.size;
    for (const one of all) {
      if (reached.has(one) || !isAmong(sought(one.shown), offered)) continue;
      reached.add(one);
      for (const word of given(one.shown)) offered.add(word);
    }
  }
  return reached;
}

/** What a series shows of a function, at any of its stages. */
class Shown {
  readonly text: string;
  readonly words: ReadonlySet<string>;
  private readonly stages: TouchedFunction['stages'];
  private knownNames: ReadonlySet<string> | null = null;

  constructor({ stages }: TouchedFunction) {
    this.stages = stages;
    const lines = new Set<Line>();
    for (const stage of new Set(stages)) for (const line of stage ?? []) lines.add(line);
    const texts: string[] = [];
    for (const { text } of lines) if (text !== null) texts.push(text);
    this.text = texts.join('\n');
    this.words = new Set(this.text.match(/[A-Za-z_]\w*/g));
  }

  /** Words of its head that stand in front of a parenthesis: its name is one of them. */
  get names(): ReadonlySet<string> {
    return (this.knownNames ??= new Set(
      [...new Set(this.stages)].flatMap((stage) => (stage ? [...wordsBeforeParentheses(headOf(stage))] : [])),
    ));
  }

  /** The functions, or members, that it calls. */
  get called(): ReadonlySet<string> {
    return wordsBeforeParentheses(this.text);
  }
}

function headOf(stage: NonNullable<TouchedFunction['stages'][number]>): string {
  const end = stage.findIndex(({ text }) => text?.includes('{') === true);
  // All of a macro may be its name.
  return (end < 0 ? stage : stage.slice(0, end + 1)).map(({ text }) => text ?? '').join('\n');
}

function wordsBeforeParentheses(text: string): ReadonlySet<string> {
  return new Set(text.match(/\w+(?=\s*\)?\s*\()/g) ?? []);
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

function mayTouchFolios(shown: Shown, tells: Tells): boolean {
  if (SIGNS.test(shown.text)) return true;
  for (const word of shown.words) if (tells.ofFunction(word)) return true;
  for (const name of shown.called) if (tells.ofMember(name)) return true;
  return false;
}

function isAmong(words: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const word of words) if (others.has(word)) return true;
  return false;
}
