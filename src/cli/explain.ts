import { openFactStore } from '../c/open-store.js';
import { explanationsToJson } from '../report/explain-json.js';
import { explanationsToText } from '../report/explain-text.js';
import { styleFor } from '../report/style.js';
import { explainFunction } from '../review/explain.js';
import { openRuleBook } from '../rules/open.js';
import { findTree, openTree } from '../tree/open.js';
import { status } from './failure.js';
import { startProgress } from './progress.js';
import { ruleFolders } from './review-request.js';
import { note, write, type Terminal } from './terminal.js';

/** Options of `recto explain`. */
export interface ExplainOptions {
  readonly tree?: string;
  readonly rev?: string;
  readonly format: 'text' | 'json';
  readonly rules: readonly string[];
}

/** `recto explain`: says what is known of a function: what it updates, what it does to folios, who calls it with what. */
export async function explain(name: string, options: ExplainOptions, terminal: Terminal): Promise<number> {
  const progress = startProgress(terminal);
  try {
    const rules = await openRuleBook(ruleFolders(options.rules, terminal));
    const place = await findTree(options.tree ?? null, terminal.cwd);
    progress.step('reading the list of files');
    const tree = await openTree(place.directory, options.rev ?? null);
    const store = openFactStore();
    try {
      const found = await explainFunction(name, tree, rules, store, progress.step);
      progress.end();
      for (const text of await tree.notes()) note(terminal, text);
      await write(
        terminal,
        options.format === 'json'
          ? JSON.stringify(explanationsToJson(tree.name, found), null, 2) + '\n'
          : explanationsToText(found, styleFor(terminal.stdout)),
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
