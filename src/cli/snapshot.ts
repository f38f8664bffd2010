import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openFactStore } from '../c/open-store.js';
import { RectoError } from '../errors.js';
import { kernelVersion } from '../review/kernel-version.js';
import { analyse } from '../review/side.js';
import { openRuleBook } from '../rules/open.js';
import { buildSnapshot } from '../snapshot/build.js';
import { writeSnapshot } from '../snapshot/file.js';
import { git } from '../tree/git-command.js';
import { findTree, openTree, type TreePlace } from '../tree/open.js';
import { status } from './failure.js';
import { startProgress } from './progress.js';
import { ruleFolders } from './review-request.js';
import { note, write, type Terminal } from './terminal.js';

/** Options of `recto snapshot`. */
export interface SnapshotOptions {
  readonly tree?: string;
  readonly rev?: string;
  readonly date?: string;
  readonly output?: string;
  readonly rules: readonly string[];
}

/** `recto snapshot`: analyses a tree and writes what reviews need when that tree is not at hand. */
export async function snapshot(options: SnapshotOptions, terminal: Terminal): Promise<number> {
  const progress = startProgress(terminal);
  try {
    const place = await findTree(options.tree ?? null, terminal.cwd);
    const date =
      options.date === undefined ? await dateOf(place, options.rev ?? 'HEAD') : checked(options.date);
    const rules = await openRuleBook(ruleFolders(options.rules, terminal));
    progress.step('reading the list of files');
    const tree = await openTree(place.directory, options.rev ?? null);
    const store = openFactStore();
    try {
      const version = await kernelVersion(tree);
      if (version === null) {
        throw new RectoError(
          'not-a-kernel-tree',
          `${tree.name} has no Makefile that says which version it is: a snapshot is named by it`,
        );
      }
      const { analysis } = await analyse(tree, rules, new Set(), store, progress.step, 'all');
      const made = await buildSnapshot(tree, analysis, rules, { version, date }, (done, all) => {
        progress.step('writing down what holds where', done, all);
      });
      const path = resolve(terminal.cwd, options.output ?? `linux-${version}.json.gz`);
      writeSnapshot(path, made);
      progress.end();
      for (const text of await tree.notes()) note(terminal, text);
      const functions = Object.values(made.files).reduce((sum, rows) => sum + rows.length, 0);
      const size = Math.ceil(statSync(path).size / 1000);
      await write(
        terminal,
        `${path}: Linux ${version} of ${date}, ${String(functions)} functions, ${String(size)} kB\n`,
      );
      return status.fine;
    } finally {
      store.close();
      await tree.close();
      if (store.trouble !== null)
        note(terminal, `the facts could not be kept for the next run: ${store.trouble}`);
    }
  } finally {
    progress.end();
  }
}

/** The day of the commit; of a plain folder that of its Makefile, which archives of releases keep. */
async function dateOf(place: TreePlace, revision: string): Promise<string> {
  if (place.kind === 'git') {
    const said = await git(place.directory, ['log', '-1', '--format=%cs', '--end-of-options', revision]);
    return said.toString('utf8').trim();
  }
  const makefile = statSync(join(place.directory, 'Makefile'), { throwIfNoEntry: false });
  return (makefile?.mtime ?? new Date()).toISOString().slice(0, 10);
}

function checked(date: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date))) return date;
  throw new RectoError('usage', `--date ${JSON.stringify(date)} is no day: write it like 2024-11-17`);
}
