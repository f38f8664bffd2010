import type { Expression, FactNode, Place, Variable } from '../facts.js';
import type { SyntaxNode } from '../syntax.js';
import { Graph, type Dangling } from './graph.js';
import { bare, isAssertion, lowerCondition, lowerPlace, lowerValue, type Scope } from './expression.js';
import { declaredType, readDeclarator } from './types.js';

/** Iteration macros that the normalisation turned into `while` loops, by the loop's offset. */
export type IterationMacros = ReadonlyMap<number, string>;

/** A function's body as a graph, and the variables it declares. */
export interface LoweredBody {
  readonly nodes: readonly FactNode[];
  readonly locals: Readonly<Record<string, string>>;
}

interface Loop {
  readonly breaks: Dangling[];
  readonly continues: Dangling[];
}

/** Lowers a function's compound statement. */
export function lowerBody(
  body: SyntaxNode,
  parameters: readonly Variable[],
  macros: IterationMacros,
): LoweredBody {
  return new BodyLowering(parameters, macros, body.line).lower(body);
}

/** Lowers a macro's body, where the last expression is the value. */
export function lowerMacroBody(
  body: SyntaxNode,
  parameters: readonly Variable[],
  macros: IterationMacros,
): LoweredBody {
  return new BodyLowering(parameters, macros, body.line).lowerAsValue(body);
}

class BodyLowering implements Scope {
  readonly graph: Graph;
  private readonly locals: Record<string, string> = {};
  private readonly names = new Set<string>();
  private readonly macros: IterationMacros;
  private readonly loops: Loop[] = [];

  constructor(parameters: readonly Variable[], macros: IterationMacros, line: number) {
    this.graph = new Graph(line);
    this.macros = macros;
    for (const parameter of parameters) this.names.add(parameter.name);
  }

  isLocal(name: string): boolean {
    return this.names.has(name);
  }

  lower(body: SyntaxNode): LoweredBody {
    this.collectNames(body);
    this.statement(body);
    return { nodes: this.graph.finish(), locals: this.locals };
  }

  lowerAsValue(body: SyntaxNode): LoweredBody {
    this.collectNames(body);
    const value = this.lowerStatements(body);
    this.graph.emit({ do: 'return', value }, body.line);
    this.graph.dangling = [];
    return { nodes: this.graph.finish(), locals: this.locals };
  }

  /** A statement expression: the statements, and the value of the last one. */
  lowerStatements(block: SyntaxNode): Expression | null {
    const statements = block.namedChildren.filter((child) => child.type !== 'comment');
    const last = statements.pop();
    for (const statement of statements) this.statement(statement);
    if (!last) return null;
    if (last.type === 'expression_statement') {
      const expression = last.namedChildren[0];
      return expression ? lowerValue(expression, this) : null;
    }
    if (last.type === 'compound_statement') return this.lowerStatements(last);
    this.statement(last);
    return null;
  }

  /** Local names are known before their use is lowered, so that shadowed globals are not taken for constants. */
  private collectNames(body: SyntaxNode): void {
    const calls: SyntaxNode[] = [];
    for (const node of body.descendants()) {
      if (node.type === 'declaration') this.collectDeclared(node);
      else if (node.type === 'expression_statement') {
        const call = node.namedChildren[0];
        if (call?.type === 'call_expression') calls.push(call);
      }
    }
    for (const call of calls) this.declaringMacro(call);
  }

  private collectDeclared(declaration: SyntaxNode): void {
    const specifier = declaration.childForFieldName('type');
    for (const child of declaration.childrenForFieldName('declarator')) {
      const declarator = readDeclarator(child);
      if (!declarator) continue;
      if (declarator.parameters && !declarator.functionPointer) continue;
      this.names.add(declarator.name);
      const known = specifier && /typeof|__auto_type/.test(specifier.text);
      this.locals[declarator.name] = known ? '' : declaredType(specifier, declarator.suffix);
    }
  }

