import type { Action, Expression, FactNode, FunctionFacts } from '../c/facts.js';
import type { FlagModel } from '../folio/model.js';
import type { LineMap } from './relocation.js';
import type { FunctionAnalysis } from './execution.js';
import { bitOperation } from './update.js';

type Call = Action & { do: 'call' };

/** Does a call of that name do nothing that later code could tell, apart from what it returns? */
export type IsWithoutEffect = (name: string) => boolean;

/**
 * Is a function the same as before for whoever follows folios through it? Calls without an effect, of which nobody uses what
 * they return, may have come or gone, with the conditions they are under: `cond_resched();`, `if (err) pr_warn(…)`.
 *
 * @param then the function as it was, and `now` as it is, in the file at `file`
 * @param lines where the lines of the file are now
 */
export function isSameForFolios(
  then: FunctionFacts,
  now: FunctionFacts,
  file: string,
  lines: LineMap,
  wasWithoutEffect: IsWithoutEffect,
  isWithoutEffect: IsWithoutEffect,
): boolean {
  if (headText(then) !== headText(now)) return false;
  const differing = callsThatDiffer(then.nodes, now.nodes);
  const before = essenceOf(then.nodes, (name) => differing.has(name) && wasWithoutEffect(name));
  const after = essenceOf(now.nodes, (name) => differing.has(name) && isWithoutEffect(name));
  if (before.length !== after.length) return false;
  // What was found out is known by lines.
  const isInPlace = (line: number, place: number): boolean => (lines(file, line) ?? line) === place;
  return (
    isInPlace(then.line, now.line) &&
    before.every(({ line }, index) => isInPlace(line, after[index]!.line)) &&
    textOf(before) === textOf(after)
  );
}

/** Can nothing of what a call does be seen by the code behind it, as long as it gets no address? */
export function isWithoutEffect(
  name: string,
  model: FlagModel,
  hasContract: boolean,
  callee: FunctionAnalysis | null,
): boolean {
  const accessor = model.accessors.get(name);
  return (
    !hasContract &&
    (accessor === undefined || accessor.operation === 'test') &&
    bitOperation(name) === null &&
    !/^(__)?mem(set|cpy|move)$|^rcu_read_(un)?lock$/.test(name) &&
    (callee === null || tellsNothing(callee))
  );
}

/** Nothing of the folios, the memory and the values of a caller is any different after such a function. */
function tellsNothing({ summary, record }: FunctionAnalysis): boolean {
  const { outcomes, updates, atomicUpdates, pending, parameterCalls, truncated } = summary;
  return (
    !truncated &&
    updates.length + atomicUpdates.length + pending.length + parameterCalls.length === 0 &&
    record.meetings.length + record.contexts.length + record.confirmed.length === 0 &&
    outcomes.every(
      ({ changes, stores, fills, resultOrigin }) =>
        changes.length + stores.length + fills.length === 0 && resultOrigin === null,
    ) &&
    // One that returns under some conditions only tells that they hold.
    (outcomes.length === 0 || outcomes.some(({ conditions }) => conditions.length === 0))
  );
}

function headText({
  name,
  kind,
  isStatic,
  isInit,
  returns,
  parameters,
  variadic,
  locals,
}: FunctionFacts): string {
  return JSON.stringify([name, kind, isStatic, isInit, returns, parameters, variadic, locals]);
}

/** Names that are called more often before or after. */
function callsThatDiffer(then: readonly FactNode[], now: readonly FactNode[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const count = (nodes: readonly FactNode[], by: number): void => {
    for (const { action } of nodes) {
      if (action.do !== 'call' || typeof action.callee !== 'string') continue;
      counts.set(action.callee, (counts.get(action.callee) ?? 0) + by);
    }
  };
  count(then, -1);
  count(now, 1);
  return new Set([...counts].flatMap(([name, difference]) => (difference === 0 ? [] : [name])));
}

/** Temporaries are numbered in the order of all calls. */
function textOf(nodes: readonly FactNode[]): string {
  const names = new Map<string, string>();
  const text = JSON.stringify(nodes.map(({ action, next }) => [action, next]));
  return text.replace(/%\d+/g, (name) => {
    let known = names.get(name);
    if (known === undefined) names.set(name, (known = `%${String(names.size)}`));
    return known;
  });
}

/** The nodes without those that have no effect; the edges lead past them. */
function essenceOf(nodes: readonly FactNode[], isIdle: IsWithoutEffect): FactNode[] {
  const idle = idleNodes(nodes, isIdle);
  if (idle.size === 0) return [...nodes];
  const places = new Map<number, number>();
  nodes.forEach((_, index) => {
    if (!idle.has(index)) places.set(index, places.size);
  });
  return [...places.keys()].map((index) => {
    const node = nodes[index]!;
    return { ...node, next: node.next.map((target) => places.get(behindIdle(target, nodes, idle))!) };
  });
}

/** Calls without an effect whose results nobody uses but each other, and tests that only decide about such calls. */
function idleNodes(nodes: readonly FactNode[], isIdle: IsWithoutEffect): ReadonlySet<number> {
  const calls = new Set<number>();
  nodes.forEach(({ action, next }, index) => {
    if (index === 0 || next.length !== 1 || action.do !== 'call' || typeof action.callee !== 'string') return;
    // It may write what it gets the address of.
    if (isIdle(action.callee) && !action.arguments.some(hasAddress)) calls.add(index);
  });
  if (calls.size === 0) return calls;
  const names = nodes.map(({ action }) => JSON.stringify(action).match(/%\d+/g) ?? []);
  for (;;) {
    const idle = withIdleTests(nodes, calls);
    const used = new Set(names.flatMap((some, index) => (idle.has(index) ? [] : some)));
    const wanted = [...calls].filter((index) => used.has((nodes[index]!.action as Call).to));
    if (wanted.length === 0) return idle;
    for (const index of wanted) calls.delete(index);
  }
}

function withIdleTests(nodes: readonly FactNode[], calls: ReadonlySet<number>): Set<number> {
  const idle = new Set(calls);
  for (let before = -1; before !== idle.size;) {
    before = idle.size;
    nodes.forEach(({ action, next }, index) => {
      if (action.do !== 'test' || index === 0 || idle.has(index)) return;
      const [met, failed] = next.map((target) => behindIdle(target, nodes, idle));
      // A loop that does nothing else ends when something else happens.
      if (met === failed && met !== index) idle.add(index);
    });
  }
  return idle;
}

/** Where a path goes on past nodes without an effect; in a circle of such nodes it stays. */
function behindIdle(from: number, nodes: readonly FactNode[], idle: ReadonlySet<number>): number {
  let at = from;
  for (let steps = 0; idle.has(at) && steps <= idle.size; steps++) at = nodes[at]!.next[0]!;
  return at;
}

function hasAddress(expression: Expression): boolean {
  switch (expression.kind) {
    case 'address':
      return true;
    case 'unary':
      return hasAddress(expression.operand);
    case 'binary':
      return hasAddress(expression.left) || hasAddress(expression.right);
    default:
      return false;
  }
}
