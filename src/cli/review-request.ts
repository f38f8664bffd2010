import { resolve } from 'node:path';
import { RectoError } from '../errors.js';
import { joinSeries } from '../mail/assemble.js';
import { readSeries } from '../mail/read.js';
import type { Series } from '../mail/series.js';
import { SHIPPED_RULES } from '../rules/shipped.js';
import { resolveBase, type Base } from '../tree/base.js';
import { closestSnapshot, namedSnapshot } from '../snapshot/shipped.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import { findTree, openTree, type OpenTree, type TreePlace } from '../tree/open.js';
import { readInputs, type Input } from './inputs.js';
import { findPrerequisites } from './prerequisites.js';
import type { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

/** What a review is about, as far as the command line decides it. */
export interface ReviewRequest {
  readonly series: Series;
  /** The tree that the series applies to, or the snapshot that stands for one. Whoever asked for a tree closes it. */
  readonly ground: OpenTree | Snapshot;
  /** How that was found; null for a plain folder, which is as it is, and for a snapshot. */
  readonly base: Base | null;
  /** What the reader should know about input and tree. */
  readonly notes: Promise<readonly string[]>;
}

/** The options that decide it. */
export interface RequestOptions {
  readonly tree?: string;
  readonly base?: string;
  readonly snapshot?: string;
}

/**
 * Reads the inputs of a review, puts them together to one series, and opens the tree that it applies to; the snapshot
 * that is asked for, or that is closest to the series, where there is no tree.
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
  const sent = await findPrerequisites(await readSeries(inputs));
  const series = joinSeries(sent);
  assertWholeHunks(series, inputs);
  const notes = [...several(sent), ...inputs.flatMap((input) => input.notes)];
  const asked = options.base ?? inputs[0]?.base ?? null;
  const place = await placeOf(options, asked, terminal);
  if (place === null) {
    return {
      series,
      ground: snapshotFor(series, options.snapshot, terminal),
      base: null,
      notes: Promise.resolve(notes),
    };
  }
  progress.step('looking for the base');
  const base = place.kind === 'git' ? await resolveBase(place.directory, asked, series.patches) : null;
  progress.step('reading the list of files');
  const tree = await openTree(place.directory, base === null ? asked : base.commit);
  const all = tree.notes().then((more) => [...notes, ...more]);
  // It fails where it is waited for.
  all.catch(() => undefined);
  return { series, ground: tree, base, notes: all };
}

/** Where the tree is; null when there is none, and nothing that was asked for needs one. */
async function placeOf(
  { tree, snapshot }: RequestOptions,
  base: string | null,
  terminal: Terminal,
): Promise<TreePlace | null> {
  if (tree === undefined && snapshot !== undefined) {
    if (base === null) return null;
    throw new RectoError(
      'usage',
      'a revision is looked for in a tree: leave --snapshot out, or name no revision',
    );
  }
  try {
    return await findTree(tree ?? null, terminal.cwd);
  } catch (error) {
    const isOptional = tree === undefined && base === null;
    if (isOptional && error instanceof RectoError && error.code === 'no-tree') return null;
    throw error;
  }
}

/** The snapshot that is asked for, or the one that is closest to the day on which the series was sent. */
export function snapshotFor(series: Series, asked: string | undefined, terminal: Terminal): Snapshot {
  if (asked !== undefined) return namedSnapshot(asked, terminal.cwd);
  const dates = series.patches.flatMap(({ date }) => (date === null ? [] : [date]));
  return closestSnapshot(dates.sort().at(-1) ?? null);
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