  /** `LIST_HEAD(list);`, `DEFINE_FOLIO_VMA_WALK(pvmw, …);` declare their first argument. */
  private declaringMacro(call: SyntaxNode): void {
    const callee = call.childForFieldName('function')?.text ?? '';
    if (!/^(?:LIST_HEAD|DEFINE_|DECLARE_|XA_STATE|XARRAY_|HLIST_HEAD)/.test(callee)) return;
    const name = call.childForFieldName('arguments')?.namedChildren[0];
    if (name?.type !== 'identifier') return;
    this.names.add(name.text);
    this.locals[name.text] =
      callee === 'LIST_HEAD' ? 'struct list_head' : callee.startsWith('XA_STATE') ? 'struct xa_state' : '';
  }

  private statement(node: SyntaxNode): void {
    const { graph } = this;
    switch (node.type) {
      case 'compound_statement':
        for (const child of node.namedChildren) this.statement(child);
        return;
      case 'declaration':
        this.declaration(node);
        return;
      case 'expression_statement': {
        const expression = node.namedChildren[0];
        if (expression) this.expression(expression);
        return;
      }
      case 'if_statement':
        this.ifStatement(node);
        return;
      case 'while_statement':
        this.whileStatement(node);
        return;
      case 'do_statement':
        this.doStatement(node);
        return;
      case 'for_statement':
        this.forStatement(node);
        return;
      case 'switch_statement':
        this.switchStatement(node);
        return;
      case 'return_statement': {
        const value = node.namedChildren.find((child) => child.type !== 'comment');
        const lowered = value ? lowerValue(value, this) : null;
        graph.emit({ do: 'return', value: lowered }, node.line);
        graph.dangling = [];
        return;
      }
      case 'goto_statement': {
        const label = node.childForFieldName('label');
        if (label) graph.jumpToLabel(label.text, node.line);
        else graph.dangling = [];
        return;
      }
      case 'labeled_statement': {
        const label = node.childForFieldName('label');
        if (label) graph.placeLabel(label.text, node.line);
        for (const child of node.namedChildren.slice(1)) this.statement(child);
        return;
      }
      case 'break_statement': {
        this.loops.at(-1)?.breaks.push(graph.dangling);
        graph.dangling = [];
        return;
      }
      case 'continue_statement': {
        // A switch is no loop: `continue` goes past it.
        for (let depth = this.loops.length - 1; depth >= 0; depth--) {
          const loop = this.loops[depth]!;
          if (loop.continues !== NO_CONTINUE) {
            loop.continues.push(graph.dangling);
            break;
          }
        }
        graph.dangling = [];
        return;
      }
      case 'attributed_statement':
      case 'else_clause':
      case 'ERROR':
        for (const child of node.namedChildren) this.statement(child);
        return;
      case 'case_statement':
        // Outside of a switch (damaged code): its statements.
        for (const child of node.namedChildren) this.statement(child);
        return;
      default:
        if (node.type.endsWith('_expression')) this.expression(node);
    }
  }

  private expression(node: SyntaxNode): void {
    const target = bare(node);
    if (target.type === 'comma_expression') {
      this.expression(target.childForFieldName('left')!);
      this.expression(target.childForFieldName('right')!);
      return;
    }
    if (target.type === 'call_expression') {
      const callee = target.childForFieldName('function');
      if (callee?.type === 'identifier' && isAssertion(callee.text)) {
        // As a statement it tells what the author relies on: the condition is false from here on.
        const condition = target
          .childForFieldName('arguments')
          ?.namedChildren.find((c) => c && c.type !== 'comment');
        if (condition) {
          const { whenTrue, whenFalse } = lowerCondition(condition, this);
          this.graph.stop(whenTrue, target.line);
          this.graph.dangling = whenFalse;
        }
        return;
      }
    }
    lowerValue(target, this);
  }

