import type { SyntaxNode } from '../syntax.js';

/** Reads what a macro is defined as, should it be an integer. */
export function readConstant(
  name: string | undefined,
  value: string | undefined,
  constants: Record<string, number>,
): void {
  if (!name || !value) return;
  const number = integerIn(value.replace(/\/\*.*?\*\//g, ''));
  if (number !== null) constants[name] = number;
}

/** Reads the enumerators of an `enum_specifier`, as far as they are integers. */
export function readEnum(node: SyntaxNode, constants: Record<string, number>): void {
  let next: number | null = 0;
  for (const item of node.childForFieldName('body')?.namedChildren ?? []) {
    if (item.type !== 'enumerator') continue;
    const name = item.childForFieldName('name')?.text;
    const value = item.childForFieldName('value');
    if (value) next = integerIn(value.text);
    if (name && next !== null && Number.isSafeInteger(next)) constants[name] = next;
    if (next !== null) next++;
  }
}

/** The integer that a constant's text is, with casts and parentheses around it; null for anything more. */
function integerIn(text: string): number | null {
  const number =
    /^\(?\s*(?:\(\s*(?:__force\s+)?\w+(?:\s+\w+)?\s*\))?\s*\(?\s*(0x[0-9a-f]+|\d+)[uUlL]*\s*\)?\s*\)?$/i.exec(
      text.trim(),
    );
  return number ? Number(number[1]) : null;
}
