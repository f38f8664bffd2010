import type { FileResult, HunkResult } from '../patch/apply.js';
import type { FileDiff, Hunk, Patch } from '../patch/patch.js';
import { functionNamedBy } from '../patch/section.js';
import { headsInPiece } from './pieces.js';
import { renamesIn } from './renames.js';
import type { Snapshot, SnapshotFunction } from './snapshot.js';
import { Numbering } from './numbering.js';
import {
  AddedLine,
  applyHunk,
  endsBefore,
  FITS,
  fitExactly,
  hunkText,
  movedBy,
  type Fit,
  type HunkText,
  type Line,
  type Marked,
} from './text.js';

/** A function that a series changes or adds, before its first patch and after each. */
export interface TouchedFunction {
  readonly file: string;
  /** The function in the release; null for one that the series adds. */
  readonly release: SnapshotFunction | null;
  /** Its lines at each stage; null where it is not there. */
  readonly stages: readonly (readonly Line[] | null)[];
  /** At each stage: new names of variables by those that they have in the release. */
  readonly renamed: readonly ReadonlyMap<string, string>[];
}

/** What became of a series on a snapshot. */
export interface PlacedSeries {
  /** For each patch what became of its files. Their texts are null: nobody knows them. */
  readonly files: readonly (readonly FileResult[])[];
  readonly touched: readonly TouchedFunction[];
  /** Functions of which the release has some hunk only nearly, or not at all. */
  readonly guessed: ReadonlySet<string>;
}

interface Growing {
  readonly file: string;
  readonly release: SnapshotFunction | null;
  readonly stages: (readonly Line[] | null)[];
  readonly renamed: ReadonlyMap<string, string>[];
  lines: readonly Line[];
  names: ReadonlyMap<string, string>;
}

/** Finds the functions of the release that the patches of a series change, and follows their lines from patch to patch. */
export async function placeSeries(patches: readonly Patch[], snapshot: Snapshot): Promise<PlacedSeries> {
  const growing = new Map<string, Growing>();
  const numberings = new Map<string, Numbering>();
  const files: FileResult[][] = [];
  const guessed = new Set<string>();
  for (const [stage, patch] of patches.entries()) {
    const results: FileResult[] = [];
    for (const diff of patch.files) {
      const path = diff.oldPath ?? diff.newPath!;
      const numbering = numberings.get(path) ?? new Numbering(stage);
      numberings.set(path, numbering);
      results.push(await placeFile(diff, stage, snapshot, growing, numbering, guessed));
    }
    files.push(results);
    for (const numbering of numberings.values()) numbering.next();
    for (const item of growing.values()) {
      item.stages[stage + 1] = item.lines.length > 0 ? item.lines : null;
      item.renamed[stage + 1] = item.names;
    }
  }
  return { files, touched: [...growing.values()], guessed };
}

async function placeFile(
  diff: FileDiff,
  stage: number,
  snapshot: Snapshot,
  growing: Map<string, Growing>,
  numbering: Numbering,
  guessed: Set<string>,
): Promise<FileResult> {
  const path = diff.oldPath ?? diff.newPath!;
  const candidate = (release: SnapshotFunction): Candidate => ({ release, lines: release.marks, item: null });
  const candidates = (text: HunkText): Candidate[] => {
    const known = [...growing.values()].filter(({ file }) => file === path);
    const others = snapshot
      .marksOf(path)
      .near(text)
      .filter(({ key }) => !growing.has(key));
    return [
      ...known.map((item) => ({ release: item.release, lines: item.lines, item })),
      ...others.map(candidate),
    ];
  };
  const candidateNamed = (name: string): Candidate | null => {
    const release = snapshot.own(name, path);
    if (!release?.hasLines) return null;
    const item = growing.get(release.key);
    return item ? { release, lines: item.lines, item } : candidate(release);
  };
  const hunks: HunkResult[] = [];
  for (const hunk of diff.hunks) {
    const asWritten = hunkText(hunk);
    const section = functionNamedBy(hunk.section);
    const named = section === null ? null : wholly(candidateNamed(section), asWritten);
    const chosen = named ? [named] : choose(candidates(asWritten), asWritten, section);
    const fits = chosen.map(({ candidate, where }) => ({
      item: candidate.item ?? begun(candidate.release!, stage),
      where,
    }));
    const offset = offsetOf(fits[0], asWritten, numbering);
    const text = movedBy(asWritten, offset);
    // What the release has already is where it is.
    if (fits.length === 0 || fits.some(({ where }) => where.as === 'before')) numbering.grow(hunk, offset);
    for (const { item, where } of fits) {
      growing.set(keyOf(item), item);
      if (where.as === 'after' && where.fitting === 'evolved') continue;
      const before = item.lines;
      item.lines = applyHunk(before, text, where, stage + 1);
      if (where.as === 'before') {
        item.names = renamesIn(text.lines.slice(where.from, where.to), item.release, item.names);
      }
    }
    const added = await addFunctions(path, text, fits, stage, snapshot, growing);
    const result = resultOf(hunk, asWritten, offset, fits, added, diff, snapshot);
    hunks.push(result);
    if (result.status === 'failed' && section !== null) guessed.add(section);
    for (const { item, where } of fits) if (where.fuzz > 0 && item.release) guessed.add(item.release.name);
  }
  return fileResult(diff, hunks);
}

