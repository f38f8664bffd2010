import type { Expression, FactNode, Place } from '../c/facts.js';
import { AskedNames } from './asked-names.js';

/** Names of variables that may still be read, on entry to each node of a graph. */
export function liveVariables(nodes: readonly FactNode[]): readonly ReadonlySet<string>[] {
  const live: Set<string>[] = nodes.map(() => new Set());
  const predecessors: number[][] = nodes.map(() => []);
  nodes.forEach((node, index) => node.next.forEach((target) => predecessors[target]!.push(index)));
  const pending = nodes.map((_, index) => index);
  const queued = new Set(pending);
  while (pending.length > 0) {
    const index = pending.pop()!;
    queued.delete(index);
    const node = nodes[index]!;
    const next = new Set<string>();
    for (const target of node.next) for (const name of live[target]!) next.add(name);
    const { action } = node;
    if (action.do === 'assign' && action.to.path.length === 0 && action.operator === '=') {
      next.delete(action.to.base);
    }
    if (action.do === 'call') next.delete(action.to);
    if (action.do === 'declare') next.delete(action.name);
    forEachRead(node, (name) => next.add(name));
    const current = live[index]!;
    if (next.size === current.size) continue;
    live[index] = next;
    for (const source of predecessors[index]!) {
      if (!queued.has(source)) {
        queued.add(source);
        pending.push(source);
      }
    }
  }
  return live;
}

function forEachRead(node: FactNode, visit: (name: string) => void): void {
  const indexes = (place: Place): void => {
    for (const step of place.path) if (/^\[[A-Za-z_]/.test(step)) visit(step.slice(1, -1));
  };
  const expression = (value: Expression): void => {
    switch (value.kind) {
      case 'read':
      case 'address':
        visit(value.place.base);
        indexes(value.place);
        break;
      case 'unary':
        expression(value.operand);
        break;
      case 'binary':
        expression(value.left);
        expression(value.right);
    }
  };
  const target = (place: Place, compound: boolean): void => {
    if (place.path.length > 0 || compound) visit(place.base);
    indexes(place);
  };
  const { action } = node;
  switch (action.do) {
    case 'assign':
      expression(action.value);
      target(action.to, action.operator !== '=');
      break;
    case 'call':
      action.arguments.forEach(expression);
      if (typeof action.callee !== 'string') visit(action.callee.base);
      break;
    case 'test':
      expression(action.condition);
      break;
    case 'return':
      if (action.value) expression(action.value);
      break;
    case 'iterate':
      action.arguments.forEach(expression);
  }
}

/**
 * Number of each node in reverse post-order: work in that order meets most paths before it goes on.
 *
 * @param entries the nodes at which paths begin
 */
export function reversePostorder(
  nodes: readonly FactNode[],
  entries: readonly number[] = [0],
): readonly number[] {
  const order = nodes.map(() => -1);
  const visited = new Set<number>();
  const post: number[] = [];
  for (const entry of entries.toReversed()) {
    if (visited.has(entry)) continue;
    const stack: [number, number][] = [[entry, 0]];
    visited.add(entry);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const next = nodes[top[0]]?.next ?? [];
      if (top[1] < next.length) {
        const target = next[top[1]++]!;
        if (!visited.has(target)) {
          visited.add(target);
          stack.push([target, 0]);
        }
      } else {
        post.push(top[0]);
        stack.pop();
      }
    }
  }
  post.reverse().forEach((node, position) => (order[node] = position));
  return order;
}

/**
 * Names of fields and constants that conditions use, at or behind each node: in the function's own tests, and in
 * those that its callees make depend on (`asks`).
 */
