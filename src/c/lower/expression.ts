import type { Expression, Place } from '../facts.js';
import type { SyntaxNode } from '../syntax.js';
import type { Dangling, Graph } from './graph.js';

/** What the lowering of expressions needs from the function around them. */
export interface Scope {
  readonly graph: Graph;
  /** Parameters and local variables in scope. */
  isLocal(name: string): boolean;
  /** Lowers a statement expression's block; its value is that of the last statement. */
  lowerStatements(node: SyntaxNode): Expression | null;
}

const OPAQUE: Expression = { kind: 'opaque' };
const place = (base: string, ...path: string[]): Place => ({ base, path });
const read = (at: Place): Expression => ({ kind: 'read', place: at });

/**
 * Macros of compiler.h, rcupdate.h and asm/barrier.h that yield their first argument.
 * They shape code generation, not values.
 */
const TRANSPARENT = new Set([
  'likely',
  'unlikely',
  'READ_ONCE',
  'data_race',
  'rcu_dereference',
  'rcu_dereference_check',
  'rcu_dereference_protected',
  'rcu_dereference_raw',
  'rcu_access_pointer',
  'lockless_dereference',
  'unrcu_pointer',
  '__builtin_expect',
  'no_free_ptr',
  'return_ptr',
]);

/** Macros of compiler.h, rcupdate.h and asm/barrier.h that store their second argument in the first. */
const STORES = new Set(['WRITE_ONCE', 'rcu_assign_pointer', 'RCU_INIT_POINTER', 'smp_store_mb']);

/** The same of asm/barrier.h, told where by a pointer. */
const LOADS_BEHIND = 'smp_load_acquire';
const STORES_BEHIND = 'smp_store_release';

/** Stops, or shouts about, what must not be: asm-generic/bug.h, mmdebug.h, and the same idiom in file systems. */
const ASSERTION =
  /^(?:[A-Z0-9]+_)?(?:BUG|WARN)_ON(?:_ONCE|_FOLIO|_PAGE|_VMA|_MM|_ONCE_FOLIO|_ONCE_PAGE|_SLAB|_INODE|_FS)*$/;

/** Assertions that only warn yield their condition: `if (WARN_ON(x))`. */
export function isAssertion(name: string): boolean {
  return ASSERTION.test(name);
}

/** Takes off parentheses. */
export function bare(node: SyntaxNode): SyntaxNode {
  let current = node;
  while (current.type === 'parenthesized_expression') {
    const inner = current.namedChildren[0];
    if (!inner) return current;
    if (inner.type === 'comment') {
      const other = current.namedChildren.find((child) => child.type !== 'comment');
      if (!other) return current;
      current = other;
    } else current = inner;
  }
  return current;
}

function parseNumber(text: string): Expression {
  const digits = text.replace(/[uUlL]+$/, '');
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isSafeInteger(value) ? { kind: 'number', value } : OPAQUE;
}

function argumentNodes(call: SyntaxNode): SyntaxNode[] {
  const list = call.childForFieldName('arguments');
  return list ? list.namedChildren.filter((child) => child.type !== 'comment') : [];
}

/** Lowers an expression for its value. Side effects become nodes of the graph in front. */
export function lowerValue(input: SyntaxNode, scope: Scope): Expression {
  const node = bare(input);
  switch (node.type) {
    case 'number_literal':
      return parseNumber(node.text);
    case 'char_literal':
    case 'string_literal':
    case 'concatenated_string':
      return OPAQUE;
    case 'null':
      return { kind: 'number', value: 0 };
    case 'true':
      return { kind: 'number', value: 1 };
    case 'false':
      return { kind: 'number', value: 0 };
    case 'identifier':
      return lowerIdentifier(node.text, scope);
    case 'field_expression':
    case 'subscript_expression': {
      const at = lowerPlace(node, scope);
      return at ? read(at) : OPAQUE;
    }
    case 'pointer_expression':
      return lowerPointer(node, scope);
    case 'cast_expression': {
      const value = node.childForFieldName('value');
      return value ? lowerValue(value, scope) : OPAQUE;
    }
    case 'unary_expression':
      return lowerUnary(node, scope);
    case 'binary_expression':
      return lowerBinary(node, scope);
    case 'assignment_expression':
      return lowerAssignment(node, scope);
    case 'update_expression':
      return lowerUpdate(node, scope);
    case 'conditional_expression':
      return lowerConditional(node, scope);
    case 'comma_expression': {
      lowerValue(node.childForFieldName('left')!, scope);
      return lowerValue(node.childForFieldName('right')!, scope);
    }
    case 'call_expression':
      return lowerCall(node, scope);
    case 'compound_statement':
      return scope.lowerStatements(node) ?? OPAQUE;
    case 'generic_expression':
      return lowerGeneric(node, scope);
    case 'type_descriptor':
      return { kind: 'type', type: node.text.replace(/\s+/g, ' ').trim() };
    case 'compound_literal_expression':
    case 'sizeof_expression':
    case 'alignof_expression':
    case 'offsetof_expression':
    case 'initializer_list':
      return OPAQUE;
    default:
      return OPAQUE;
  }
}

