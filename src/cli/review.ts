import type { FactStore } from '../c/store.js';
import { openFactStore } from '../c/open-store.js';
import type { RuleData } from '../folio/contract.js';
import { applicationDetails, outcomeOf } from '../report/applied.js';
import { REVIEW_FORMATS, type ReviewFormat } from '../report/formats.js';
import { printable } from '../report/lines.js';
import { styleFor } from '../report/style.js';
import type { Level } from '../review/finding.js';
import { openRuleBook } from '../rules/open.js';
import { coverageOf } from '../review/audit.js';
import { reviewSeries, type Review } from '../review/review.js';
import { analyse } from '../review/side.js';
import { status } from './failure.js';
import { startClock } from './clock.js';
import { startProgress } from './progress.js';
import { readRequest, ruleFolders, type RequestOptions } from './review-request.js';
import { note, write, type Terminal } from './terminal.js';
import { packageVersion } from './version.js';

/** Options of `recto review`. */
export interface ReviewOptions extends RequestOptions {
  readonly format: ReviewFormat;
  readonly failOn: Level;
  readonly rules: readonly string[];
  readonly verbose?: boolean;
}

/** `recto review`: reviews a series against the tree that it applies to. */
export async function review(
  names: readonly string[],
  options: ReviewOptions,
  terminal: Terminal,
): Promise<number> {
  const progress = startProgress(terminal);
  try {
    const rules = await openRuleBook(ruleFolders(options.rules, terminal));
    const clock = startClock();
    const request = await readRequest(names, options, terminal, progress);
    clock.step('reading the input');
    const store = openFactStore();
    try {
      const found = await reviewSeries(request, rules, store, (what, done, all) => {
        progress.step(what, done, all);
        clock.step(what);
      });
      progress.end();
      const printing = { style: styleFor(terminal.stdout), version: packageVersion() };
      const text = REVIEW_FORMATS[options.format](found, printing);
      await write(terminal, text);
      if (options.format === 'reply') sayWhatMailsLeaveOut(found, text === '', terminal);
      clock.step('comparing and printing');
      if (options.verbose === true) {
        if (found.base !== null) note(terminal, found.base.why);
        for (const line of clock.lines()) note(terminal, line);
        note(terminal, await sayCoverage(found, rules, store));
      }
      return hasFindings(found, options.failOn) ? status.findings : status.fine;
    } finally {
      store.close();
      await request.tree.close();
      if (store.trouble !== null)
        note(terminal, `the facts could not be kept for the next run: ${store.trouble}`);
    }
  } finally {
    progress.end();
  }
}

const LEVELS: readonly Level[] = ['low', 'medium', 'high'];

/** A finding that a later patch of the series takes back does not count. */
function hasFindings({ findings }: Review, failOn: Level): boolean {
  return findings.some(
    ({ severity, resolvedBy }) => resolvedBy === null && LEVELS.indexOf(severity) >= LEVELS.indexOf(failOn),
  );
}

/** Mails speak of findings alone; what else became of the patches is for whoever sends them. */
function sayWhatMailsLeaveOut({ findings, patches }: Review, nothing: boolean, terminal: Terminal): void {
  for (const applied of patches.filter(({ status: became }) => became !== 'applied')) {
    const { number, subject } = applied.patch;
    note(terminal, printable(`patch ${String(number)}, ${subject}: ${outcomeOf(applied)}`));
    for (const detail of applicationDetails(applied)) note(terminal, printable(detail));
  }
  if (!nothing) return;
  note(
    terminal,
    findings.length === 0
      ? 'nothing to reply: no finding'
      : 'nothing to reply: what was found can lose no more than what a memory failure does, and that is not mailed',
  );
}

/** How well the analysis saw the tree after the series. */
async function sayCoverage({ patches }: Review, rules: RuleData, store: FactStore): Promise<string> {
  const { functions, contexts, truncated } = coverageOf(
    await analyse(patches.at(-1)!.tree, rules, new Set(), store),
  );
  return (
    `${String(functions)} functions analysed, ${String(truncated.length)} of them in part; calls that pass a folio ` +
    `to a non-atomic update: ${String(contexts.owned)} one that nobody else can see, ${String(contexts.visible)} ` +
    `one that others can see, ${String(contexts.passed)} what they were given, ${String(contexts.unknown)} not known`
  );
}
