import type { Tree } from 'web-tree-sitter';
import { condense, type Condensed } from './condense.js';
import { loadGrammar, parserMemory } from './grammar.js';
import { lineAt, lineStarts } from './lines.js';
import { treeWalker, type TreeVisitor } from './tree-memory.js';

/** The text that was parsed, shared by the nodes of its tree. */
interface Parsed {
  readonly text: string;
  /** Offsets at which lines begin; made when the first line is asked for. */
  lines: Int32Array | null;
}

/** Most nodes have none: they share this one. */
const NO_NODES: readonly SyntaxNode[] = [];

/**
 * A node of a syntax tree, copied out of the parser's memory: nothing has to be freed, and looking at it costs
 * nothing. Punctuation and keywords are left out; operators are there, under their field.
 */
export class SyntaxNode {
  namedChildren = NO_NODES;
  /** Operators and `...`. */
  tokens = NO_NODES;
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

  addNamed(node: SyntaxNode): void {
    if (this.namedChildren === NO_NODES) this.namedChildren = [node];
    else (this.namedChildren as SyntaxNode[]).push(node);
  }

  addToken(node: SyntaxNode): void {
    if (this.tokens === NO_NODES) this.tokens = [node];
    else (this.tokens as SyntaxNode[]).push(node);
  }

  get text(): string {
    return this.parsed.text.slice(this.startIndex, this.endIndex);
  }

  /** From 1. */
  get line(): number {
    return lineOf(this.parsed, this.startIndex);
  }

  /** From 1. */
  get endLine(): number {
    return lineOf(this.parsed, this.endIndex);
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
  const language = parser.language!;
  const walk = treeWalker(parserMemory(), language);
  const { types, fields } = language;
  const kinds = types.map((type, id) =>
    language.nodeTypeIsNamed(id) ? (LEAVES.has(type) ? 'leaf' : 'inner') : SILENT.test(type) ? null : 'token',
  );
  /** Copies a tree and frees it; null for one of a condensed text that has an error. */
  const read = (tree: Tree, text: string, condensed: Condensed | null): SyntaxNode | null => {
    try {
      const isBroken = tree.rootNode.hasError;
      if (isBroken && condensed !== null) return null;
      const copy = new Copy(text, condensed, isBroken, types, fields, kinds);
      walk(tree, copy);
      return copy.root;
    } finally {
      tree.delete();
    }
  };
  return (text) => {
    const condensed = condense(text);
    // How an error is got over depends on how long things are: what has one is read as it stands.
    const short = condensed === null ? null : read(parser.parse(condensed.text)!, text, condensed);
    return short ?? read(parser.parse(text)!, text, null)!;
  };
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

type Kind = 'leaf' | 'inner' | 'token' | null;

/** Copies a tree that is walked. */
class Copy implements TreeVisitor {
  readonly root: SyntaxNode;
  private readonly parsed: Parsed;
  private readonly above: SyntaxNode[] = [];
  private parent: SyntaxNode;

  constructor(
    text: string,
    private readonly condensed: Condensed | null,
    private readonly isBroken: boolean,
    private readonly types: readonly string[],
    private readonly fields: readonly (string | null)[],
    private readonly kinds: readonly Kind[],
  ) {
    this.parsed = { text, lines: null };
    this.root = new SyntaxNode(this.parsed, 'translation_unit', '', 0, text.length);
    this.parent = this.root;
  }

  enter(type: number, field: number, start: number, end: number, isMissing: boolean): boolean {
    const { condensed, parent } = this;
    const isKnown = type < this.types.length;
    if (this.isBroken && (isMissing || !isKnown)) {
      for (const node of [...this.above, parent]) node.hasError = true;
    }
    const kind = isKnown ? this.kinds[type]! : 'inner';
    if (kind === null) return false;
    const node = new SyntaxNode(
      this.parsed,
      isKnown ? this.types[type]! : 'ERROR',
      this.fields[field] ?? '',
      condensed === null ? start : condensed.starts[start]!,
      condensed === null ? end : end > start ? condensed.ends[end - 1]! : condensed.starts[start]!,
    );
    if (kind === 'token') parent.addToken(node);
    else parent.addNamed(node);
    if (kind !== 'inner') return false;
    this.above.push(parent);
    this.parent = node;
    return true;
  }

  leave(): void {
    this.parent = this.above.pop()!;
  }
}

function lineOf(parsed: Parsed, offset: number): number {
  return lineAt((parsed.lines ??= lineStarts(parsed.text)), offset);
}
