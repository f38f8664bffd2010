// The compiled measurement finds the rules and snapshots as the command does: beside its code.
import { existsSync, symlinkSync } from 'node:fs';
import { fileURLToPath, URL } from 'node:url';

const link = new URL('../dist-bench/rules', import.meta.url);
if (!existsSync(link)) symlinkSync('../rules', fileURLToPath(link), 'dir');