  private declaration(node: SyntaxNode): void {
    for (const child of node.childrenForFieldName('declarator')) {
      const declarator = readDeclarator(child);
      if (!declarator || (declarator.parameters && !declarator.functionPointer)) continue;
      const { line } = child;
      const to: Place = { base: declarator.name, path: [] };
      const initial = child.type === 'init_declarator' ? child.childForFieldName('value') : null;
      if (!initial) {
        this.graph.emit({ do: 'declare', name: declarator.name }, line);
      } else if (initial.type === 'initializer_list') {
        this.graph.emit({ do: 'declare', name: declarator.name }, line);
        this.initialiserList(to, initial);
      } else {
        const value = lowerValue(initial, this);
        this.graph.emit({ do: 'assign', to, operator: '=', value }, line);
      }
    }
  }

  /** `struct vm_fault vmf = { .vma = vma, ... }`: one assignment per field; what is not named is zero. */
  private initialiserList(to: Place, list: SyntaxNode): void {
    for (const item of list.namedChildren) {
      if (item?.type !== 'initializer_pair') continue;
      const designators = item.childrenForFieldName('designator');
      const value = item.childForFieldName('value');
      const field = designators[0];
      if (!value || designators.length !== 1 || field?.type !== 'field_designator') continue;
      const at: Place = { base: to.base, path: [...to.path, '.' + field.text.slice(1).trim()] };
      if (value.type === 'initializer_list') this.initialiserList(at, value);
      else {
        const lowered = lowerValue(value, this);
        this.graph.emit({ do: 'assign', to: at, operator: '=', value: lowered }, item.line);
      }
    }
  }

  private ifStatement(node: SyntaxNode): void {
    const { graph } = this;
    if (this.macros.has(node.startIndex)) {
      // scoped_guard(…) { … } and its like: the block is entered once.
      for (const argument of commaList(node.childForFieldName('condition')!)) lowerValue(argument, this);
      const block = node.childForFieldName('consequence');
      if (block) this.statement(block);
      return;
    }
    const { whenTrue, whenFalse } = lowerCondition(node.childForFieldName('condition')!, this);
    graph.dangling = whenTrue;
    const consequence = node.childForFieldName('consequence');
    if (consequence) this.statement(consequence);
    const after = graph.dangling;
    graph.dangling = whenFalse;
    const alternative = node.childForFieldName('alternative');
    if (alternative) this.statement(alternative);
    graph.dangling = [...after, ...graph.dangling];
  }

  private whileStatement(node: SyntaxNode): void {
    const { graph } = this;
    const line = node.line;
    const condition = node.childForFieldName('condition')!;
    const body = node.childForFieldName('body');
    const macro = this.macros.get(node.startIndex);
    const loop: Loop = { breaks: [], continues: [] };
    let head: number;
    let exit: Dangling;
    if (macro) {
      // The arguments are evaluated by the macro; who gets a new value at each pass is decided by their types.
      const args = commaList(condition).map((argument) => this.iterationArgument(argument));
      head = graph.join(line);
      const entry = graph.branch({ do: 'test', condition: { kind: 'opaque' } }, line);
      graph.dangling = entry.whenTrue;
      graph.emit({ do: 'iterate', macro, arguments: args }, line);
      exit = entry.whenFalse;
    } else {
      head = graph.join(line);
      const { whenTrue, whenFalse } = lowerCondition(condition, this);
      graph.dangling = whenTrue;
      exit = whenFalse;
    }
    this.loops.push(loop);
    if (body) this.statement(body);
    this.loops.pop();
    graph.connect([...graph.dangling, ...loop.continues.flat()], head);
    graph.dangling = [...exit, ...loop.breaks.flat()];
  }

  private iterationArgument(node: SyntaxNode): Expression {
    const target = bare(node);
    if (target.type === 'identifier' && !this.names.has(target.text))
      return { kind: 'name', name: target.text };
    const at =
      target.type === 'identifier' || target.type === 'field_expression' ? lowerPlace(target, this) : null;
    return at ? { kind: 'read', place: at } : lowerValue(target, this);
  }

  private doStatement(node: SyntaxNode): void {
    const { graph } = this;
    const head = graph.join(node.line);
    const loop: Loop = { breaks: [], continues: [] };
    this.loops.push(loop);
    const body = node.childForFieldName('body');
    if (body) this.statement(body);
    this.loops.pop();
    graph.dangling = [...graph.dangling, ...loop.continues.flat()];
    const { whenTrue, whenFalse } = lowerCondition(node.childForFieldName('condition')!, this);
    graph.connect(whenTrue, head);
    graph.dangling = [...whenFalse, ...loop.breaks.flat()];
  }

