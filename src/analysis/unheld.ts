import type { Action, Expression, FactNode, FunctionFacts } from '../c/facts.js';
import type { Outcome } from '../folio/contract.js';
import { isReferenced, UNKNOWN } from './origin.js';
import type { Program } from './program.js';
import type { State } from './state.js';
import type { Term } from './term.js';

/**
 * Pages that a function finds without a reference, as its own code shows: it asks for one that it may not get. Until
 * then the page may be anybody's, and until the function has looked at it again, where it does. What the code does where
 * neither follows, it does for a reason of its own: nothing is said of that.
 */
export class UnheldPages {
  private readonly lookups: ReadonlySet<number>;
  private readonly looks: ReadonlySet<number>;
  private readonly beforeAsking: ReadonlySet<number>;
  private readonly beforeLooking: ReadonlySet<number>;

  constructor({ nodes }: FunctionFacts, program: Program) {
    const { lookups, asks, pages } = asked(nodes, program);
    this.lookups = lookups;
    this.looks = new Set(lookups.size > 0 ? looksAt(pages, nodes, program) : []);
    this.beforeAsking = leadingTo(asks, nodes, lookups);
    this.beforeLooking = leadingTo(this.looks, nodes, lookups);
  }

  /** Are there any? */
  get any(): boolean {
    return this.lookups.size > 0;
  }

  /** Does the call at this node find such a page? */
  isLookup(node: number): boolean {
    return this.lookups.has(node);
  }

  /** May such a page be anybody's at this node? Null: the folio is none of them. */
  mayBeAnybodys(folio: Term, state: State, node: number): boolean | null {
    const origin = this.isFoundHere(folio) ? state.origins.get(folio) : undefined;
    if (origin?.ownership !== 'speculative') return null;
    return (isReferenced(origin) ? this.beforeLooking : this.beforeAsking).has(node);
  }

  /** The code at this node is about to be run: it may look again at pages to which there is a reference. */
  look(node: number, state: State): void {
    if (this.looks.has(node)) this.forget(state, true);
  }

  /** Nothing is said of such pages to those who do not know this function's code. */
  forget(state: State, onlyReferenced = false): void {
    if (!this.any) return;
    for (const [folio, origin] of state.origins) {
      if (!this.isFoundHere(folio) || origin.ownership !== 'speculative') continue;
      if (!onlyReferenced || isReferenced(origin)) state.origins.set(folio, UNKNOWN);
    }
  }

  isFoundHere(folio: Term): boolean {
    return folio.kind === 'result' && this.lookups.has(folio.number!);
  }
}

interface Asked {
  /** Calls that find the pages. */
  readonly lookups: ReadonlySet<number>;
  /** Calls that ask for a reference to them. */
  readonly asks: ReadonlySet<number>;
  /** Variables that hold them. */
  readonly pages: ReadonlySet<string>;
}

const NOTHING: Asked = { lookups: new Set(), asks: new Set(), pages: new Set() };

function asked(nodes: readonly FactNode[], program: Program): Asked {
  const outcomes = nodes.map(({ action }) => outcomesOf(action, program));
  if (!outcomes.flat().some(({ unheld }) => unheld)) return NOTHING;
  const lookups = new Set<number>();
  const asks = new Set<number>();
  const pages = new Set<string>();
  const hold = (value: Expression | undefined): void => {
    if (value?.kind === 'read' || value?.kind === 'address') pages.add(value.place.base);
  };
  nodes.forEach(({ action }, number) => {
    const known = outcomes[number]!;
    // One that always gets it knows that there is one already.
    if (action.do !== 'call' || !known.some(({ references }) => references.length === 0)) return;
    for (const index of known.flatMap(({ references }) => references)) {
      asks.add(number);
      hold(action.arguments[index]);
    }
  });
  // Back through copies, and through calls that give what they were given: page_folio(page).
  for (let size = -1; size !== pages.size + lookups.size;) {
    size = pages.size + lookups.size;
    nodes.forEach(({ action }, number) => {
      if (action.do === 'assign' && action.to.path.length === 0 && pages.has(action.to.base))
        hold(action.value);
      if (action.do !== 'call' || !pages.has(action.to)) return;
      for (const { returns, unheld } of outcomes[number]!) {
        if (unheld) lookups.add(number);
        else if (returns && 'argument' in returns) hold(action.arguments[returns.argument]);
      }
    });
  }
  return lookups.size > 0 ? { lookups, asks, pages } : NOTHING;
}

function outcomesOf(action: Action, program: Program): readonly Outcome[] {
  if (action.do !== 'call' || typeof action.callee !== 'string') return [];
  return program.contract(action.callee)?.outcomes ?? [];
}

/** Nodes that test a flag or another state of one of the pages, ask for its head page, or read a field of it. */
function* looksAt(
  pages: ReadonlySet<string>,
  nodes: readonly FactNode[],
  program: Program,
): Iterable<number> {
  const isPage = (value: Expression): boolean => value.kind === 'read' && pages.has(value.place.base);
  for (const [number, { action }] of nodes.entries()) {
    if (expressionsOf(action).some((value) => readsField(value, pages))) yield number;
    else if (action.do === 'call' && typeof action.callee === 'string' && action.arguments.some(isPage)) {
      const { accessors, states } = program.model;
      const isTest = accessors.get(action.callee)?.operation === 'test' || states.has(action.callee);
      const looks = outcomesOf(action, program).some(
        ({ tests, returns }) => tests !== null || (returns !== null && 'head' in returns && returns.head),
      );
      if (isTest || looks) yield number;
    }
  }
}

function expressionsOf(action: Action): readonly Expression[] {
  switch (action.do) {
    case 'assign':
      return [action.value];
    case 'call':
      return action.arguments;
    case 'test':
      return [action.condition];
    default:
      return [];
  }
}

function readsField(value: Expression, pages: ReadonlySet<string>): boolean {
  switch (value.kind) {
    case 'read':
      return value.place.path.length > 0 && pages.has(value.place.base);
    case 'unary':
      return readsField(value.operand, pages);
    case 'binary':
      return readsField(value.left, pages) || readsField(value.right, pages);
    default:
      return false;
  }
}

/** Nodes from which a path leads to one of `targets`, before another page is looked up. */
function leadingTo(
  targets: ReadonlySet<number>,
  nodes: readonly FactNode[],
  lookups: ReadonlySet<number>,
): ReadonlySet<number> {
  const leading = new Set<number>();
  if (targets.size === 0) return leading;
  for (let size = -1; size !== leading.size;) {
    size = leading.size;
    for (let number = nodes.length - 1; number >= 0; number--) {
      const leads = (next: number): boolean => targets.has(next) || (leading.has(next) && !lookups.has(next));
      if (nodes[number]!.next.some(leads)) leading.add(number);
    }
  }
  return leading;
}
