import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, URL } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';
import { RectoError } from '../errors.js';

/** Node has it; the types that we compile with do not. */
declare const WebAssembly: {
  compile(code: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ readonly exports: unknown }>;
};

let loading: Promise<Parser> | null = null;

/**
 * The parser for C, ready to use; loaded once per process (or worker thread).
 * Parsing is synchronous, so one parser serves all callers. Trees are not
 * garbage collected: whoever parses calls `tree.delete()`.
 *
 * @throws RectoError `usage` when the grammar's `.wasm` is not installed.
 */
export function loadGrammar(): Promise<Parser> {
  loading ??= load();
  return loading;
}

/**
 * What web-tree-sitter's own WebAssembly module (0.27, lib/tree-sitter.c there) exports for walking a tree. The
 * cursor's state is in a buffer of the module from one call to the next; the argument is the tree's address.
 */
export interface TreeLibrary {
  ts_tree_root_node_wasm(tree: number): void;
  ts_tree_cursor_new_wasm(tree: number): void;
  ts_tree_cursor_delete_wasm(tree: number): void;
  ts_tree_cursor_goto_first_child_wasm(tree: number): number;
  ts_tree_cursor_goto_next_sibling_wasm(tree: number): number;
  ts_tree_cursor_goto_parent_wasm(tree: number): number;
  ts_tree_cursor_current_node_type_id_wasm(tree: number): number;
  ts_tree_cursor_current_node_is_missing_wasm(tree: number): number;
  ts_tree_cursor_current_field_id_wasm(tree: number): number;
  ts_tree_cursor_start_index_wasm(tree: number): number;
  ts_tree_cursor_end_index_wasm(tree: number): number;
}

let library: TreeLibrary | null = null;

/** The functions of the module that `loadGrammar` has loaded. */
export function treeLibrary(): TreeLibrary {
  if (library === null) throw new Error('the grammar has not been loaded');
  return library;
}

async function load(): Promise<Parser> {
  const module = await WebAssembly.compile(
    await readFile(fileURLToPath(import.meta.resolve('web-tree-sitter/web-tree-sitter.wasm'))),
  );
  await Parser.init({
    instantiateWasm(imports: object, receive: (instance: unknown, module: unknown) => void) {
      void WebAssembly.instantiate(module, imports).then((instance) => {
        library = instance.exports as TreeLibrary;
        receive(instance, module);
      });
      return {};
    },
  });
  const parser = new Parser();
  parser.setLanguage(await Language.load(await readFile(grammarFile())));
  return parser;
}

/** Beside the compiled code (put there by build/copy-grammar.js), else in the build-time package. */
function grammarFile(): string {
  const beside = fileURLToPath(new URL('tree-sitter-c.wasm', import.meta.url));
  if (existsSync(beside)) return beside;
  try {
    return fileURLToPath(import.meta.resolve('tree-sitter-c/tree-sitter-c.wasm'));
  } catch {
    throw new RectoError('usage', `the C grammar is missing: ${beside} (run "npm run build")`, beside);
  }
}