  private forStatement(node: SyntaxNode): void {
    const { graph } = this;
    const initialiser = node.childForFieldName('initializer');
    if (initialiser) {
      if (initialiser.type === 'declaration') this.declaration(initialiser);
      else this.expression(initialiser);
    }
    const head = graph.join(node.line);
    const condition = node.childForFieldName('condition');
    let exit: Dangling = [];
    if (condition) {
      const { whenTrue, whenFalse } = lowerCondition(condition, this);
      graph.dangling = whenTrue;
      exit = whenFalse;
    }
    const loop: Loop = { breaks: [], continues: [] };
    this.loops.push(loop);
    const body = node.childForFieldName('body');
    if (body) this.statement(body);
    this.loops.pop();
    graph.dangling = [...graph.dangling, ...loop.continues.flat()];
    const update = node.childForFieldName('update');
    if (update) this.expression(update);
    graph.connect(graph.dangling, head);
    graph.dangling = [...exit, ...loop.breaks.flat()];
  }

  private switchStatement(node: SyntaxNode): void {
    const { graph } = this;
    const line = node.line;
    const subject = lowerValue(node.childForFieldName('condition')!, this);
    const loop: Loop = { breaks: [], continues: NO_CONTINUE };
    this.loops.push(loop);
    let untested = graph.dangling;
    let fallThrough: Dangling = [];
    let defaultEdges: Dangling | null = null;
    const cases = node.childForFieldName('body')?.namedChildren ?? [];
    const pending: { at: number; edges: Dangling }[] = [];
    // First the chain of tests, then the bodies, so that `default` may stand anywhere.
    const bodies: { node: SyntaxNode; entry: Dangling }[] = [];
    for (const item of cases) {
      if (item.type === 'comment') continue;
      if (item.type !== 'case_statement') {
        bodies.push({ node: item, entry: [] });
        continue;
      }
      const value = item.childForFieldName('value');
      if (!value) {
        bodies.push({ node: item, entry: [] });
        pending.push({ at: bodies.length - 1, edges: [] });
        continue;
      }
      graph.dangling = untested;
      const right = lowerValue(value, this);
      // `case 1 ... 3`, as it is after normalisation.
      const range = right.kind === 'binary' && right.operator === '<=';
      const condition: Expression = range
        ? { kind: 'opaque' }
        : { kind: 'binary', operator: '==', left: subject, right };
      const { whenTrue, whenFalse } = graph.branch({ do: 'test', condition }, item.line);
      bodies.push({ node: item, entry: whenTrue });
      untested = whenFalse;
    }
    if (pending[0]) defaultEdges = untested;
    for (const [index, body] of bodies.entries()) {
      const isDefault = pending[0]?.at === index;
      graph.dangling = [...fallThrough, ...body.entry, ...(isDefault ? (defaultEdges ?? []) : [])];
      if (body.node.type === 'case_statement') {
        const value = body.node.childForFieldName('value');
        for (const child of body.node.namedChildren) {
          if (child.type !== 'comment' && child !== value) this.statement(child);
        }
      } else this.statement(body.node);
      fallThrough = graph.dangling;
    }
    this.loops.pop();
    graph.dangling = [...fallThrough, ...(defaultEdges ? [] : untested), ...loop.breaks.flat()];
    if (bodies.length === 0) graph.join(line);
  }
}

/** Marks a switch among the loops: `break` ends it, `continue` does not know it. */
const NO_CONTINUE: Dangling[] = [];

function commaList(condition: SyntaxNode): SyntaxNode[] {
  const inner = bare(condition);
  if (inner.type !== 'comma_expression') return [inner];
  const left = inner.childForFieldName('left');
  const right = inner.childForFieldName('right');
  return [...(left ? commaList(left) : []), ...(right ? commaList(right) : [])];
}
