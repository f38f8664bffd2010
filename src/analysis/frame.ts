import { equality } from './condition.js';
import { meetOrigins, standingKey, type Origin } from './origin.js';
import { factKey, meetFacts, State, type Fact } from './state.js';
import { conditionsOf } from './constraint.js';
import type { Condition } from './summary.js';
import { familyOf, mentionsParameter, result, subpage, termById, termOf, type Term } from './term.js';

/**
 * What may hold where a line of a function begins, on one path or on several that agree about folios: as much of a
 * State as has a meaning without the code in front of the line.
 */
export interface Frame {
  readonly variables: readonly (readonly [name: string, value: Term])[];
  /** Memory behind what the callers passed. */
  readonly memory: readonly (readonly [base: Term, name: string, value: Term])[];
  readonly origins: readonly (readonly [folio: Term, origin: Origin])[];
  readonly facts: readonly Condition[];
  /** What local containers hold. */
  readonly contents: readonly (readonly [container: Term, held: readonly Origin[]])[];
}

/** Facts about the callers' values that one frame keeps. */
const CONDITIONS = 8;
/** Frames that one line has; the paths that come later are dropped. */
const FRAMES = 12;

/** Label of the values that a frame names. */
const OWN = '^';

/**
 * Takes from a state what a frame keeps.
 *
 * @param isPointer the variables whose values are kept even where they are no folio: NULL, or a parameter's field
 */
export function frameOf(state: State, isPointer: (variable: string) => boolean): Frame {
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
    if (key.startsWith('%')) continue;
    const isFolio = state.origins.has(familyOf(value));
    const at = key.indexOf('>');
    if (at < 0) {
      if (isFolio || (isPointer(key) && (value.symbolic || isConstant(value))))
        variables.push([key, nameOf(value)]);
    } else {
      const base = termById(Number(key.slice(0, at)));
      if (isFolio && base.symbolic && mentionsParameter(base))
        memory.push([base, key.slice(at + 1), nameOf(value)]);
    }
  }
  const origins: (readonly [Term, Origin])[] = [];
  for (const [folio, origin] of state.origins) {
    const name = folio.symbolic ? folio : names.get(folio);
    if (name && (!folio.symbolic || mentionsParameter(folio))) origins.push([name, origin]);
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
  facts.push(...conditionsOf(state).slice(0, CONDITIONS));
  const contents = [...state.contents].filter(([container]) => container.kind === 'local');
  return { variables, memory, origins, facts, contents };
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
  for (const [name, value] of frame.variables) state.env.set(name, own(value));
  for (const [base, name, value] of frame.memory) state.env.set(`${base.id}>${name}`, own(value));
  for (const [folio, origin] of frame.origins) state.origins.set(own(folio), origin);
  for (const [term, fact] of frame.facts) state.facts.set(own(term), fact);
  for (const [container, held] of frame.contents) state.contents.set(container, held);
  return state;
}

/** Collects the frames of one line, those that agree about folios as one. */
export class FrameCollector {
  private readonly frames = new Map<string, Frame>();

  add(frame: Frame): void {
    const key = frameKey(frame);
    const known = this.frames.get(key);
    if (known) this.frames.set(key, meetFrames(known, frame));
    else if (this.frames.size < FRAMES) this.frames.set(key, frame);
  }

  all(): readonly Frame[] {
    return [...this.frames.values()];
  }
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

function isConstant(value: Term): boolean {
  return value.kind === 'number' || value.kind === 'name' || value.kind === 'error';
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
