import { describeHealth, parseHealth } from '../c/health.js';
import { openFactStore } from '../c/open-store.js';
import { RELEVANT_WORDS } from '../c/relevance.js';
import { indexFacts } from '../c/tree-facts.js';
import { findTree, openTree } from '../tree/open.js';
import type { Tree, TreeFile } from '../tree/tree.js';
import { status } from './failure.js';
import { startProgress, type Progress } from './progress.js';
import { note, write, type Terminal } from './terminal.js';

/** Options of `recto index`. */
export interface IndexOptions {
  readonly tree?: string;
  readonly rev?: string;
  readonly verbose?: boolean;
}

/** Folders that are read as a whole to see how well the code is understood, whether or not a file concerns folios. */
const judged = ['mm/', 'fs/', 'include/linux/'];

/** `recto index`: fills the cache with the facts of a tree, and with --verbose says what could not be read. */
export async function indexTree(options: IndexOptions, terminal: Terminal): Promise<number> {
  const place = await findTree(options.tree ?? null, terminal.cwd);
  const progress = startProgress(terminal);
  progress.step('reading the list of files');
  try {
    const tree = await openTree(place.directory, options.rev ?? null);
    try {
      await fill(tree, progress, terminal);
      if (options.verbose === true) await sayHealth(tree, progress, terminal);
    } finally {
      await tree.close();
    }
    progress.clear();
    for (const text of await tree.notes()) note(terminal, text);
    return status.fine;
  } finally {
    progress.end();
  }
}

async function fill(tree: Tree, progress: Progress, terminal: Terminal): Promise<void> {
  const store = openFactStore();
  try {
    const { files, concerned, read } = await indexFacts(tree, store, (done, all) => {
      progress.step('reading source files', done, all);
    });
    progress.clear();
    await write(
      terminal,
      `${tree.name}: ${String(files)} source files, ${String(concerned)} of them concern folios; ` +
        `${read === 0 ? 'none' : String(read)} had to be read now\n`,
    );
  } finally {
    store.close();
    if (store.trouble !== null)
      note(terminal, `the facts could not be kept for the next run: ${store.trouble}`);
  }
}

async function sayHealth(tree: Tree, progress: Progress, terminal: Terminal): Promise<void> {
  const files = await tree.files(RELEVANT_WORDS);
  for (const folder of judged) {
    const inside = files.filter((file) => file.path.startsWith(folder));
    if (inside.length === 0) continue;
    const health = await parseHealth(texts(tree, inside), (done) => {
      progress.step(`parsing ${folder}`, done, inside.length);
    });
    progress.clear();
    const [first, ...rest] = describeHealth(health);
    await write(terminal, [`${folder}: ${first ?? ''}`, ...rest].join('\n') + '\n');
  }
}

async function* texts(
  tree: Tree,
  files: readonly TreeFile[],
): AsyncGenerator<{ path: string; text: string }> {
  for await (const { file, text } of tree.readMany(files)) yield { path: file.path, text };
}
