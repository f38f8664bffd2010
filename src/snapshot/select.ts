import type { Action, Expression, FactNode } from '../c/facts.js';
import { structName, type FunctionEntry, type Program } from '../analysis/program.js';
import { isPageType } from '../analysis/memory.js';
import type { Summary } from '../analysis/summary.js';
import type { TreeAnalysis } from '../analysis/tree-analysis.js';
import { asksForCallers } from '../analysis/part.js';
import type { FunctionRecord } from '../analysis/recorder.js';
import { bitOperation } from '../analysis/update.js';

/** Folders whose functions a snapshot keeps line by line: where patches of memory management are. */
const DETAILED =
  /^(mm|include|kernel|lib|block|virt|io_uring|arch\/x86\/mm)\/|^fs\/([^/]+$|(proc|hugetlbfs|iomap|ramfs|netfs|fuse)\/)/;
/** Not the kernel: what runs elsewhere. */
const ELSEWHERE = /^(tools|samples|scripts|Documentation)\//;

/** How much of a function a snapshot keeps: its code line by line, or only what callers must know. */
export type Detail = 'lines' | 'summary';

/** The functions that a snapshot keeps: those that handle folios, or that tell callers something of them. */
export function keptFunctions({ program, functions }: TreeAnalysis): ReadonlyMap<FunctionEntry, Detail> {
  const kept = new Map<FunctionEntry, Detail>();
  for (const entry of program.functions()) {
    const { file, facts, key } = entry;
    if (ELSEWHERE.test(file) || facts.nodes.length === 0) continue;
    const known = functions.get(key);
    const tells =
      known !== undefined && (tellsOfFolios(known.summary) || callsAsked(known.record, functions).length > 0);
    if (DETAILED.test(file)) {
      // A function that does nothing to folios so far may begin to, when a patch changes what it calls.
      if (tells || (facts.kind === 'function' && handlesFolios(entry, program))) kept.set(entry, 'lines');
    } else if (known && (known.record.meetings.length > 0 || (!facts.isStatic && tells))) {
      kept.set(entry, 'summary');
    }
  }
  return kept;
}

/** Keys of the functions that are called of which it is asked whether anybody calls them. */
export function callsAsked(
  { calls }: FunctionRecord,
  functions: TreeAnalysis['functions'],
): readonly string[] {
  return [...calls].filter((key) => {
    const callee = functions.get(key);
    return callee !== undefined && asksForCallers(callee);
  });
}

/** A variable for folios is one sign of it; what it passes to others or gets from them may have none, vmf->page. */
function handlesFolios(entry: FunctionEntry, program: Program): boolean {
  const { facts, file } = entry;
  if ([...interfaceOf(entry), ...Object.values(facts.locals)].some(isForFolios)) return true;
  return facts.nodes.some(({ action }) => {
    if (action.do !== 'call' || typeof action.callee !== 'string') return false;
    const callee = program.resolve(action.callee, file);
    return callee !== null && interfaceOf(callee).some(isForFolios);
  });
}

function interfaceOf({ facts }: FunctionEntry): readonly string[] {
  return [facts.returns, ...facts.parameters.map(({ type }) => type)];
}

function isForFolios(type: string): boolean {
  return isPageType(type) || structName(type) === 'folio_batch';
}

function tellsOfFolios(summary: Summary): boolean {
  return (
    summary.updates.length > 0 ||
    summary.atomicUpdates.length > 0 ||
    summary.pending.length > 0 ||
    summary.parameterCalls.length > 0 ||
    summary.outcomes.some(
      ({ resultOrigin, changes, fills, stores }) =>
        resultOrigin !== null ||
        changes.length > 0 ||
        fills.length > 0 ||
        stores.some(({ origin }) => origin !== null),
    )
  );
}

/**
 * The nodes of a function that a snapshot keeps: calls of kept functions, changes of flags, and the calls that give
 * these their arguments. They lead nowhere: the code between them is not kept.
 */
export function keptNodes(
  entry: FunctionEntry,
  program: Program,
  kept: ReadonlyMap<FunctionEntry, Detail>,
): readonly FactNode[] {
  const { facts, file } = entry;
  // Whoever uses an iteration macro asks what gives its variable a value.
  if (facts.kind === 'macro' && /_for_each/.test(facts.name)) return facts.nodes;
  const isKept = (name: string): boolean => {
    const target = program.resolve(name, file);
    return target !== null && kept.has(target);
  };
  const makers = new Map<string, FactNode>();
  for (const node of facts.nodes) if (node.action.do === 'call') makers.set(node.action.to, node);
  const chosen = new Set<FactNode>();
  const choose = (node: FactNode): void => {
    if (chosen.has(node)) return;
    chosen.add(node);
    for (const name of temporaries(node.action)) {
      const maker = makers.get(name);
      if (maker) choose(maker);
    }
  };
  for (const node of facts.nodes) if (isAsked(node.action, program, isKept)) choose(node);
  return facts.nodes.filter((node) => chosen.has(node));
}

/** Will a patch elsewhere want to know of this node? */
function isAsked(action: Action, program: Program, isKept: (name: string) => boolean): boolean {
  if (action.do === 'assign') return /(->|\.)(_?flags(_1)?|f)$/.test(action.to.path.at(-1) ?? '');
  if (action.do !== 'call') return false;
  if (action.arguments.some((argument) => argument.kind === 'name' && isKept(argument.name))) return true;
  if (typeof action.callee !== 'string') return false;
  const accessor = program.model.accessors.get(action.callee);
  if (accessor) return accessor.operation !== 'test';
  return bitOperation(action.callee) !== null || isKept(action.callee);
}

/** The functions that an action calls by their names, or hands to those. */
export function functionsNamed(action: Action): readonly string[] {
  if (action.do !== 'call') return [];
  const handed = action.arguments.flatMap((argument) => (argument.kind === 'name' ? [argument.name] : []));
  return typeof action.callee === 'string' ? [action.callee, ...handed] : handed;
}

/** The results of calls that an action reads. */
export function temporaries(action: Action): readonly string[] {
  return namesRead(action).filter((name) => name.startsWith('%'));
}

/** The variables, and the results of calls, that an assignment, a call or a test reads. */
export function namesRead(action: Action): readonly string[] {
  const names: string[] = [];
  const visit = (value: Expression): void => {
    switch (value.kind) {
      case 'read':
      case 'address':
        names.push(value.place.base);
        break;
      case 'unary':
        visit(value.operand);
        break;
      case 'binary':
        visit(value.left);
        visit(value.right);
    }
  };
  if (action.do === 'assign') {
    visit(action.value);
    visit({ kind: 'read', place: action.to });
  } else if (action.do === 'call') {
    action.arguments.forEach(visit);
    if (typeof action.callee !== 'string') visit({ kind: 'read', place: action.callee });
  } else if (action.do === 'test') visit(action.condition);
  return names;
}
