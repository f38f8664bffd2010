import type { Origin, Step } from '../analysis/origin.js';
import type { FunctionEntry } from '../analysis/program.js';
import { NEGATIVE, POSITIVE, ZERO_SIGN, type Fact } from '../analysis/state.js';
import type { FunctionOutcome, Summary } from '../analysis/summary.js';
import type { Contract, FolioState, Outcome, Ownership, Visibility } from '../folio/contract.js';
import { conditionText, termText } from './term-text.js';

/** One way in which a call can end, and what it has done to folios then. */
export interface ExplainedEffect {
  /** The result, as code would test it: `0`, `error`; null where it tells nothing. */
  readonly result: string | null;
  /** What of the caller's values it depends on. */
  readonly when: readonly string[];
  /** The folio that is returned; null where none is, or nothing is known of it. */
  readonly returns: ExplainedFolio | null;
  /** Folios that it was given, and that stand in another way afterwards. */
  readonly changes: readonly ExplainedFolio[];
}

/** How a folio stands after a call. */
export interface ExplainedFolio {
  /** As the function names it; null for one that it made or found itself. */
  readonly folio: string | null;
  /** Null where that does not change. */
  readonly ownership: Ownership | null;
  readonly visible: readonly Visibility[];
  /** The folio lock; null where that does not change, or is not known. */
  readonly locked: boolean | null;
  /** Flags that are known to be set (true) or clear (false) then. */
  readonly flags: Readonly<Record<string, boolean>>;
  readonly steps: readonly Step[];
}

/** The ways in which a call can end: as its contract has it, else as its body shows. */
export function explainEffects(
  { facts }: FunctionEntry,
  summary: Summary | null,
  contract: Contract | null,
): ExplainedEffect[] {
  const names = facts.parameters.map(({ name }) => name);
  const effects = contract
    ? contract.outcomes.map((outcome) => ofContract(outcome, names))
    : (summary?.outcomes ?? []).map((outcome) => ofBody(outcome, names));
  const told = effects.filter(({ returns, changes }) => returns !== null || changes.length > 0);
  const known = new Map(told.map((effect) => [JSON.stringify(effect), effect]));
  return [...known.values()];
}

function ofBody(outcome: FunctionOutcome, names: readonly string[]): ExplainedEffect {
  const { result, resultFact, resultOrigin, conditions, changes } = outcome;
  const passed = result !== null && result.symbolic && /parameter|field|subpage/.test(result.kind);
  return {
    result: passed || resultOrigin ? null : resultText(resultFact),
    when: conditions.flatMap((condition) => conditionText(condition, names) ?? []),
    returns: resultOrigin
      ? { folio: null, ...standing(resultOrigin) }
      : passed && changes.some(({ folio }) => folio === result)
        ? { folio: termText(result, names), ownership: null, visible: [], locked: null, flags: {}, steps: [] }
        : null,
    changes: changes.map((change) => ({
      folio: termText(change.folio, names),
      ownership: change.ownership === 'passed' ? null : change.ownership,
      visible: [...change.visible],
      locked: change.locked === 'passed' ? null : change.locked,
      flags: flagsOf(change.flags),
      steps: change.steps,
    })),
  };
}

function standing({ ownership, visible, locked, flags, steps }: Origin): Omit<ExplainedFolio, 'folio'> {
  return {
    ownership: ownership === 'passed' ? null : ownership,
    visible: [...visible],
    locked: locked === 'passed' ? null : locked,
    flags: flagsOf(flags),
    steps,
  };
}

/** That it is in the page cache is no flag, and is told as such. */
function flagsOf(flags: Readonly<Record<string, boolean>>): Readonly<Record<string, boolean>> {
  return Object.fromEntries(Object.entries(flags).filter(([flag]) => flag !== 'mapping'));
}

function resultText(fact: Fact | null): string | null {
  switch (fact?.sign) {
    case ZERO_SIGN:
      return '0';
    case NEGATIVE:
      return 'error';
    case POSITIVE | NEGATIVE:
      return 'nonzero';
    case POSITIVE:
      return 'positive';
    default:
      return null;
  }
}

function ofContract(outcome: Outcome, names: readonly string[]): ExplainedEffect {
  const { result, constant, returns } = outcome;
  const nameOf = (argument: number) => names[argument] ?? `argument ${argument}`;
  const changes = new Map<number, ExplainedFolio>();
  const change = (argument: number, part: Partial<ExplainedFolio>) => {
    const before = changes.get(argument);
    const visible = [...(before?.visible ?? []), ...(part.visible ?? [])];
    const none = { folio: nameOf(argument), ownership: null, locked: null, flags: {}, steps: [] };
    changes.set(argument, { ...none, ...before, ...part, visible });
  };
  for (const { argument, to } of outcome.publishes) change(argument, { visible: [to] });
  for (const { argument, ownership } of outcome.gives) change(argument, { ownership });
  for (const argument of outcome.locks) change(argument, { locked: true });
  for (const argument of outcome.unlocks) change(argument, { locked: false });
  return {
    result: constant ?? (result === 'any' || result === 'pointer' ? null : result),
    when: outcome.of.map(({ argument, standing: stands }) => `${nameOf(argument)} is ${stands}`),
    returns:
      returns === null
        ? null
        : 'argument' in returns
          ? {
              folio: nameOf(returns.argument),
              ownership: null,
              visible: [],
              locked: null,
              flags: {},
              steps: [],
            }
          : { folio: null, ...stateOf(returns) },
    changes: [...changes.values()],
  };
}

function stateOf({ ownership, visible, locked, flags }: FolioState): Omit<ExplainedFolio, 'folio'> {
  return { ownership, visible, locked, flags, steps: [] };
}
