import type { Expression, FactNode, Place } from '../c/facts.js';

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
  const expression = (value: Expression): void => {
    switch (value.kind) {
      case 'read':
      case 'address':
        visit(value.place.base);
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

/** Number of each node in reverse post-order: work in that order meets most paths before it goes on. */
export function reversePostorder(nodes: readonly FactNode[]): readonly number[] {
  const order = nodes.map(() => -1);
  const visited = new Set<number>();
  const post: number[] = [];
  const stack: [number, number][] = [[0, 0]];
  visited.add(0);
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
  post.reverse().forEach((node, position) => (order[node] = position));
  return order;
}
