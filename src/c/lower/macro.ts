import type { FunctionFacts, Variable } from '../facts.js';
import { normalise } from '../normalise.js';
import type { ParseSyntax, SyntaxNode } from '../syntax.js';
import { lowerMacroBody } from './function.js';

/** A body that is longer is none that could be followed. */
const LONGEST = 8000;

/**
 * Lowers a function-like macro as a function: parameters without types, the last expression as result.
 *
 * @param node a `preproc_function_def`
 * @returns null where its body is no code that could stand in a function
 */
export function lowerMacro(node: SyntaxNode, parse: ParseSyntax): FunctionFacts | null {
  const name = node.childForFieldName('name')?.text;
  const value = node.childForFieldName('value');
  const list = node.childForFieldName('parameters');
  if (!name || !value?.text || !list) return null;
  const body = value.text.replace(/\\\r?\n/g, (newline) => ' ' + newline.slice(1)).replace(/##/g, '  ');
  if (body.length > LONGEST) return null;
  const parameters: Variable[] = [];
  for (const child of list.namedChildren) {
    if (child.type === 'identifier') parameters.push({ name: child.text, type: '' });
  }
  const variadic = list.tokens.some((token) => token.type === '...');
  if (variadic) parameters.push({ name: '__VA_ARGS__', type: '' });
  const wrapped = normalise(`int f(void) {${body};}`, 'first');
  const block = firstFunction(parse(wrapped.text))?.childForFieldName('body');
  if (!block || block.hasError) return null;
  const { nodes, locals } = lowerMacroBody(block, parameters, wrapped.loops);
  return {
    name,
    kind: 'macro',
    isStatic: false,
    isInit: false,
    line: node.line,
    endLine: node.endLine,
    returns: '',
    parameters,
    variadic,
    locals,
    nodes: nodes.map((item) => ({ ...item, line: item.line + value.line - 1 })),
  };
}

function firstFunction(root: SyntaxNode): SyntaxNode | null {
  for (const node of root.descendants()) if (node.type === 'function_definition') return node;
  return null;
}
