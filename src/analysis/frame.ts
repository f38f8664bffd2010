import { equality } from './condition.js';
import { meetOrigins, standingKey, type Origin } from './origin.js';
import { memoryKey, type StateKey } from './state-key.js';
import { factKey, meetFacts, State, type Fact } from './state.js';
import { conditionsOf } from './constraint.js';
import type { Condition } from './summary.js';
import { familyOf, parameter, result, subpage, termOf, type Term } from './term.js';

/**
 * What may hold where a line of a function begins, on one path or on several that agree about folios: as much of a
 * State as has a meaning without the code in front of the line.
 */
export interface Frame {
  /** Variables that hold folios, or point to where pages are. */
  readonly variables: readonly (readonly [name: string, value: Term])[];
  /**
   * What other variables hold, in terms of what the callers passed. Null: a parameter holds something else than what
   * was passed for it, and nobody knows what.
   */
  readonly values: readonly (readonly [name: string, value: Term | null])[];
  /** Memory behind what the callers passed. */
  readonly memory: readonly (readonly [base: Term, name: string, value: Term])[];
  readonly origins: readonly (readonly [folio: Term, origin: Origin])[];
  readonly facts: readonly Condition[];
  /** What local containers hold. */
  readonly contents: readonly (readonly [container: Term, held: readonly Origin[]])[];
}

/** What is kept of a function's variables and of what is known there. */
export interface FrameInterest {
  /** Variables whose values are kept even where they are no folio: NULL, or a parameter's field. */
  readonly pointers: ReadonlySet<string>;
  /** Other variables of which a caller may know what they hold. */
  readonly others: ReadonlySet<string>;
  /** Parameters that get other values somewhere, with their numbers. */
  readonly changed: ReadonlyMap<string, number>;
  /** Names of fields and constants in the conditions on which callees update folios. */
  readonly asked: ReadonlySet<string>;
}

/** Facts about the callers' values that one frame keeps, besides those that updates depend on. */
const CONDITIONS = 8;
/** Frames that one line has; the paths that come later are dropped. */
const FRAMES = 24;
/** Frames of one line that agree about folios, and differ in what updates depend on. */
const VARIANTS = 4;
/** Terms that a variable's value is made of, at most. */
const VALUE_SIZE = 6;

/** Label of the values that a frame names. */
const OWN = '^';

/** Takes from a state what a frame keeps. */
export function frameOf(state: State, interest: FrameInterest): Frame {
  const names = new Map<Term, Term>();
  // Values of the function's own get names that do not depend on the code that made them.
  const nameOf = (value: Term): Term => {
    if (value.kind === 'subpage') return subpage(nameOf(value.base!), value.number);
    if (value.symbolic || value.kind === 'error' || value.kind === 'local') return value;
    let name = names.get(value);
    if (!name) names.set(value, (name = result(names.size, OWN)));
    return name;
  };
  const variables: (readonly [string, Term])[] = [];
  const memory: (readonly [Term, string, Term])[] = [];
  for (const [key, value] of [...state.env].sort(byKey)) {
    const { base, name, text } = key;
    if (text.startsWith('%')) continue;
    const isFolio = state.origins.has(familyOf(value));
    if (base === null) {
      if (isFolio || (interest.pointers.has(text) && (value.symbolic || isConstant(value))))
        variables.push([text, nameOf(value)]);
    } else if (isFolio && base.symbolic && base.isOfCallers) memory.push([base, name, nameOf(value)]);
  }
  const origins: (readonly [Term, Origin])[] = [];
  for (const [folio, origin] of state.origins) {
    const name = folio.symbolic ? folio : names.get(folio);
    if (name && (!folio.symbolic || folio.isOfCallers)) origins.push([name, origin]);
  }
  const facts: Condition[] = [];
  for (const [term, fact] of state.facts) {
    const name = names.get(term);
    if (name) facts.push([name, fact]);
    else if (term.kind === 'operation' && term.name === '==' && term.other) {
      const sides = [term.base!, term.other].map((side) => names.get(side) ?? (side.symbolic ? side : null));
      if (sides[0] && sides[1] && !term.symbolic) facts.push([equality(sides[0], sides[1]), fact]);
    }
  }
  const [decisive, others] = conditionsApart(state, interest.asked);
  facts.push(...decisive, ...others.slice(0, CONDITIONS));
  const contents = [...state.contents].filter(([container]) => container.kind === 'local');
  return { variables, values: valuesOf(state, interest), memory, origins, facts, contents };
}

/** What is known of the callers' values: what updates depend on, and the rest. */
function conditionsApart(state: State, asked: ReadonlySet<string>): readonly [Condition[], Condition[]] {
  const decisive: Condition[] = [];
  const others: Condition[] = [];
  for (const condition of conditionsOf(state))
    (isAsked(condition[0], asked) ? decisive : others).push(condition);
  return [decisive, others];
}

/** Is it made of fields and constants that are asked about? */
function isAsked(term: Term, asked: ReadonlySet<string>): boolean {
  switch (term.kind) {
    case 'field':
    case 'name':
      return asked.has(term.name);
    case 'operation':
      return (
        (term.base!.kind === 'number' || isAsked(term.base!, asked)) &&
        (term.other === null || term.other.kind === 'number' || isAsked(term.other, asked))
      );
    default:
      return false;
  }
}