function lowerIdentifier(name: string, scope: Scope): Expression {
  if (scope.isLocal(name)) return read(place(name));
  if (name === 'NULL' || name === 'false') return { kind: 'number', value: 0 };
  if (name === 'true') return { kind: 'number', value: 1 };
  const struct = /^(struct|union)_(\w+)$/.exec(name);
  if (struct) return { kind: 'type', type: `${struct[1]} ${struct[2]}` };
  return { kind: 'name', name };
}

/** The place that an lvalue expression names; null where it is too complicated. */
export function lowerPlace(input: SyntaxNode, scope: Scope): Place | null {
  const node = bare(input);
  switch (node.type) {
    case 'identifier':
      return place(node.text);
    case 'field_expression': {
      const object = node.childForFieldName('argument');
      const field = node.childForFieldName('field');
      if (!object || !field) return null;
      const arrow = node.childForFieldName('operator')?.text === '->';
      return step(object, (arrow ? '->' : '.') + field.text, scope);
    }
    case 'subscript_expression': {
      const object = node.childForFieldName('argument');
      const index = node.childForFieldName('index');
      if (!object || !index) return null;
      return step(object, `[${indexText(lowerValue(index, scope))}]`, scope);
    }
    case 'pointer_expression': {
      if (node.childForFieldName('operator')?.text !== '*') return null;
      const pointer = node.childForFieldName('argument');
      if (!pointer) return null;
      const value = lowerValue(pointer, scope);
      if (value.kind === 'address') return value.place;
      return step(pointer, '*', scope, value);
    }
    case 'cast_expression': {
      const value = node.childForFieldName('value');
      return value ? lowerPlace(value, scope) : null;
    }
    default: {
      const value = lowerValue(node, scope);
      return value.kind === 'read' ? value.place : null;
    }
  }
}

/** A number, the name of a variable, or `?`. */
function indexText(index: Expression): string {
  if (index.kind === 'number') return String(index.value);
  const plain = index.kind === 'read' && index.place.path.length === 0 && !index.place.base.startsWith('%');
  return plain ? index.place.base : '?';
}

/** One step from an object expression: `(object)->field`. */
function step(object: SyntaxNode, how: string, scope: Scope, known?: Expression): Place | null {
  const value = known ?? lowerValue(object, scope);
  if (value.kind === 'read') return { base: value.place.base, path: [...value.place.path, how] };
  // (&x)->f is x.f
  if (value.kind === 'address') {
    if (how === '*') return value.place;
    if (how.startsWith('->'))
      return { base: value.place.base, path: [...value.place.path, '.' + how.slice(2)] };
    return { base: value.place.base, path: [...value.place.path, how] };
  }
  if (value.kind === 'name') return place(value.name, how);
  if (value.kind === 'opaque' || value.kind === 'number' || value.kind === 'type') return null;
  // An arithmetic result: (page + 1)->flags.
  const held = scope.graph.temporary();
  scope.graph.emit({ do: 'assign', to: place(held), operator: '=', value }, object.line);
  return place(held, how);
}

function lowerPointer(node: SyntaxNode, scope: Scope): Expression {
  const operator = node.childForFieldName('operator')?.text;
  const operand = node.childForFieldName('argument');
  if (!operand) return OPAQUE;
  if (operator === '&') {
    const inner = bare(operand);
    if (inner.type === 'identifier' && !scope.isLocal(inner.text)) {
      return { kind: 'address', place: place(inner.text) };
    }
    const at = lowerPlace(operand, scope);
    return at ? { kind: 'address', place: at } : OPAQUE;
  }
  const at = lowerPlace(node, scope);
  return at ? read(at) : OPAQUE;
}

function lowerUnary(node: SyntaxNode, scope: Scope): Expression {
  const operator = node.childForFieldName('operator')?.text ?? '';
  const operandNode = node.childForFieldName('argument');
  if (!operandNode) return OPAQUE;
  if (operator === '!') return lowerTruth(node, scope);
  const operand = lowerValue(operandNode, scope);
  if (operator === '+') return operand;
  if (operand.kind === 'number') {
    if (operator === '-') return { kind: 'number', value: -operand.value };
    if (operator === '~') return { kind: 'number', value: ~operand.value };
  }
  return { kind: 'unary', operator, operand };
}

