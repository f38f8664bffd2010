import type { Node, Tree } from 'web-tree-sitter';
import type { MacroFunction, NormalisedSource } from './normalise.js';

/** Subtrees deeper than this are not walked: whoever recurses over a function's tree is safe below it. */
export const maxDepth = 1000;

/** A function definition found in a syntax tree. */
export interface FoundFunction {
  readonly name: string;
  /** The macro that made its head, as `SYSCALL_DEFINE1`, else null. */
  readonly macro: string | null;
  /** Line of its name, from 1. */
  readonly line: number;
  /** Offsets of the whole definition. */
  readonly start: number;
  readonly end: number;
  /** Whether its subtree has a syntax error, or is deeper than `maxDepth`. */
  readonly error: boolean;
  /** The definition's node; null when it is too deep to be walked. Valid until the tree is deleted. */
  readonly node: Node | null;
}

/**
 * Lists the function definitions of a tree in order, also those that stand
 * inside a region the grammar could not read. Functions inside functions (a
 * misread macro) are not listed. Never throws.
 */
export function listFunctions(tree: Tree, source: Pick<NormalisedSource, 'macroFunctions'>): FoundFunction[] {
  const found: FoundFunction[] = [];
  const pending: Node[] = [tree.rootNode];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.type === 'function_definition') {
      const one = describe(node, source.macroFunctions);
      if (one) found.push(one);
    } else if (holdsItems.has(node.type)) {
      for (const child of node.namedChildren.toReversed()) if (child) pending.push(child);
    }
  }
  return found;
}

const holdsItems = new Set(['translation_unit', 'ERROR', 'linkage_specification', 'declaration_list']);

function describe(node: Node, macros: ReadonlyMap<number, MacroFunction>): FoundFunction | null {
  let declarator = node.childForFieldName('declarator');
  for (let depth = 0; declarator && declarator.type !== 'identifier' && depth < 50; depth++) {
    declarator =
      declarator.childForFieldName('declarator') ??
      declarator.namedChildren.find(
        (child) => child !== null && /declarator$|^identifier$/.test(child.type),
      ) ??
      null;
  }
  if (declarator?.type !== 'identifier') return null;
  const macro = macros.get(declarator.startIndex);
  const deep = deeperThan(node, maxDepth);
  return {
    name: macro?.name ?? declarator.text,
    macro: macro?.macro ?? null,
    line: declarator.startPosition.row + 1,
    start: node.startIndex,
    end: node.endIndex,
    error: deep || node.hasError,
    node: deep ? null : node,
  };
}

function deeperThan(node: Node, limit: number): boolean {
  const pending: { node: Node; depth: number }[] = [{ node, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { depth } = next;
    if (depth > limit) return true;
    // No subtree is deeper than it has nodes: nearly all need no look.
    if (next.node.descendantCount + depth <= limit) continue;
    for (const child of next.node.namedChildren) if (child) pending.push({ node: child, depth: depth + 1 });
  }
  return false;
}
