import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, URL } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';
import { RectoError } from '../errors.js';
import type { ParserMemory } from './tree-memory.js';

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

let memory: ParserMemory | null = null;

/** The memory of the parser that `loadGrammar` has loaded. */
export function parserMemory(): ParserMemory {
  if (memory === null) throw new Error('the grammar has not been loaded');
  return memory;
}

async function load(): Promise<Parser> {
  const module = await WebAssembly.compile(
    await readFile(fileURLToPath(import.meta.resolve('web-tree-sitter/web-tree-sitter.wasm'))),
  );
  await Parser.init({
    instantiateWasm(
      imports: { readonly env: { readonly memory: ParserMemory } },
      receive: (instance: unknown, module: unknown) => void,
    ) {
      memory = imports.env.memory;
      void WebAssembly.instantiate(module, imports).then((instance) => {
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
