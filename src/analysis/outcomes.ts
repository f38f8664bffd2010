import { signOf, type Constants } from './condition.js';
import { conditionsOf } from './constraint.js';
import { originKey, PASSED, type Origin } from './origin.js';
import type { StateKey } from './state-key.js';
import { ANY_SIGN, meetFacts, type Fact, type State } from './state.js';
import type { Condition, FolioChange, FunctionOutcome } from './summary.js';
import { familyOf, type Term } from './term.js';

/** The state in which a path leaves the function, and what it returns. */
export interface Exit {
  readonly state: State;
  readonly result: Term | null;
}

/** Ways to end that are told apart before finer differences are dropped, and before coarse ones are. */
const FINE = 6;
const COARSE = 10;

/** How much of what a path did tells it apart from others. */
type Grain = 'values' | 'folios' | 'results';

/** Groups the exits of a function into the few ways that its callers can tell apart or must know of. */
export function outcomesOf(exits: readonly Exit[], constants: Constants): readonly FunctionOutcome[] {
  const written = writtenBy(exits);
  const fine = group(exits, constants, written, 'values');
  if (fine.length <= FINE) return fine;
  const coarse = group(exits, constants, written, 'folios');
  if (coarse.length <= COARSE) return coarse;
  return group(exits, constants, written, 'results').slice(0, COARSE);
}

function group(
  exits: readonly Exit[],
  constants: Constants,
  written: readonly MemoryKey[],
  grain: Grain,
): FunctionOutcome[] {
  const groups = new Map<string, FunctionOutcome>();
  for (const exit of exits) {
    const outcome = outcomeOf(exit, constants, written, grain);
    const key = grain === 'results' ? resultKey(outcome) : outcomeKey(outcome);
    const known = groups.get(key);
    groups.set(key, known ? joinOutcomes(known, outcome) : outcome);
  }
  return [...groups.values()];
}

/** Two paths that end alike: what both know, and all that either may have done. */
function joinOutcomes(a: FunctionOutcome, b: FunctionOutcome): FunctionOutcome {
  const changes = [...a.changes];
  for (const change of b.changes) {
    const at = changes.findIndex((other) => other.folio === change.folio);
    if (at < 0) changes.push(change);
    else {
      const other = changes[at]!;
      changes[at] = {
        ...other,
        ownership: other.ownership === change.ownership ? other.ownership : 'unknown',
        visible: new Set([...other.visible, ...change.visible]),
        locked: other.locked === change.locked ? other.locked : null,
        flags: Object.fromEntries(
          Object.entries(other.flags).filter(([flag, value]) => change.flags[flag] === value),
        ),
      };
    }
  }
  // What only one of them writes may be written.
  const unknown = { value: null, origin: null, fact: null };
  const stores = a.stores.map((store) => {
    const other = b.stores.find((item) => item.base === store.base && item.name === store.name);
    return other?.value === store.value ? store : { ...store, ...unknown };
  });
  for (const store of b.stores) {
    if (!a.stores.some((item) => item.base === store.base && item.name === store.name)) {
      stores.push({ ...store, ...unknown });
    }
  }
  return { ...a, conditions: meetConditions(a.conditions, b.conditions), changes, stores };
}

function outcomeOf(
  exit: Exit,
  constants: Constants,
  written: readonly MemoryKey[],
  grain: Grain,
): FunctionOutcome {
  const { state, result } = exit;
  const family = result ? familyOf(result) : null;
  const origin = family ? (state.origins.get(family) ?? null) : null;
  const sign = result ? signOf(result, state, constants) : ANY_SIGN;
  const carried =
    result !== null && (origin !== null || result.symbolic || result.kind === 'error' || ownParts(result));
  const fact: Fact | null = sign === ANY_SIGN ? null : { sign, equals: null, differs: [] };
  return {
    conditions: conditionsOf(state),
    result: carried ? result : null,
    resultFact: fact,
    resultOrigin: family && !family.symbolic ? origin : null,
    changes: changesOf(state),
    stores: storesOf(state, written, grain === 'values'),
    fills: fillsOf(state),
  };
}

