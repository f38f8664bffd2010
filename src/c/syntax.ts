import type { Tree } from 'web-tree-sitter';
import { condense, type Condensed } from './condense.js';
import { loadGrammar, treeLibrary, type TreeLibrary } from './grammar.js';

/** The text that was parsed, shared by the nodes of its tree. */
interface Parsed {
  readonly text: string;
  /** Offsets at which lines begin; made when the first line is asked for. */
  lines: Int32Array | null;
}

/**
 * A node of a syntax tree, copied out of the parser's memory: nothing has to be freed, and looking at it costs
 * nothing. Punctuation and keywords are left out; operators are there, under their field.
 */
export class SyntaxNode {
  readonly namedChildren: SyntaxNode[] = [];
  /** Operators and `...`. */
  readonly tokens: SyntaxNode[] = [];
  /** Whether there is a syntax error in it. */
  hasError = false;

  constructor(
    private readonly parsed: Parsed,
    readonly type: string,
    /** Its field in the node above; empty for none. */
    readonly field: string,
    readonly startIndex: number,
    readonly endIndex: number,
  ) {}

  get text(): string {
    return this.parsed.text.slice(this.startIndex, this.endIndex);
  }

  /** From 1. */
  get line(): number {
    return lineAt(this.parsed, this.startIndex);
  }

  /** From 1. */
  get endLine(): number {
    return lineAt(this.parsed, this.endIndex);
  }

  /** The first child in a field, or null. */
  childForFieldName(field: string): SyntaxNode | null {
    for (const child of this.namedChildren) if (child.field === field) return child;
    for (const child of this.tokens) if (child.field === field) return child;
    return null;
  }

  childrenForFieldName(field: string): SyntaxNode[] {
    return this.namedChildren.filter((child) => child.field === field);
  }

  /** This node and all below it, in the order of the text. */
  *descendants(): Generator<SyntaxNode> {
    const pending: SyntaxNode[] = [this];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      yield node;
      for (let at = node.namedChildren.length - 1; at >= 0; at--) pending.push(node.namedChildren[at]!);
    }
  }
}

/** Parses C; comments, and what is inside of strings, are in no tree but one with syntax errors. */
export type ParseSyntax = (text: string) => SyntaxNode;

let loading: Promise<ParseSyntax> | null = null;

/**
 * Loads the C grammar, once per process or thread.
 *
 * @throws RectoError `usage` when the grammar is not installed
 */
export function loadSyntax(): Promise<ParseSyntax> {
  loading ??= load();
  return loading;
}

async function load(): Promise<ParseSyntax> {
  const parser = await loadGrammar();
  const library = treeLibrary();
  const { types, fields } = parser.language!;
  const kinds = types.map((type, id) =>
    parser.language!.nodeTypeIsNamed(id)
      ? LEAVES.has(type)
        ? 'leaf'
        : 'inner'
      : SILENT.test(type)
        ? null
        : 'token',
  );
  const language = { library, types, fields, kinds };
  return (text) => {
    const condensed = condense(text);
    // How an error is got over depends on how long things are: what has one is read as it stands.
    const short = condensed === null ? null : read(parser.parse(condensed.text)!, text, condensed, language);
    return short ?? read(parser.parse(text)!, text, null, language)!;
  };
}

/** Copies a tree and frees it; null for one of a condensed text that has an error. */
function read(tree: Tree, text: string, condensed: Condensed | null, language: Language): SyntaxNode | null {
  try {
    const broken = tree.rootNode.hasError;
    return broken && condensed !== null ? null : copy(tree, broken, text, condensed, language);
  } finally {
    tree.delete();
  }
}

/** Named nodes without children. */
const LEAVES = new Set([
  'identifier',
  'field_identifier',
  'type_identifier',
  'statement_identifier',
  'primitive_type',
  'number_literal',
  'true',
  'false',
  'comment',
  'preproc_arg',
]);

/** Tokens that say nothing beside the node that they are in. */
const SILENT = /^(?:[(){}[\];,:#"'\s]|#?\w+)$/;

interface Language {
  readonly library: TreeLibrary;
  readonly types: readonly string[];
  readonly fields: readonly (string | null)[];
  readonly kinds: readonly ('leaf' | 'inner' | 'token' | null)[];
}

/**
 * Copies a tree with one walk of a cursor. The cursor stays where the library keeps it between two calls, so that no
 * call needs more than the tree's address: ten times faster than a cursor object, which hands its state over and takes
 * it back at each.
 */
function copy(
  tree: Tree,
  broken: boolean,
  text: string,
  condensed: Condensed | null,
  { library, types, fields, kinds }: Language,
): SyntaxNode {
  const address = (tree as unknown as { readonly 0: number })[0];
  const parsed: Parsed = { text, lines: null };
  const root = new SyntaxNode(parsed, 'translation_unit', '', 0, text.length);
  const above: SyntaxNode[] = [];
  library.ts_tree_root_node_wasm(address);
  library.ts_tree_cursor_new_wasm(address);
  try {
    if (library.ts_tree_cursor_goto_first_child_wasm(address) !== 1) return root;
    let parent = root;
    for (;;) {
      const id = library.ts_tree_cursor_current_node_type_id_wasm(address);
      const kind = id in kinds ? kinds[id] : 'inner';
      const misfit =
        broken && (id >= types.length || library.ts_tree_cursor_current_node_is_missing_wasm(address) === 1);
      if (misfit) for (const node of [...above, parent]) node.hasError = true;
      if (kind != null) {
        let start = library.ts_tree_cursor_start_index_wasm(address);
        let end = library.ts_tree_cursor_end_index_wasm(address);
        if (condensed !== null) {
          end = end > start ? condensed.ends[end - 1]! : condensed.starts[start]!;
          start = condensed.starts[start]!;
        }
        const field = fields[library.ts_tree_cursor_current_field_id_wasm(address)] ?? '';
        const node = new SyntaxNode(parsed, types[id] ?? 'ERROR', field, start, end);
        (kind === 'token' ? parent.tokens : parent.namedChildren).push(node);
        if (kind === 'inner' && library.ts_tree_cursor_goto_first_child_wasm(address) === 1) {
          above.push(parent);
          parent = node;
          continue;
        }
      }
      while (library.ts_tree_cursor_goto_next_sibling_wasm(address) !== 1) {
        if (above.length === 0) return root;
        library.ts_tree_cursor_goto_parent_wasm(address);
        parent = above.pop()!;
      }
    }
  } finally {
    library.ts_tree_cursor_delete_wasm(address);
  }
}

function lineAt(parsed: Parsed, offset: number): number {
  const lines = (parsed.lines ??= lineStarts(parsed.text));
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (lines[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

function lineStarts(text: string): Int32Array {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return Int32Array.from(starts);
}
