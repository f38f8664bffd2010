#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keepCompiled, runBundle } from './bundle.js';

const bundle = fileURLToPath(new URL('../bundle/command.cjs', import.meta.url));
if (existsSync(bundle)) {
  runBundle(bundle);
  // What has been used by now is what the next process will use.
  process.once('beforeExit', keepCompiled);
} else {
  // Not bundled yet.
  await import('./command.js');
}