export function askedNames(
  nodes: readonly FactNode[],
  asks: (callee: string) => Iterable<string>,
): readonly AskedNames[] {
  const own = nodes.map((node) => {
    const names = new Set<string>();
    const { action } = node;
    if (action.do === 'test') collectNames(action.condition, names);
    if (action.do === 'call' && typeof action.callee === 'string') {
      const of = [...asks(action.callee)];
      for (const name of of) names.add(name);
      // A condition on an argument is one on the variable passed.
      if (of.length > 0) for (const argument of action.arguments) collectNames(argument, names);
    }
    return names;
  });
  const asked = nodes.map((_, index) => new Set(own[index]));
  const order = reversePostorder(nodes);
  const backwards = nodes.map((_, index) => index).sort((a, b) => order[b]! - order[a]!);
  for (let changed = true; changed;) {
    changed = false;
    for (const index of backwards) {
      const names = asked[index]!;
      const size = names.size;
      for (const target of nodes[index]!.next) for (const name of asked[target]!) names.add(name);
      // What a variable that is asked about gets is asked about.
      const { action } = nodes[index]!;
      if (action.do === 'assign' && names.has(action.to.base)) collectNames(action.value, names);
      if (names.size !== size) changed = true;
    }
  }
  addAlternatives(nodes, asked);
  // How far a counter has come decides about loops, not about folios.
  const counters = countersOf(nodes);
  for (const names of asked) for (const name of counters) names.delete(name);
  const shared: AskedNames[] = [];
  // Most nodes ask about what the next one does.
  for (const index of backwards) {
    const next = nodes[index]!.next.find(
      (target) => shared[target] && isEqual(shared[target].names, asked[index]!),
    );
    shared[index] = next === undefined ? new AskedNames(asked[index]!) : shared[next]!;
  }
  return shared;
}

function isEqual(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const name of a) if (!b.has(name)) return false;
  return true;
}

/**
 * What is done where `a || b` holds is done on two conditions, for callers to tell: as long as that goes on, what the
 * tests ask about is asked about, too.
 */
function addAlternatives(nodes: readonly FactNode[], asked: readonly Set<string>[]): void {
  const predecessors: number[][] = nodes.map(() => []);
  nodes.forEach((node, index) => node.next.forEach((target) => predecessors[target]!.push(index)));
  predecessors.forEach((sources, start) => {
    if (sources.length < 2) return;
    const names = new Set<string>();
    for (const source of sources) {
      const { action } = nodes[source]!;
      if (action.do !== 'test') return;
      collectNames(action.condition, names);
    }
    for (const index of dominatedBy(start, nodes)) for (const name of names) asked[index]!.add(name);
  });
}

/** Nodes that no path gets to but through this one, itself among them. */
function dominatedBy(dominator: number, nodes: readonly FactNode[]): readonly number[] {
  const around = reachable([0], nodes, dominator);
  return [...reachable([dominator], nodes, null)].filter((index) => !around.has(index));
}

function reachable(from: readonly number[], nodes: readonly FactNode[], barrier: number | null): Set<number> {
  const found = new Set<number>();
  const pending = from.filter((index) => index !== barrier);
  while (pending.length > 0) {
    const index = pending.pop()!;
    if (found.has(index)) continue;
    found.add(index);
    for (const target of nodes[index]!.next) if (target !== barrier) pending.push(target);
  }
  return found;
}

/** Variables that are counted up or down somewhere. */
function countersOf(nodes: readonly FactNode[]): ReadonlySet<string> {
  const counters = new Set<string>();
  for (const { action } of nodes) {
    if (action.do !== 'assign' || action.to.path.length > 0) continue;
    if (action.operator === '+=' || action.operator === '-=') counters.add(action.to.base);
  }
  return counters;
}

function collectNames(expression: Expression, names: Set<string>): void {
  switch (expression.kind) {
    case 'name':
      names.add(expression.name);
      break;
    case 'read':
    case 'address':
      names.add(expression.place.base);
      for (const step of expression.place.path) names.add(step.replace(/^(->|\.)/, ''));
      break;
    case 'unary':
      collectNames(expression.operand, names);
      break;
    case 'binary':
      collectNames(expression.left, names);
      collectNames(expression.right, names);
  }
}