function begun(release: SnapshotFunction, stage: number): Growing {
  const lines = release.lines();
  return {
    file: release.file,
    release,
    stages: Array.from({ length: stage + 1 }, () => lines),
    renamed: Array.from({ length: stage + 1 }, () => new Map()),
    lines,
    names: new Map(),
  };
}

function keyOf({ release, file, lines }: Growing): string {
  return release?.key ?? `${file}:${lines[0]?.text ?? ''}`;
}

/** A function that a hunk may belong to. */
interface Candidate {
  readonly release: SnapshotFunction | null;
  readonly lines: readonly Marked[];
  /** Null for one that nothing was found to belong to so far: it has a release. */
  readonly item: Growing | null;
}

interface Chosen {
  readonly item: Growing;
  readonly where: Fit;
}

interface Fitting {
  readonly candidate: Candidate;
  readonly where: Fit;
}

/** The function that a hunk names, where that has all of it: nobody has a better claim. */
function wholly(candidate: Candidate | null, text: HunkText): Fitting | null {
  const where = candidate && fitExactly(candidate.lines, text);
  return where?.fitting === 'whole' ? { candidate: candidate!, where } : null;
}

/** The functions that a hunk belongs to: the one that has all of it, else those that have a part each. */
function choose(
  candidates: readonly Candidate[],
  text: HunkText,
  section: string | null,
): readonly Fitting[] {
  for (const fit of FITS) {
    const fits = candidates.flatMap((candidate): Fitting[] => {
      const where = fit(candidate.lines, text);
      return where ? [{ candidate, where }] : [];
    });
    if (fits.length > 0) return best(fits, text, section);
  }
  return [];
}

function best(fits: readonly Fitting[], text: HunkText, section: string | null): readonly Fitting[] {
  for (const fitting of ['whole', 'part', 'evolved', 'fuzzy'] as const) {
    const such = fits.filter(({ where }) => where.fitting === fitting);
    if (such.length === 0) continue;
    if (fitting === 'part') return apart(such);
    const named = such.find(({ candidate }) => candidate.release?.name === section);
    // Code that is alike is meant in the function that the hunk names, and where it does not say, in the nearest.
    if (named) return [named];
    if (fitting !== 'whole' && section !== null) return [];
    const distance = ({ candidate: { item, release } }: Fitting): number =>
      Math.abs(((item?.lines ?? release!.lines())[0]?.number ?? 0) - text.start);
    return [such.reduce((best, one) => (distance(one) < distance(best) ? one : best))];
  }
  return [];
}

/** Parts that do not overlap, the longest first. */
function apart(fits: readonly Fitting[]): Fitting[] {
  const chosen: Fitting[] = [];
  const size = ({ where }: Fitting): number => where.to - where.from;
  for (const one of fits.toSorted((a, b) => size(b) - size(a))) {
    const overlaps = chosen.some(({ where }) => where.from < one.where.to && one.where.from < where.to);
    if (!overlaps) chosen.push(one);
  }
  return chosen;
}