/** A pointer into a folio of the callee's own is of use to the caller, another value of its own is not. */
function ownParts(term: Term): boolean {
  return term.kind === 'inside' || term.kind === 'subpage';
}

function changesOf(state: State): FolioChange[] {
  const changes: FolioChange[] = [];
  for (const [folio, origin] of state.origins) {
    if (!folio.symbolic || !folio.isOfCallers || origin.assumed) continue;
    const { ownership, visible, locked, flags, steps } = origin;
    if (
      ownership === 'passed' &&
      visible.size === 0 &&
      locked === 'passed' &&
      Object.keys(flags).length === 0
    ) {
      continue;
    }
    changes.push({ folio, ownership, visible, locked, flags, steps });
  }
  return changes;
}

type MemoryKey = StateKey & { readonly base: Term };

function isOfCallers(key: StateKey): key is MemoryKey {
  return key.base !== null && key.base.symbolic && key.base.isOfCallers;
}

/** More fields than this are not followed. */
const FIELDS = 16;

/** Memory of the callers that some path writes. */
function writtenBy(exits: readonly Exit[]): readonly MemoryKey[] {
  const written = new Set<MemoryKey>();
  for (const { state } of exits) {
    for (const key of state.env.keys()) {
      if (written.size < FIELDS && isOfCallers(key)) written.add(key);
    }
  }
  return [...written];
}

/** What memory of the callers holds at the end of a path: folios, and constants when they are asked for. */
function storesOf(
  state: State,
  written: readonly MemoryKey[],
  constants: boolean,
): FunctionOutcome['stores'] {
  const stores: FunctionOutcome['stores'][number][] = [];
  for (const key of written) {
    const { base, name } = key;
    const value = state.env.get(key);
    // Not written on this path: it keeps what it had.
    if (!value) continue;
    const family = familyOf(value);
    const origin = state.origins.get(family) ?? null;
    const isConstant = value.kind === 'number' || value.kind === 'error';
    const known = origin !== null || (isConstant && (constants || value.number === 0));
    stores.push({
      base,
      name,
      value: known ? value : null,
      origin: family.symbolic ? null : origin,
      fact: known ? (state.facts.get(value) ?? null) : null,
    });
  }
  return stores;
}

function fillsOf(state: State): FunctionOutcome['fills'] {
  const fills: { container: Term; origin: Origin }[] = [];
  for (const [container, origins] of state.contents) {
    if (!container.symbolic || !container.isOfCallers) continue;
    for (const origin of origins) if (origin !== PASSED) fills.push({ container, origin });
  }
  return fills;
}

function resultKey(outcome: FunctionOutcome): string {
  return [
    outcome.result ? String(outcome.result.id) : '?',
    outcome.resultFact ? String(outcome.resultFact.sign) : '',
    outcome.resultOrigin ? originKey(outcome.resultOrigin) : '',
  ].join(' ');
}

function outcomeKey(outcome: FunctionOutcome): string {
  const parts = [
    resultKey(outcome),
    ...outcome.changes.map(
      (change) =>
        `c${change.folio.id}:${change.ownership};${[...change.visible].sort().join(',')};${change.locked};${JSON.stringify(change.flags)}`,
    ),
    // That an unknown value was written does not tell paths apart.
    ...outcome.stores
      .filter((store) => store.value !== null)
      .map(
        (store) =>
          `s${store.base.id}>${store.name}=${store.value!.id}${store.origin ? originKey(store.origin) : ''}`,
      ),
    ...outcome.fills.map((fill) => `f${fill.container.id}:${originKey(fill.origin)}`),
  ];
  return parts.join(' ');
}

/** The conditions that two paths share. */
export function meetConditions(a: readonly Condition[], b: readonly Condition[]): Condition[] {
  const other = new Map(b);
  const met: Condition[] = [];
  for (const [term, fact] of a) {
    const second = other.get(term);
    const both = second ? meetFacts(fact, second) : null;
    if (both) met.push([term, both]);
  }
  return met;
}
