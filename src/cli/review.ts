import { loadGrammar } from '../c/grammar.js';
import type { FactStore } from '../c/store.js';
import { openFactStore } from '../c/open-store.js';
import { RectoError } from '../errors.js';
import type { Series } from '../mail/series.js';
import { applicationDetails, outcomeOf } from '../report/applied.js';
import { REVIEW_FORMATS, type ReviewFormat } from '../report/formats.js';
import { printable } from '../report/lines.js';
import { styleFor } from '../report/style.js';
import { applySeries } from '../review/applied.js';
import { coverageOf } from '../review/audit.js';
import type { Level } from '../review/finding.js';
import { isKept } from '../review/kept-trees.js';
import { reviewOnSnapshot, reviewSeries, type Review } from '../review/review.js';
import { analyse, type AnalysisProgress } from '../review/side.js';
import type { RuleBook } from '../rules/load.js';
import { openRuleBook } from '../rules/open.js';
import { Snapshot } from '../snapshot/snapshot.js';
import type { Tree } from '../tree/tree.js';
import { status } from './failure.js';
import { startClock } from './clock.js';
import { startProgress } from './progress.js';
import {
  readRequest,
  ruleFolders,
  snapshotFor,
  type RequestOptions,
  type ReviewRequest,
} from './review-request.js';
import { expectShortRun } from './short-run.js';
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
    const watch = (what: string, done: number, all: number): void => {
      progress.step(what, done, all);
      clock.step(what);
    };
    const { found, coverage } = await reviewed(request, rules, watch, options, terminal);
    progress.end();
    const printing = { style: styleFor(terminal.stdout), version: packageVersion() };
    const text = REVIEW_FORMATS[options.format](found, printing);
    await write(terminal, text);
    if (options.format === 'reply') sayWhatMailsLeaveOut(found, text === '', terminal);
    clock.step('comparing and printing');
    if (options.verbose === true) {
      if (found.base !== null) note(terminal, found.base.why);
      for (const line of clock.lines()) note(terminal, line);
      if (coverage !== null) note(terminal, coverage);
    }
    return hasFindings(found, options.failOn) ? status.findings : status.fine;
  } finally {
    progress.end();
  }
}

interface Reviewed {
  readonly found: Review;
  /** How well the analysis saw the tree, when that is asked for and there is one. */
  readonly coverage: string | null;
}

/** Reviews on the tree, or on the snapshot where there is none, or where no patch applies to the tree. */
async function reviewed(
  request: ReviewRequest,
  rules: RuleBook,
  progress: AnalysisProgress,
  { verbose }: ReviewOptions,
  terminal: Terminal,
): Promise<Reviewed> {
  const { series, ground, base, notes } = request;
  if (ground instanceof Snapshot) {
    const watch = preparedFor(true, progress);
    const found = await reviewOnSnapshot({ series, snapshot: ground, notes }, rules, watch);
    return { found, coverage: null };
  }
  const store = openFactStore();
  try {
    const watch = preparedFor(await isKept(ground, rules, store), progress);
    const found = await reviewSeries({ series, tree: ground, base, notes }, rules, store, watch);
    const coverage = verbose === true ? await sayCoverage(series, ground, rules, store) : null;
    return { found, coverage };
  } catch (error) {
    if (!(error instanceof RectoError) || error.code !== 'nothing-to-review') throw error;
    const found = await withoutTree(request, ground.name, rules, progress, terminal);
    if (found === null) throw error;
    return { found, coverage: null };
  } finally {
    store.close();
    await ground.close();
    if (store.trouble !== null)
      note(terminal, `the facts could not be kept for the next run: ${store.trouble}`);
  }
}

/**
 * Has what reads C compiled meanwhile, on another thread; should that fail, it is told where C is to be read.
 *
 * @param isShort little is to be read and gone through
 */
function preparedFor(isShort: boolean, progress: AnalysisProgress): AnalysisProgress {
  const look = isShort ? expectShortRun() : () => undefined;
  loadGrammar().catch(() => undefined);
  return (what, done, all) => {
    look();
    progress(what, done, all);
  };
}

/** What a snapshot tells of a series that does not apply to the tree; null when it does not fit there either. */
async function withoutTree(
  { series, notes }: ReviewRequest,
  tree: string,
  rules: RuleBook,
  progress: AnalysisProgress,
  terminal: Terminal,
): Promise<Review | null> {
  try {
    const snapshot = snapshotFor(series, undefined, terminal);
    const why = `no patch applies to ${tree}: judged by the snapshot of ${snapshot.name} instead`;
    return await reviewOnSnapshot({ series, snapshot, notes: [...(await notes), why] }, rules, progress);
  } catch (error) {
    if (error instanceof RectoError) return null;
    throw error;
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
function sayWhatMailsLeaveOut(found: Review, nothing: boolean, terminal: Terminal): void {
  const { findings, patches } = found;
  for (const applied of patches.filter(({ status: became }) => became !== 'applied')) {
    const { number, subject } = applied.patch;
    note(terminal, printable(`patch ${String(number)}, ${subject}: ${outcomeOf(applied, found)}`));
    for (const detail of applicationDetails(applied, found)) note(terminal, printable(detail));
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
async function sayCoverage(series: Series, tree: Tree, rules: RuleBook, store: FactStore): Promise<string> {
  const patched = (await applySeries(series.patches, tree)).at(-1)?.tree ?? tree;
  const { functions, contexts, truncated } = coverageOf(await analyse(patched, rules, new Set(), store));
  return (
    `${String(functions)} functions analysed, ${String(truncated.length)} of them in part; calls that pass a folio ` +
    `to a non-atomic update: ${String(contexts.owned)} one that nobody else can see, ${String(contexts.visible)} ` +
    `one that others can see, ${String(contexts.passed)} what they were given, ${String(contexts.unknown)} not known`
  );
}
