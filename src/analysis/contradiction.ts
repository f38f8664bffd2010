import type { Contract, FolioState } from '../folio/contract.js';
import { bitOperation } from './update.js';
import type { FunctionEntry, Program } from './program.js';
import type { FunctionOutcome, Summary } from './summary.js';
import type { TreeAnalysis } from './tree-analysis.js';
import { parameter } from './term.js';

/** A contract that says of a function what its body in this tree does not do. */
export interface Contradiction {
  readonly contract: Contract;
  readonly file: string;
  readonly line: number;
  /** What the body does instead: "returns what is shared". */
  readonly says: string;
}

/**
 * Contracts that the bodies of a tree contradict. Only what the body shows beyond doubt counts: all paths were
 * followed, and nothing is called that nothing is known of.
 */
export function contradictions({ program, functions, entries }: TreeAnalysis): Contradiction[] {
  const found: Contradiction[] = [];
  for (const [key, { summary }] of functions) {
    const entry = entries.get(key)!;
    const contract = program.contract(entry.facts.name);
    if (!contract || program.resolve(entry.facts.name, '') !== entry || summary.truncated) continue;
    if (program.isDistrusted(contract.function)) continue;
    const says = returnsOther(contract, summary) ?? publishesNothing(contract, entry, summary, program);
    if (says === null) continue;
    found.push({ contract, file: entry.file, line: entry.facts.line, says });
  }
  return found;
}

/** A fresh folio is promised, and each that is returned is one that others can see; or the other way round. */
function returnsOther({ outcomes }: Contract, { outcomes: ways }: Summary): string | null {
  const promised = outcomes.flatMap(({ returns }) => (returns && 'ownership' in returns ? [returns] : []));
  const returned = ways.flatMap(({ resultOrigin }) => (resultOrigin ? [resultOrigin.ownership] : []));
  if (promised.length === 0 || returned.length === 0) return null;
  const isFresh = (state: Pick<FolioState, 'ownership'>): boolean => state.ownership === 'fresh';
  if (promised.every(isFresh) && returned.every((ownership) => ownership === 'shared')) {
    return 'returns a folio that others can see';
  }
  if (
    promised.every(({ ownership }) => ownership === 'shared') &&
    returned.every((ownership) => ownership === 'fresh')
  ) {
    return 'returns a folio that it has just allocated';
  }
  return null;
}

/** An argument is said to be published, and a body in which all calls are known does nothing to it. */
function publishesNothing(
  contract: Contract,
  entry: FunctionEntry,
  { outcomes }: Summary,
  program: Program,
): string | null {
  const published = new Set(
    contract.outcomes.flatMap(({ publishes }) => publishes.map(({ argument }) => argument)),
  );
  if (published.size === 0 || outcomes.length === 0 || isStub(entry) || !isSeenThrough(entry, program))
    return null;
  const touches = ({ changes, fills, stores }: FunctionOutcome): boolean =>
    fills.length > 0 ||
    stores.length > 0 ||
    changes.some(
      ({ folio, visible }) => visible.size > 0 && [...published].some((index) => folio === parameter(index)),
    );
  return outcomes.some(touches) ? null : 'makes no folio visible';
}

/** The empty body that a header has for the configuration without the function. */
function isStub({ facts }: FunctionEntry): boolean {
  return facts.nodes.every(({ action }) => action.do === 'nothing' || action.do === 'return');
}

/** Does nothing happen in a function but what is known? */
export function isSeenThrough({ facts, file }: FunctionEntry, program: Program): boolean {
  return facts.nodes.every(({ action }) => {
    if (action.do !== 'call') return true;
    if (typeof action.callee !== 'string') return false;
    const name = action.callee;
    if (program.model.accessors.has(name) || program.model.states.has(name) || bitOperation(name))
      return true;
    return program.contract(name) !== null || program.resolve(name, file) !== null;
  });
}