/** Takes up the functions that a hunk shows as a whole, outside of those that are known. The number of them. */
async function addFunctions(
  path: string,
  text: HunkText,
  fits: readonly Chosen[],
  stage: number,
  snapshot: Snapshot,
  growing: Map<string, Growing>,
): Promise<number> {
  if (!/\.[ch]$/.test(path)) return 0;
  const isOutside = (index: number): boolean =>
    fits.every(({ where }) => index < where.from || index >= where.to) &&
    !fits.some(({ where }) => where.fitting === 'evolved');
  const runs: HunkText['lines'][number][][] = [[]];
  text.lines.forEach((line, index) => {
    if (line.sign === '+' && isOutside(index)) runs.at(-1)!.push(line);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  });
  let count = 0;
  for (const run of runs) {
    const code = run.map(({ content }) => content);
    if (!code.some((line) => /^[A-Za-z_]/.test(line)) || !code.some((line) => line.startsWith('}'))) continue;
    for (const { name, line, endLine } of await headsInPiece(code.join('\n'))) {
      if (endLine > code.length || snapshot.own(name, path)) continue;
      const lines = run.slice(line - 1, endLine).map((shown) => new AddedLine(shown, stage + 1));
      count++;
      growing.set(`${path}:${name}`, {
        file: path,
        release: null,
        stages: Array.from({ length: stage + 1 }, () => null),
        renamed: Array.from({ length: stage + 1 }, () => new Map()),
        lines,
        names: new Map(),
      });
    }
  }
  return count;
}

/** How many lines further down than the patch says the release, with the patches before, has the hunk. */
function offsetOf(chosen: Chosen | undefined, { lines }: HunkText, numbering: Numbering): number {
  if (!chosen || chosen.where.fitting === 'evolved') return 0;
  const { item, where } = chosen;
  const missing = where.as === 'before' ? '+' : '-';
  const first = lines.slice(where.from, where.to).find(({ sign }) => sign !== missing);
  const held = item.lines[where.at];
  if (!first || !held) return 0;
  const number = held.at === null ? numbering.of(held.number, held.since) : numbering.of(held.at, 0);
  return number - (where.as === 'before' ? first.before : first.number);
}

function resultOf(
  hunk: Hunk,
  text: HunkText,
  offset: number,
  fits: readonly Chosen[],
  added: number,
  diff: FileDiff,
  snapshot: Snapshot,
): HunkResult {
  const fuzz = Math.max(0, ...fits.map(({ where }) => where.fuzz));
  const result = {
    line: Math.max(hunk.newStart + offset, 1),
    offset,
    fuzz,
    ignoredWhitespace: false,
    reason: null,
  };
  if (fits.length > 0) {
    const isThere = added === 0 && fits.every(({ where }) => where.as === 'after');
    return { ...result, status: isThere ? 'already' : 'applied' };
  }
  if (added > 0 || diff.oldPath === null) return { ...result, status: 'applied' };
  const section = functionNamedBy(hunk.section);
  const known = section === null ? null : snapshot.own(section, diff.oldPath);
  if (known?.hasLines === true && !endsBefore(known.marks, text)) {
    return { ...result, status: 'failed', reason: `${section!}() of ${snapshot.name} has other code there` };
  }
  return { ...result, status: 'applied' };
}

function fileResult(diff: FileDiff, hunks: readonly HunkResult[]): FileResult {
  const failed = hunks.filter(({ status }) => status === 'failed').length;
  const there = hunks.filter(({ status }) => status === 'already').length;
  const status =
    failed > 0
      ? failed === hunks.length
        ? 'failed'
        : 'partial'
      : there > 0 && there === hunks.length
        ? 'already'
        : 'applied';
  return {
    path: diff.newPath ?? diff.oldPath!,
    status,
    text: null,
    hunks,
    ...changedLines(diff, hunks),
    reason: null,
  };
}

/** The lines that the hunks add and remove, where they are applied. */
function changedLines(
  diff: FileDiff,
  hunks: readonly HunkResult[],
): Pick<FileResult, 'addedLines' | 'removedLines'> {
  const addedLines: number[] = [];
  const removedLines: number[] = [];
  diff.hunks.forEach(({ oldStart, newStart, lines }, index) => {
    const { status, offset } = hunks[index]!;
    if (status !== 'applied') return;
    let [before, after] = [oldStart + offset, newStart + offset];
    for (const line of lines) {
      if (line.startsWith('-')) removedLines.push(before++);
      else if (line.startsWith('+')) addedLines.push(after++);
      else if (line.startsWith(' ')) {
        before++;
        after++;
      }
    }
  });
  return { addedLines, removedLines };
}
