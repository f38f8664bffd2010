import { openFactStore } from '../c/open-store.js';
import { auditToJson } from '../report/audit-json.js';
import { auditToText } from '../report/audit-text.js';
import { styleFor } from '../report/style.js';
import { auditTree } from '../review/audit.js';
import { openRuleBook } from '../rules/open.js';
import { findTree, openTree } from '../tree/open.js';
import { status } from './failure.js';
import { startProgress } from './progress.js';
import { ruleFolders } from './review-request.js';
import { note, write, type Terminal } from './terminal.js';

/** Options of `recto audit`. */
export interface AuditOptions {
  readonly tree?: string;
  readonly rev?: string;
  readonly format: 'text' | 'json';
  readonly rules: readonly string[];
  readonly verbose?: boolean;
}

/** `recto audit`: reports what is in a tree today, whoever brought it in. */
export async function audit(options: AuditOptions, terminal: Terminal): Promise<number> {
  const progress = startProgress(terminal);
  try {
    const rules = await openRuleBook(ruleFolders(options.rules, terminal));
    const place = await findTree(options.tree ?? null, terminal.cwd);
    progress.step('reading the list of files');
    const tree = await openTree(place.directory, options.rev ?? null);
    const store = openFactStore();
    try {
      const found = await auditTree(tree, rules, store, progress.step);
      progress.end();
      const verbose = options.verbose === true;
      await write(
        terminal,
        options.format === 'json'
          ? JSON.stringify(auditToJson(found, verbose), null, 2) + '\n'
          : auditToText(found, verbose, styleFor(terminal.stdout)),
      );
      return found.findings.length > 0 ? status.findings : status.fine;
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
