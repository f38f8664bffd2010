// The C grammar is a build-time package: its .wasm travels with the compiled code.
import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath, URL } from 'node:url';

const target = new URL('../dist/c/', import.meta.url);
mkdirSync(target, { recursive: true });
copyFileSync(
  fileURLToPath(import.meta.resolve('tree-sitter-c/tree-sitter-c.wasm')),
  new URL('tree-sitter-c.wasm', target),
);