function valuesOf(state: State, { others, changed }: FrameInterest): Frame['values'] {
  const values: (readonly [string, Term | null])[] = [];
  for (const name of others) {
    const value = state.variable(name);
    if (value?.symbolic && value.size <= VALUE_SIZE && value.isOfCallers) values.push([name, value]);
  }
  for (const [name, number] of changed) {
    const value = state.variable(name);
    if (value === parameter(number) || (value && state.origins.has(familyOf(value)))) continue;
    values.push([name, value?.symbolic && value.size <= VALUE_SIZE ? value : null]);
  }
  return values;
}

/**
 * The state in which code is that comes to a frame.
 *
 * @param number tells the values of frames of one line apart: paths that had different folios stay different
 */
export function stateOf(frame: Frame, number: number): State {
  const state = new State();
  const own = (term: Term): Term => {
    if (term.kind === 'result' && term.name === OWN) return result(term.number!, `${OWN}${number}`);
    if (term.symbolic || (!term.base && !term.other)) return term;
    return termOf({ ...term, base: term.base && own(term.base), other: term.other && own(term.other) });
  };
  for (const [name, value] of frame.variables) state.setVariable(name, own(value));
  for (const [name, value] of frame.values)
    state.setVariable(name, value ?? result(0, `${OWN}${number}${name}`));
  for (const [base, name, value] of frame.memory) state.env.set(memoryKey(base, name), own(value));
  for (const [folio, origin] of frame.origins) state.origins.set(own(folio), origin);
  for (const [term, fact] of frame.facts) state.facts.set(own(term), fact);
  for (const [container, held] of frame.contents) state.contents.set(container, held);
  return state;
}

/** Collects the frames of one line: those that agree about folios, and about what updates depend on, as one. */
export class FrameCollector {
  private readonly asked: ReadonlySet<string>;
  private readonly frames = new Map<string, Map<string, Frame>>();

  constructor({ asked }: FrameInterest) {
    this.asked = asked;
  }

  add(frame: Frame): void {
    const key = frameKey(frame);
    const variants = this.frames.get(key) ?? new Map<string, Frame>();
    if (variants.size === 0 && this.frames.size >= FRAMES) return;
    this.frames.set(key, variants);
    const decisive = decisiveFacts(frame, this.asked);
    const variant = [...decisive].sort().join(' ');
    const known = variants.get(variant);
    if (known) variants.set(variant, meetFrames(known, frame));
    else if (variants.size < VARIANTS) variants.set(variant, frame);
    else {
      // One that agrees with it in the most loses the least.
      const shared = ([, other]: readonly [string, Frame]): number =>
        [...decisiveFacts(other, this.asked)].filter((fact) => decisive.has(fact)).length;
      const [nearest, other] = [...variants].reduce((best, one) => (shared(one) > shared(best) ? one : best));
      variants.set(nearest, meetFrames(other, frame));
    }
  }

  all(): readonly Frame[] {
    return [...this.frames.values()].flatMap((variants) => [...variants.values()]);
  }
}

function decisiveFacts({ facts }: Frame, asked: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(
    facts
      .filter(([term]) => term.symbolic && isAsked(term, asked))
      .map(([term, fact]) => `${term.id}?${factKey(fact)}`),
  );
}

/** Equal for frames that agree about which variable holds which folio, and how these stand. */
export function frameKey({ variables, memory, origins, facts, contents }: Frame): string {
  return [
    variables.map(([name, value]) => `${name}=${value.id}`),
    memory.map(([base, name, value]) => `${base.id}>${name}=${value.id}`),
    origins.map(([folio, origin]) => `${folio.id}:${standingKey(origin)};${sourceKey(origin)}`).sort(),
    facts
      .filter(([term]) => !term.symbolic)
      .map(([term, fact]) => `${term.id}?${factKey(fact)}`)
      .sort(),
    contents.map(([container, held]) => `${container.id}{${held.map(standingKey).sort().join('|')}`).sort(),
  ].join('#');
}

/** Folios that come from different places are told apart: what helps depends on it. */
function sourceKey({ unique, steps }: Origin): string {
  return `${unique};${steps[0]?.says ?? ''}`;
}

/** What two frames with equal keys both know. */
function meetFrames(a: Frame, b: Frame): Frame {
  const others = new Map(b.origins);
  const theirs = new Map(b.facts);
  return {
    ...a,
    values: meetValues(a.values, b.values),
    origins: a.origins.map(([folio, origin]) => {
      const other = others.get(folio);
      return [folio, other ? meetOrigins(origin, other) : origin] as const;
    }),
    facts: a.facts.flatMap(([term, fact]): Condition[] => {
      const other = theirs.get(term);
      const met: Fact | null = other ? meetFacts(fact, other) : null;
      return met ? [[term, met]] : [];
    }),
  };
}

/** A parameter that has another value on one of two paths has one that is not known. */
function meetValues(a: Frame['values'], b: Frame['values']): Frame['values'] {
  const [ours, theirs] = [new Map(a), new Map(b)];
  const met: (readonly [string, Term | null])[] = [];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [value, other] = [ours.get(name), theirs.get(name)];
    if (value !== undefined && value === other) met.push([name, value]);
    else met.push([name, null]);
  }
  return met;
}

function isConstant(value: Term): boolean {
  return value.kind === 'number' || value.kind === 'name' || value.kind === 'error';
}

function byKey([a]: readonly [StateKey, unknown], [b]: readonly [StateKey, unknown]): number {
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}
