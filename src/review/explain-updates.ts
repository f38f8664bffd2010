import type { FunctionAnalysis } from '../analysis/execution.js';
import type { FunctionEntry, Program } from '../analysis/program.js';
import type { ContextKind } from '../analysis/recorder.js';
import type { CallStep, PassedUpdate, Word } from '../analysis/summary.js';
import { expressionText } from '../analysis/text.js';
import type { FlagOperation } from '../folio/model.js';
import { conditionText, termText } from './term-text.js';

/** A change of a flags word that a function makes, itself or in what it calls. */
export interface ExplainedUpdate {
  /** As the code has it: `__folio_set_swapbacked`. */
  readonly update: string;
  readonly flag: string;
  readonly operation: FlagOperation;
  /** `page`: that of the page passed, whichever it is. */
  readonly word: Word | 'page';
  readonly atomic: boolean;
  /** The function holding the update. */
  readonly updater: string;
  readonly file: string;
  readonly line: number;
  /** Whose flags, as this function names it; null where it has no name for it. */
  readonly of: string | null;
  /** How the folio stands there; null for an atomic update, which asks nobody. */
  readonly meets: ContextKind | null;
  /** What is tested on the way to it: flags, and values that the caller gives. */
  readonly guards: readonly string[];
  /** The folio lock there: held, not held, as the caller has it, or null for not known. */
  readonly locked: boolean | 'passed' | null;
  /** The calls down to the function that holds it; empty when it is this one. */
  readonly chain: readonly CallStep[];
}

/** The updates of a function: its own, atomic or not, then those that its callees make of folios it passes on. */
export function explainUpdates(
  entry: FunctionEntry,
  analysis: FunctionAnalysis | null,
  program: Program,
): ExplainedUpdate[] {
  const names = entry.facts.parameters.map(({ name }) => name);
  const found = [
    ...(analysis?.summary.updates ?? []).map((passed) => ofCaller(passed, names)),
    ...ofOthers(entry, analysis),
    ...atomicOnes(entry, program),
  ];
  const known = new Map<string, ExplainedUpdate>();
  for (const update of found) {
    const { chain, line, of } = update;
    const key = JSON.stringify([update.update, update.file, line, of, chain]);
    const before = known.get(key);
    // Of several ways to one update only what all of them test is a guard.
    known.set(
      key,
      before ? { ...before, guards: before.guards.filter((guard) => update.guards.includes(guard)) } : update,
    );
  }
  return [...known.values()].sort((a, b) => a.chain.length - b.chain.length || place(a) - place(b));
}

function place({ chain, line }: ExplainedUpdate): number {
  return chain[0]?.line ?? line;
}

/** Of a folio that the caller has passed, or that can be reached from what it has passed. */
function ofCaller(
  { update, folio, origin, conditions, chain }: PassedUpdate,
  names: readonly string[],
): ExplainedUpdate {
  const tested = Object.entries(origin.tested).map(([flag, set]) => `${flag} ${set ? 'set' : 'clear'}`);
  const values = conditions.flatMap((condition) => {
    const text = condition[0].kind === 'flag' ? null : conditionText(condition, names);
    return text === null ? [] : [text];
  });
  const { text, flag, operation, word, atomic, updater, file, line } = update;
  return {
    update: text,
    flag,
    operation,
    word,
    atomic,
    updater,
    file,
    line,
    of: termText(folio, names),
    meets: 'passed',
    guards: [...new Set([...tested, ...values])],
    locked: origin.locked,
    chain,
  };
}

/** Of a folio that the function has made or found itself. */
function ofOthers(entry: FunctionEntry, analysis: FunctionAnalysis | null): ExplainedUpdate[] {
  return (analysis?.record.contexts ?? [])
    .filter(({ kind }) => kind !== 'passed')
    .map(({ callee, update, kind, locked, guarded, file, line }) => {
      const colon = callee.lastIndexOf(':');
      const name = callee.slice(colon + 1);
      const calleeFile = callee.slice(0, colon);
      const { text, flag, operation, word, atomic, updater } = update;
      return {
        update: text,
        flag,
        operation,
        word,
        atomic,
        updater,
        file: update.file,
        line: update.line,
        of: null,
        meets: kind,
        guards: guarded ? [`${flag} ${operation === 'set' ? 'clear' : 'set'}`] : [],
        locked: locked ? true : null,
        chain:
          callee === entry.key ? [] : [{ function: entry.facts.name, file, line, callee: name, calleeFile }],
      };
    });
}

/** The atomic accessors that its text calls. */
function atomicOnes({ facts, file }: FunctionEntry, program: Program): ExplainedUpdate[] {
  return facts.nodes.flatMap(({ action, line }) => {
    if (action.do !== 'call' || typeof action.callee !== 'string') return [];
    const accessor = program.model.accessors.get(action.callee);
    if (!accessor?.atomic || accessor.operation === 'test') return [];
    const argument = action.arguments[0];
    return [
      {
        update: accessor.name,
        flag: accessor.flag,
        operation: accessor.operation,
        word: accessor.word === 'self' ? 'page' : accessor.word,
        atomic: true,
        updater: facts.name,
        file,
        line,
        of: argument ? expressionText(argument) : null,
        meets: null,
        guards: [],
        locked: null,
        chain: [],
      },
    ];
  });
}
