import type { FactNode, FileFacts, FunctionFacts, SlotInitialiser, Variable } from '../facts.js';
import { normalise, type NormalisedSource } from '../normalise.js';
import { loadSyntax, type SyntaxNode } from '../syntax.js';
import { blankAll, blankRead, blankUnneededBodies } from './blank.js';
import { readConstant, readEnum } from './constants.js';
import { readDirectly, storageOf } from './direct.js';
import { lowerBody } from './function.js';
import { lowerMacro } from './macro.js';
import { mayMatter } from './relevant.js';
import { declaredType, plainType, readDeclarator } from './types.js';

/**
 * Lowers one C file to facts.
 *
 * @param text the file's content
 * @returns facts of the functions and function-like macros that may handle folios or pages,
 *   of structs, operation tables and constants. Code that cannot be parsed gives fewer facts, never an error.
 */
export async function lowerFile(text: string): Promise<FileFacts> {
  const parse = await loadSyntax();
  const functions = new Map<string, FunctionFacts>();
  const structs: Record<string, Record<string, string>> = {};
  const slots = new Map<string, SlotInitialiser>();
  const constants: Record<string, number> = {};
  const callbackTypes = new Set<string>();
  const prototypes = new Set<string>();
  let toRead: string | null = blankUnneededBodies(text);
  for (const branch of ['first', 'second'] as const) {
    if (toRead === null) break;
    const source = normalise(toRead, branch);
    const direct = readDirectly(source, text, constants, prototypes);
    const found = [...direct.functions];
    const root = parse(blankAll(source.text, direct.extents));
    const visit = (node: SyntaxNode): void => {
      switch (node.type) {
        case 'function_definition': {
          const facts = lowerFunction(node, source, text);
          if (!facts) return;
          // Tables on the stack: struct rmap_walk_control rwc = { .rmap_one = f }.
          if (/=\s*\{/.test(text.slice(node.startIndex, node.endIndex))) {
            for (const inner of node.descendants())
              if (inner.type === 'declaration') readSlots(inner, slots, true);
          }
          found.push({ start: node.startIndex, facts });
          return;
        }
        case 'preproc_function_def': {
          const facts = lowerMacro(node, parse);
          if (facts) found.push({ start: node.startIndex, facts });
          return;
        }
        case 'preproc_def':
          readConstant(
            node.childForFieldName('name')?.text,
            node.childForFieldName('value')?.text,
            constants,
          );
          return;
        case 'struct_specifier':
        case 'union_specifier':
          readStruct(node, structs);
          return;
        case 'enum_specifier':
          readEnum(node, constants);
          return;
        case 'type_definition':
          readTypedef(node, callbackTypes);
          break;
        case 'declaration':
          readSlots(node, slots, false);
          readPrototypes(node, prototypes);
          break;
        case 'compound_statement':
          return;
      }
      for (const child of node.namedChildren) visit(child);
    };
    visit(root);
    for (const { facts } of found.sort((a, b) => a.start - b.start)) {
      const known = functions.get(facts.name);
      functions.set(facts.name, facts.kind === 'macro' ? longerMacro(known, facts) : oneOrBoth(known, facts));
    }
    toRead = source.hasAlternative ? blankRead(toRead, root) : null;
  }
  return {
    functions: [...functions.values()].map((facts) =>
      isStub(facts, prototypes) ? { ...facts, nodes: [] } : facts,
    ),
    structs,
    slots: [...slots.values()],
    constants,
    callbackTypes: [...callbackTypes],
  };
}

function longerMacro(known: FunctionFacts | undefined, facts: FunctionFacts): FunctionFacts {
  return !known || (known.kind === 'macro' && known.nodes.length < facts.nodes.length) ? facts : known;
}

/** Two readings of one name: two configurations of a function, a function and its stub, or a function and a macro. */
function oneOrBoth(known: FunctionFacts | undefined, facts: FunctionFacts): FunctionFacts {
  if (!known || known.kind === 'macro') return facts;
  if (known.line === facts.line && known.nodes.length > 0 && facts.nodes.length > 0) {
    return JSON.stringify(known.nodes) === JSON.stringify(facts.nodes) ? known : either(known, facts);
  }
  // The longer one is the real one, the other a stub of the configuration without it.
  return sizeOf(known, facts) < sizeOf(facts, known) ? facts : known;
}

/** The size of a function beside another one: by its nodes, or by its lines where one of them was not read. */
function sizeOf({ nodes, line, endLine }: FunctionFacts, other: FunctionFacts): number {
  return nodes.length > 0 && other.nodes.length > 0 ? nodes.length : endLine - line;
}

/** A function that an `#if` inside of it makes two: does the one or the other. */
function either(one: FunctionFacts, other: FunctionFacts): FunctionFacts {
  const moved = (nodes: readonly FactNode[], by: number): FactNode[] =>
    nodes.map((node) => ({ ...node, next: node.next.map((target) => target + by) }));
  const second = 1 + one.nodes.length;
  return {
    ...one,
    locals: { ...other.locals, ...one.locals },
    nodes: [
      { line: one.line, action: { do: 'test', condition: { kind: 'opaque' } }, next: [1, second] },
      ...moved(one.nodes, 1),
      ...moved(other.nodes, second),
    ],
  };
}

function lowerFunction(node: SyntaxNode, source: NormalisedSource, original: string): FunctionFacts | null {
  const declarator = readDeclarator(node.childForFieldName('declarator'));
  const body = node.childForFieldName('body');
  if (!declarator || !body) return null;
  const text = original.slice(node.startIndex, node.endIndex);
  const head = original.slice(node.startIndex, body.startIndex);
  const { parameters, variadic } = readParameters(declarator.parameters);
  // A function that cannot matter is known by name all the same: another one of that name would be taken for it.
  const { nodes, locals } = mayMatter(text)
    ? lowerBody(body, parameters, source.loops)
    : { nodes: [], locals: {} };
  return {
    name: macroName(node, source) ?? declarator.name,
    kind: 'function',
    ...storageOf(head),
    line: declarator.line,
    endLine: node.endLine,
    returns: declaredType(node.childForFieldName('type'), declarator.suffix),
    parameters,
    variadic,
    locals,
    nodes,
  };
}

/** The name of a function whose head is a macro: `SYSCALL_DEFINE1(exit, …)`. */
function macroName(node: SyntaxNode, source: NormalisedSource): string | null {
  if (source.macroFunctions.size === 0) return null;
  let declarator = node.childForFieldName('declarator');
  while (declarator && declarator.type !== 'identifier')
    declarator = declarator.childForFieldName('declarator');
  return declarator ? (source.macroFunctions.get(declarator.startIndex)?.name ?? null) : null;
}

function readParameters(list: SyntaxNode | null): { parameters: Variable[]; variadic: boolean } {
  const parameters: Variable[] = [];
  let variadic = false;
  for (const child of list?.namedChildren ?? []) {
    if (child.type === 'variadic_parameter') variadic = true;
    if (child.type !== 'parameter_declaration') continue;
    const declarator = readDeclarator(child.childForFieldName('declarator'));
    const type = declaredType(child.childForFieldName('type'), declarator?.suffix ?? '');
    if (!declarator && type === 'void') continue;
    parameters.push({ name: declarator?.name ?? `%unnamed${parameters.length}`, type });
  }
  return { parameters, variadic };
}

/** Fields by name; those of anonymous inner structs and unions belong to the outer one, as in C. */
function readStruct(
  node: SyntaxNode,
  structs: Record<string, Record<string, string>>,
  name = node.childForFieldName('name')?.text,
): void {
  const body = node.childForFieldName('body');
  if (!body) return;
  const fields: Record<string, string> = {};
  const collect = (list: SyntaxNode): void => {
    for (const item of list.namedChildren) {
      if (item.type !== 'field_declaration') continue;
      const type = item.childForFieldName('type');
      const declarators = item.childrenForFieldName('declarator');
      const inner = type?.childForFieldName('body');
      const unnamed = inner && !type?.childForFieldName('name');
      if (type && inner && !unnamed) readStruct(type, structs);
      if (inner && declarators.length === 0) collect(inner);
      for (const child of declarators) {
        const declarator = readDeclarator(child);
        if (!declarator) continue;
        // A struct without a name goes by that of its field.
        const own = unnamed ? `${name ?? ''}.${declarator.name}` : null;
        if (own !== null && name) readStruct(type!, structs, own);
        const typeName = own === null ? declaredType(type, declarator.suffix) : `struct ${own}`;
        fields[declarator.name] = declarator.functionPointer ? 'function *' : typeName;
      }
    }
  };
  collect(body);
  if (name) structs[name] = { ...structs[name], ...fields };
}

function readPrototypes(node: SyntaxNode, prototypes: Set<string>): void {
  for (const child of node.childrenForFieldName('declarator')) {
    const declarator = readDeclarator(child);
    if (declarator?.parameters && !declarator.functionPointer) prototypes.add(declarator.name);
  }
}

/** A header that declares a function and defines it too has a stub for the configuration without the real one. */
function isStub(facts: FunctionFacts, prototypes: ReadonlySet<string>): boolean {
  return facts.kind === 'function' && facts.isStatic && facts.nodes.length <= 3 && prototypes.has(facts.name);
}

function readTypedef(node: SyntaxNode, callbackTypes: Set<string>): void {
  const declarator = readDeclarator(node.childForFieldName('declarator'));
  if (declarator?.parameters) callbackTypes.add(declarator.name);
}

/** `static const struct vm_operations_struct x = { .fault = f, … }`, nested tables included. */
function readSlots(node: SyntaxNode, slots: Map<string, SlotInitialiser>, local: boolean): void {
  const specifier = node.childForFieldName('type');
  const struct =
    specifier?.type === 'struct_specifier'
      ? specifier.childForFieldName('name')?.text
      : plainType(specifier?.text ?? '');
  if (!struct) return;
  for (const child of node.childrenForFieldName('declarator')) {
    const list = child.type === 'init_declarator' ? child.childForFieldName('value') : null;
    if (list?.type === 'initializer_list') readInitialisers(struct, list, slots, local);
  }
}

function readInitialisers(
  struct: string,
  list: SyntaxNode,
  slots: Map<string, SlotInitialiser>,
  local: boolean,
): void {
  for (const item of list.namedChildren) {
    if (item.type === 'initializer_list') readInitialisers(struct, item, slots, local);
    if (item.type !== 'initializer_pair') continue;
    const designator = item.childForFieldName('designator');
    const value = item.childForFieldName('value');
    if (designator?.type !== 'field_designator' || !value) continue;
    const field = designator.text.slice(1).trim();
    if (value.type === 'identifier') {
      slots.set(`${struct}.${field}=${value.text}`, { struct, field, function: value.text, local });
    } else if (value.type === 'initializer_list') readInitialisers(`${struct}.${field}`, value, slots, local);
  }
}
