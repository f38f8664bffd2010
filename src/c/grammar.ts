import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, URL } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';
import { RectoError } from '../errors.js';

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

async function load(): Promise<Parser> {
  await Parser.init();
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
