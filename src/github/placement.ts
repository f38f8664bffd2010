import type { FileDiff } from '../patch/patch.js';
import type { Finding } from '../review/finding.js';

/** Lines of a file at the head of a pull request that GitHub takes comments on. */
export interface Place {
  readonly path: string;
  readonly startLine: number;
  readonly line: number;
}

/** One run of lines that the diff shows. */
interface Shown {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly changed: readonly number[];
}

/** What is needed to find the lines of a finding. */
export interface PlacementBackground {
  /** The diff of the whole pull request. */
  readonly diff: readonly FileDiff[];
  /**
   * From the tree after the finding's patch to the head, by path: where a line is now, undefined when it is gone. Null
   * when the file is gone.
   */
  readonly toHead: (path: string) => ((line: number) => number | undefined) | null;
  /** The text of a file at the head. */
  readonly textAt: (path: string) => string | null;
}

interface Spot {
  readonly file: string;
  readonly line: number;
}

/**
 * The lines to comment on: those that the finding is about, when the diff shows them; else the changed line that is
 * nearest to one of its steps. Null when the diff touches none of the files on its way.
 */
export function placeFinding(finding: Finding, background: PlacementBackground): Place | null {
  const shown = background.diff.flatMap(shownLines);
  const spots = spotsOf(finding).flatMap((spot) => {
    const line = background.toHead(spot.file)?.(spot.line);
    return line === undefined ? [] : [{ file: spot.file, line }];
  });
  const [first] = spots;
  const inside = first && findShown(shown, first);
  if (first && inside) return wholeStatement(first, inside, background.textAt(first.file));
  for (const spot of spots) {
    const line = nearestChange(shown, spot);
    if (line !== null) return { path: spot.file, startLine: line, line };
  }
  return null;
}

/** The places of a finding, the one that the patch is most likely to have changed first. */
export function spotsOf(finding: Finding): Spot[] {
  const update = { file: finding.file, line: finding.line };
  const calls = finding.origins.map(({ file, line }) => ({ file, line }));
  const steps = finding.origins.flatMap(({ path }) => path.map(({ file, line }) => ({ file, line })));
  const atUpdate = finding.because !== null && AT_UPDATE.has(finding.because);
  return atUpdate ? [update, ...calls, ...steps] : [...calls, ...steps, update];
}

const AT_UPDATE: ReadonlySet<string> = new Set(['new-update', 'downgraded-update', 'guard-removed']);

function shownLines(file: FileDiff): Shown[] {
  const { newPath } = file;
  if (newPath === null) return [];
  return file.hunks.map((hunk) => {
    const changed: number[] = [];
    let line = hunk.newStart;
    for (const text of hunk.lines) {
      if (text.startsWith('+')) changed.push(line);
      // Where lines only went, what is now there has changed.
      if (text.startsWith('-') && changed.at(-1) !== line) changed.push(line);
      if (text.startsWith('+') || text.startsWith(' ')) line++;
    }
    const end = hunk.newStart + hunk.newLines - 1;
    return {
      path: newPath,
      start: hunk.newStart,
      end,
      changed: [...new Set(changed.map((at) => Math.min(at, end)))].filter((at) => at >= hunk.newStart),
    };
  });
}

function findShown(shown: readonly Shown[], { file, line }: Spot): Shown | undefined {
  return shown.find(({ path, start, end }) => path === file && start <= line && line <= end);
}

function nearestChange(shown: readonly Shown[], { file, line }: Spot): number | null {
  const changed = shown.filter(({ path }) => path === file).flatMap((run) => run.changed);
  const near = changed.sort((a, b) => Math.abs(a - line) - Math.abs(b - line));
  return near[0] ?? null;
}

/** Longer than that, a statement is marked by its first line alone. */
const STATEMENT_LINES = 8;

/** A call that goes over several lines is marked as a whole. */
function wholeStatement({ file, line }: Spot, { end }: Shown, text: string | null): Place {
  const lines = text?.split('\n') ?? [];
  let depth = 0;
  for (let at = line; at <= Math.min(end, line + STATEMENT_LINES - 1); at++) {
    for (const character of lines[at - 1] ?? '') {
      if (character === '(') depth++;
      if (character === ')') depth--;
    }
    if (depth <= 0) return { path: file, startLine: line, line: at };
  }
  return { path: file, startLine: line, line };
}
