import { resolve } from 'node:path';
import { RectoError } from '../errors.js';
import { joinSeries } from '../mail/assemble.js';
import { readSeries } from '../mail/read.js';
import type { Series } from '../mail/series.js';
import { SHIPPED_RULES } from '../rules/shipped.js';
import { resolveBase, type Base } from '../tree/base.js';
import { findTree, openTree, type OpenTree } from '../tree/open.js';
import { readInputs, type Input } from './inputs.js';
import type { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

/** What a review is about, as far as the command line decides it. */
export interface ReviewRequest {
  readonly series: Series;
  /** The tree that the series applies to. Whoever asked for it closes it. */
  readonly tree: OpenTree;
  /** How that was found; null for a plain folder, which is as it is. */
  readonly base: Base | null;
  /** What the reader should know about input and tree. */
  readonly notes: readonly string[];
}

/** The options that decide it. */
export interface RequestOptions {
  readonly tree?: string;
  readonly base?: string;
}

/**
 * Reads the inputs of a review, puts them together to one series, and opens the tree that it applies to.
 * Throws RectoError for whatever is missing or cannot be read.
 */
export async function readRequest(
  names: readonly string[],
  options: RequestOptions,
  terminal: Terminal,
  progress: Progress,
): Promise<ReviewRequest> {
  progress.step('reading the patches');
  const inputs = await readInputs(names, options.tree ?? null, terminal);
  const all = await readSeries(inputs);
  const series = joinSeries(all);
  assertWholeHunks(series, inputs);
  progress.step('looking for the base');
  const place = await findTree(options.tree ?? null, terminal.cwd);
  const asked = options.base ?? inputs[0]?.base ?? null;
  const base = place.kind === 'git' ? await resolveBase(place.directory, asked, series.patches) : null;
  progress.step('reading the list of files');
  const tree = await openTree(place.directory, base === null ? asked : base.commit);
  const notes = [...several(all), ...inputs.flatMap((input) => input.notes), ...tree.notes];
  return { series, tree, base, notes };
}

/** What was cut off before the first hunk ends must not pass for a patch that changes nothing. */
function assertWholeHunks({ patches, notes }: Series, inputs: readonly Input[]): void {
  const diffs = patches.flatMap(({ files }) => files);
  if (
    notes.length === 0 ||
    diffs.some(({ hunks, oldPath, newPath }) => hunks.length > 0 || oldPath !== newPath)
  )
    return;
  const names = inputs.map(({ name }) => name).join(', ');
  throw new RectoError('unreadable-input', `no whole hunk in ${names}: ${notes.join('; ')}`, names);
}

/** Says so when what was sent apart is reviewed together. */
function several(all: readonly Series[]): string[] {
  if (all.length < 2) return [];
  const subjects = all.map(({ subject }) => JSON.stringify(subject)).join(', ');
  return [`the input has ${String(all.length)} series, reviewed one on top of the other: ${subjects}`];
}

/** The folders with rules: those that come with Recto, then the user's own. */
export function ruleFolders(own: readonly string[], terminal: Terminal): string[] {
  return [SHIPPED_RULES, ...own.map((folder) => resolve(terminal.cwd, folder))];
}
