import type { Action, Expression, FactNode, FunctionFacts, Place } from '../../src/c/facts.js';

/**
 * A function's graph as text, one line per node: number, action, where it goes.
 * Nodes that do nothing are left out; the others are numbered as control reaches them, true before false.
 */
export function printGraph(facts: Pick<FunctionFacts, 'nodes'>): string {
  const { nodes } = facts;
  const numbers = new Map<number, number>();
  const order: FactNode[] = [];
  const pending = [0];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const real = doing(nodes, at);
    if (typeof real !== 'number' || numbers.has(real)) continue;
    order.push(nodes[real]!);
    numbers.set(real, order.length);
    pending.push(...nodes[real]!.next.toReversed());
  }
  const name = (at: number): string => {
    const real = doing(nodes, at);
    return typeof real === 'number' ? String(numbers.get(real)) : real;
  };
  return order.map((node, index) => `${index + 1} ${line(node, name)}`).join('\n');
}

/** The first node from here on that does something. */
function doing(nodes: readonly FactNode[], from: number): number | 'end' | 'forever' {
  const seen = new Set<number>();
  let at = from;
  while (nodes[at]!.action.do === 'nothing') {
    if (seen.has(at)) return 'forever';
    seen.add(at);
    const next = nodes[at]!.next[0];
    if (next === undefined) return 'end';
    at = next;
  }
  return at;
}

function line({ action, next }: FactNode, name: (at: number) => string): string {
  if (action.do === 'return') return printAction(action);
  if (action.do === 'test') return `${printAction(action)} ? ${name(next[0]!)} : ${name(next[1]!)}`;
  return `${printAction(action)} → ${name(next[0]!)}`;
}

function printAction(action: Action): string {
  switch (action.do) {
    case 'assign':
      return `${printPlace(action.to)} ${action.operator} ${printExpression(action.value)}`;
    case 'call': {
      const callee = typeof action.callee === 'string' ? action.callee : `(${printPlace(action.callee)})`;
      return `${action.to} = ${callee}(${action.arguments.map(printExpression).join(', ')})`;
    }
    case 'test':
      return printExpression(action.condition);
    case 'return':
      return action.value ? `return ${printExpression(action.value)}` : 'return';
    case 'declare':
      return `declare ${action.name}`;
    case 'iterate':
      return `${action.macro}: next ${action.arguments.map(printExpression).join(', ')}`;
    case 'nothing':
      return 'nothing';
  }
}

function printPlace({ base, path }: Place): string {
  return path.reduce((text, step) => (step === '*' ? `(*${text})` : text + step), base);
}

function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value);
    case 'name':
      return `'${expression.name}`;
    case 'read':
      return printPlace(expression.place);
    case 'address':
      return `&${printPlace(expression.place)}`;
    case 'unary':
      return `${expression.operator}${printOperand(expression.operand)}`;
    case 'binary':
      return `${printOperand(expression.left)} ${expression.operator} ${printOperand(expression.right)}`;
    case 'type':
      return `<${expression.type}>`;
    case 'opaque':
      return '…';
  }
}

function printOperand(expression: Expression): string {
  const text = printExpression(expression);
  return expression.kind === 'binary' ? `(${text})` : text;
}