function lowerBinary(node: SyntaxNode, scope: Scope): Expression {
  const operator = node.childForFieldName('operator')?.text ?? '';
  if (operator === '&&' || operator === '||') return lowerTruth(node, scope);
  const left = lowerValue(node.childForFieldName('left')!, scope);
  const right = lowerValue(node.childForFieldName('right')!, scope);
  return { kind: 'binary', operator, left, right };
}

/** The value of a condition: 1 or 0, with the branches that decide it, so that later tests of it know why. */
function lowerTruth(node: SyntaxNode, scope: Scope): Expression {
  const { graph } = scope;
  const held = graph.temporary();
  const line = node.line;
  const { whenTrue, whenFalse } = lowerCondition(node, scope);
  graph.dangling = whenTrue;
  graph.emit({ do: 'assign', to: place(held), operator: '=', value: { kind: 'number', value: 1 } }, line);
  const afterTrue = graph.dangling;
  graph.dangling = whenFalse;
  graph.emit({ do: 'assign', to: place(held), operator: '=', value: { kind: 'number', value: 0 } }, line);
  graph.dangling = [...afterTrue, ...graph.dangling];
  return read(place(held));
}

function lowerAssignment(node: SyntaxNode, scope: Scope): Expression {
  const operator = node.childForFieldName('operator')?.text ?? '=';
  const leftNode = node.childForFieldName('left')!;
  const rightNode = node.childForFieldName('right')!;
  const value = lowerValue(rightNode, scope);
  const to = lowerPlace(leftNode, scope);
  if (!to) return value;
  scope.graph.emit({ do: 'assign', to, operator, value }, node.line);
  return read(to);
}

function lowerUpdate(node: SyntaxNode, scope: Scope): Expression {
  const operand = node.childForFieldName('argument');
  const to = operand ? lowerPlace(operand, scope) : null;
  if (!to) return OPAQUE;
  const operator = node.childForFieldName('operator')?.text === '--' ? '-=' : '+=';
  const postfix = operand !== null && operand.startIndex === node.startIndex;
  const one: Expression = { kind: 'number', value: 1 };
  if (!postfix) {
    scope.graph.emit({ do: 'assign', to, operator, value: one }, node.line);
    return read(to);
  }
  const before = scope.graph.temporary();
  scope.graph.emit({ do: 'assign', to: place(before), operator: '=', value: read(to) }, node.line);
  scope.graph.emit({ do: 'assign', to, operator, value: one }, node.line);
  return read(place(before));
}

function lowerConditional(node: SyntaxNode, scope: Scope): Expression {
  const { graph } = scope;
  const conditionNode = node.childForFieldName('condition')!;
  const consequence = node.childForFieldName('consequence');
  const alternative = node.childForFieldName('alternative')!;
  const held = graph.temporary();
  const line = node.line;
  const assign = (value: Expression): void => {
    graph.emit({ do: 'assign', to: place(held), operator: '=', value }, line);
  };
  if (!consequence) {
    // a ?: b
    const value = lowerValue(conditionNode, scope);
    const { whenTrue, whenFalse } = graph.branch({ do: 'test', condition: value }, line);
    graph.dangling = whenTrue;
    assign(value);
    const after = graph.dangling;
    graph.dangling = whenFalse;
    assign(lowerValue(alternative, scope));
    graph.dangling = [...after, ...graph.dangling];
    return read(place(held));
  }
  const { whenTrue, whenFalse } = lowerCondition(conditionNode, scope);
  graph.dangling = whenTrue;
  assign(lowerValue(consequence, scope));
  const after = graph.dangling;
  graph.dangling = whenFalse;
  assign(lowerValue(alternative, scope));
  graph.dangling = [...after, ...graph.dangling];
  return read(place(held));
}

/** `_Generic(p, const struct page *: f(p), struct page *: g(p))`: the last association; they differ in const only. */
function lowerGeneric(node: SyntaxNode, scope: Scope): Expression {
  const children = node.namedChildren.filter((child) => child.type !== 'comment');
  const last = children.at(-1);
  return last && children.length > 1 ? lowerValue(last, scope) : OPAQUE;
}

