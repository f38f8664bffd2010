import type { SyntaxNode } from '../syntax.js';

const QUALIFIERS =
  /\b(const|volatile|restrict|static|extern|inline|register|__\w+|auto|_Atomic|noinline|asmlinkage)\b/g;

/** A type without qualifiers and attributes, with one blank between words: `struct folio`. */
export function plainType(text: string): string {
  return text.replace(QUALIFIERS, ' ').replace(/\s+/g, ' ').trim();
}

/** What a declarator declares: its name and what it adds to the type (`*`, `[]`). */
export interface Declarator {
  readonly name: string;
  /** Of the name, from 1. */
  readonly line: number;
  readonly suffix: string;
  /** The parameter list when it declares a function. */
  readonly parameters: SyntaxNode | null;
  /** True for `(*name)(…)`. */
  readonly functionPointer: boolean;
}

/** Reads a declarator; null where it has no name. */
export function readDeclarator(node: SyntaxNode | null): Declarator | null {
  let suffix = '';
  let parameters: SyntaxNode | null = null;
  let functionPointer = false;
  let current = node;
  while (current) {
    switch (current.type) {
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier':
        return {
          name: current.text,
          line: current.line,
          suffix,
          parameters,
          functionPointer,
        };
      case 'pointer_declarator':
      case 'abstract_pointer_declarator':
        suffix = '*' + suffix;
        current = current.childForFieldName('declarator');
        break;
      case 'array_declarator':
        suffix = suffix + '[]';
        current = current.childForFieldName('declarator');
        break;
      case 'function_declarator': {
        const inner = current.childForFieldName('declarator');
        if (inner?.type === 'parenthesized_declarator') functionPointer = true;
        parameters ??= current.childForFieldName('parameters');
        current = inner;
        break;
      }
      case 'parenthesized_declarator':
      case 'attributed_declarator':
        current = current.namedChildren[0] ?? null;
        break;
      case 'init_declarator':
        current = current.childForFieldName('declarator');
        break;
      default:
        return null;
    }
  }
  return null;
}

/** The whole type of a declared name: `struct page **`. */
export function declaredType(specifier: SyntaxNode | null, suffix: string): string {
  const base = specifier ? specifierName(specifier) : '';
  return suffix ? `${base} ${suffix}` : base;
}

function specifierName(specifier: SyntaxNode): string {
  if (
    specifier.type === 'struct_specifier' ||
    specifier.type === 'union_specifier' ||
    specifier.type === 'enum_specifier'
  ) {
    const keyword = specifier.type.slice(0, specifier.type.indexOf('_'));
    const name = specifier.childForFieldName('name');
    return name ? `${keyword} ${name.text}` : keyword;
  }
  return plainType(specifier.text);
}
