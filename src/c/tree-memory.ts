import type { Language, Tree } from 'web-tree-sitter';

/** The memory of web-tree-sitter's WebAssembly module, in which its trees and tables are. */
export interface ParserMemory {
  readonly buffer: ArrayBuffer;
}

/** What is read of a tree, one visible node after the other, each behind the one that it is in. */
export interface TreeVisitor {
  /** @returns whether to go on with what is in the node; then `leave` is called behind that */
  enter(type: number, field: number, start: number, end: number, isMissing: boolean): boolean;
  leave(): void;
}

/** Walks a tree below its root. */
export type WalkTree = (tree: Tree, visitor: TreeVisitor) => void;

// Where things are, in bytes, on a machine with addresses of four (tree-sitter 0.27: subtree.h, tree.h, parser.h).
const CHILD_SIZE = 8;
const SUBTREE = { padding: 4, size: 16, children: 36, symbol: 40, flags: 44, production: 66 };
const LANGUAGE = {
  symbols: 4,
  productions: 28,
  fields: 32,
  longestAliases: 36,
  fieldSlices: 64,
  fieldEntries: 68,
  publicSymbols: 76,
  aliases: 84,
};
const ERROR = 0xffff;

/** What the grammar says of how nodes are shown. */
interface Tables {
  /** Type of a symbol. */
  readonly types: Uint16Array;
  /** For production and child the field, and the symbol that it goes by; 0 for none. */
  readonly fields: readonly Uint16Array[];
  readonly aliases: readonly (Uint16Array | null)[];
}

/**
 * Reads trees where the parser has them. Asking the library costs a call into WebAssembly for each step and each
 * question, which took half as long as parsing.
 */
export function treeWalker(memory: ParserMemory, language: Language): WalkTree {
  const tables = readTables(memory, addressOf(language), language);
  let words = new Uint32Array(memory.buffer);
  return (tree, visitor) => {
    // It grows by becoming another one.
    if (words.buffer !== memory.buffer) words = new Uint32Array(memory.buffer);
    walk(words, addressOf(tree), tables, visitor);
  };
}

function addressOf(of: Tree | Language): number {
  return (of as unknown as { readonly 0: number })[0];
}

function readTables(memory: ParserMemory, address: number, language: Language): Tables {
  const view = new DataView(memory.buffer);
  const word = (at: number): number => view.getUint32(address + at, true);
  // A grammar of another form would be read as nonsense.
  if (word(LANGUAGE.fields) !== language.fields.length - 1 || word(LANGUAGE.symbols) > language.types.length)
    throw new Error('the tables of the grammar are not where they were');
  const half = (at: number): number => view.getUint16(at, true);
  const symbols = language.types.length;
  const publicSymbols = word(LANGUAGE.publicSymbols);
  const types = Uint16Array.from({ length: symbols }, (_, symbol) => half(publicSymbols + 2 * symbol));
  const longest = half(address + LANGUAGE.longestAliases);
  const fields: Uint16Array[] = [];
  const aliases: (Uint16Array | null)[] = [];
  for (let production = 0; production < word(LANGUAGE.productions); production++) {
    const of = new Uint16Array(0x100);
    const slice = word(LANGUAGE.fieldSlices) + 4 * production;
    for (let entry = half(slice) + half(slice + 2) - 1; entry >= half(slice); entry--) {
      const at = word(LANGUAGE.fieldEntries) + 4 * entry;
      const isInherited = view.getUint8(at + 3) !== 0;
      if (!isInherited) of[view.getUint8(at + 2)] = half(at);
    }
    fields.push(of);
    const sequence = word(LANGUAGE.aliases) + 2 * production * longest;
    const names = Uint16Array.from({ length: longest }, (_, child) => half(sequence + 2 * child));
    aliases.push(production > 0 && names.some((name) => name !== 0) ? names : null);
  }
  return { types, fields, aliases };
}

function walk(
  words: Uint32Array,
  tree: number,
  { types, fields, aliases }: Tables,
  visitor: TreeVisitor,
): void {
  const root = words[tree >> 2]!;
  if ((root & 1) === 1) return;
  /** Of each node that is gone through: what comes next in it, and what is known of it. */
  const stack: number[] = [];
  let child = 0;
  let last = 0;
  let position = 0;
  let structural = 0;
  let production = 0;
  /** The field that a node without its own has of the hidden nodes around it. */
  let inherited = 0;
  let isShown = 0;
  const descend = (subtree: number, start: number, field: number, shown: number): void => {
    stack.push(child, last, position, structural, production, inherited, isShown);
    child = (subtree - CHILD_SIZE * words[(subtree + SUBTREE.children) >> 2]!) >> 2;
    last = subtree >> 2;
    position = start;
    structural = 0;
    production = words[(subtree + SUBTREE.production) >> 2]! >>> 16;
    inherited = field;
    isShown = shown;
  };
  descend(root, words[(root + SUBTREE.padding) >> 2]!, 0, 0);
  let isFirst = true;
  for (;;) {
    if (child === last) {
      if (isShown === 1) visitor.leave();
      isShown = stack.pop()!;
      inherited = stack.pop()!;
      production = stack.pop()!;
      structural = stack.pop()!;
      position = stack.pop()!;
      last = stack.pop()!;
      child = stack.pop()!;
      if (stack.length === 0) return;
      isFirst = false;
      continue;
    }
    const low = words[child]!;
    let padding: number;
    let size: number;
    let symbol: number;
    let children = 0;
    let isVisible: boolean;
    let isExtra: boolean;
    let isMissing: boolean;
    if ((low & 1) === 1) {
      // A small leaf stands in place of its address.
      const high = words[child + 1]!;
      padding = (high >>> 16) & 0xff;
      size = high >>> 24;
      symbol = (low >>> 8) & 0xff;
      isVisible = (low & 2) !== 0;
      isExtra = (low & 8) !== 0;
      isMissing = (low & 0x20) !== 0;
    } else {
      padding = words[(low + SUBTREE.padding) >> 2]!;
      size = words[(low + SUBTREE.size) >> 2]!;
      symbol = words[(low + SUBTREE.symbol) >> 2]! & 0xffff;
      children = words[(low + SUBTREE.children) >> 2]!;
      const flags = words[(low + SUBTREE.flags) >> 2]!;
      isVisible = (flags & 1) !== 0;
      isExtra = (flags & 4) !== 0;
      isMissing = (flags & 0x200) !== 0;
    }
    const start = isFirst ? position : position + padding;
    isFirst = false;
    position = start + size;
    child += 2;
    let field = 0;
    let alias = 0;
    if (!isExtra) {
      alias = aliases[production]?.[structural] ?? 0;
      field = fields[production]![structural]! || inherited;
      structural++;
    }
    if (alias !== 0 || isVisible) {
      if (alias !== 0) symbol = alias;
      // Offsets are in bytes, of which a character has two.
      const type = symbol === ERROR ? ERROR : types[symbol]!;
      const goOn = visitor.enter(type, field, start >> 1, position >> 1, isMissing);
      if (!goOn) continue;
      if (children === 0) visitor.leave();
      else {
        descend(low, start, 0, 1);
        isFirst = true;
      }
    } else if (children > 0) {
      descend(low, start, field, 0);
      isFirst = true;
    }
  }
}