function lowerCall(node: SyntaxNode, scope: Scope): Expression {
  const { graph } = scope;
  const calleeNode = node.childForFieldName('function');
  if (!calleeNode) return OPAQUE;
  const args = argumentNodes(node);
  const line = node.line;
  const target = bare(calleeNode);
  const name = target.type === 'identifier' ? target.text : null;
  if (name && !scope.isLocal(name)) {
    if (TRANSPARENT.has(name) && args[0]) return lowerValue(args[0], scope);
    if (name === LOADS_BEHIND && args[0]) {
      const from = step(args[0], '*', scope);
      return from ? read(from) : OPAQUE;
    }
    if ((STORES.has(name) || name === STORES_BEHIND) && args.length === 2) {
      const value = lowerValue(args[1]!, scope);
      const to = name === STORES_BEHIND ? step(args[0]!, '*', scope) : lowerPlace(args[0]!, scope);
      if (to) graph.emit({ do: 'assign', to, operator: '=', value }, line);
      return value;
    }
    if (isAssertion(name) && args[0]) return lowerTruth(node, scope);
    if ((name === 'swap' || name === 'xchg') && args.length === 2)
      return lowerExchange(name, args, line, scope);
  }
  const lowered = args.map((arg) => lowerValue(arg, scope));
  // include/vdso/bits.h
  if ((name === 'BIT' || name === 'BIT_ULL') && lowered[0]) {
    return { kind: 'binary', operator: '<<', left: { kind: 'number', value: 1 }, right: lowered[0] };
  }
  let callee: string | Place | null = name && !scope.isLocal(name) ? name : null;
  callee ??= lowerPlace(target, scope);
  if (!callee) return OPAQUE;
  const to = graph.temporary();
  graph.emit({ do: 'call', callee, arguments: lowered, to }, line);
  return read(place(to));
}

/** `swap(a, b)` of linux/minmax.h and `xchg(&a, b)`. */
function lowerExchange(name: string, args: SyntaxNode[], line: number, scope: Scope): Expression {
  const { graph } = scope;
  const first = lowerValue(args[0]!, scope);
  const second = lowerValue(args[1]!, scope);
  const to =
    name === 'swap'
      ? first.kind === 'read'
        ? first.place
        : null
      : first.kind === 'address'
        ? first.place
        : null;
  if (!to) return OPAQUE;
  const held = graph.temporary();
  graph.emit({ do: 'assign', to: place(held), operator: '=', value: read(to) }, line);
  graph.emit({ do: 'assign', to, operator: '=', value: second }, line);
  if (name === 'swap' && second.kind === 'read') {
    graph.emit({ do: 'assign', to: second.place, operator: '=', value: read(place(held)) }, line);
  }
  return read(place(held));
}

/** Lowers an expression for its truth: the two sets of edges on which it is true and false. */
export function lowerCondition(input: SyntaxNode, scope: Scope): { whenTrue: Dangling; whenFalse: Dangling } {
  const { graph } = scope;
  const node = bare(input);
  if (node.type === 'unary_expression' && node.childForFieldName('operator')?.text === '!') {
    const { whenTrue, whenFalse } = lowerCondition(node.childForFieldName('argument')!, scope);
    return { whenTrue: whenFalse, whenFalse: whenTrue };
  }
  if (node.type === 'binary_expression') {
    const operator = node.childForFieldName('operator')?.text;
    if (operator === '&&' || operator === '||') {
      const left = lowerCondition(node.childForFieldName('left')!, scope);
      graph.dangling = operator === '&&' ? left.whenTrue : left.whenFalse;
      const right = lowerCondition(node.childForFieldName('right')!, scope);
      return operator === '&&'
        ? { whenTrue: right.whenTrue, whenFalse: [...left.whenFalse, ...right.whenFalse] }
        : { whenTrue: [...left.whenTrue, ...right.whenTrue], whenFalse: right.whenFalse };
    }
  }
  if (node.type === 'comma_expression') {
    lowerValue(node.childForFieldName('left')!, scope);
    return lowerCondition(node.childForFieldName('right')!, scope);
  }
  if (node.type === 'call_expression') {
    const callee = node.childForFieldName('function');
    const args = argumentNodes(node);
    if (callee?.type === 'identifier' && args[0]) {
      if (TRANSPARENT.has(callee.text)) return lowerCondition(args[0], scope);
      if (isAssertion(callee.text)) return lowerCondition(args[0], scope);
    }
  }
  const condition = lowerValue(node, scope);
  if (condition.kind === 'number') {
    const here = graph.dangling;
    graph.dangling = [];
    return condition.value ? { whenTrue: here, whenFalse: [] } : { whenTrue: [], whenFalse: here };
  }
  return graph.branch({ do: 'test', condition }, node.line);
}
