import { structuredPatch } from 'diff';
import { writeDiff } from '../../src/patch/write.js';
import { readSections, sectionAt } from '../../src/patch/section.js';

/** One change of a file: lines `from` up to, not including, `to` give way to `lines`. Indexes count from 0. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** The text after edits, which must not overlap. */
export function applyEdits(lines: readonly string[], edits: readonly Edit[]): string {
  const after = [...lines];
  for (const { from, to, lines: added } of [...edits].sort((a, b) => b.from - a.from || b.to - a.to)) {
    after.splice(from, to - from, ...added);
  }
  return after.join('\n');
}

export function insertAt(at: number, ...lines: string[]): Edit {
  return { from: at, to: at, lines };
}

export function replaceLine(at: number, ...lines: string[]): Edit {
  return { from: at, to: at + 1, lines };
}

export function removeLines(from: number, to: number): Edit {
  return { from, to, lines: [] };
}

/** The change of one file as git would show it. */
export function diffOf(path: string, before: string | null, after: string): string {
  const lines = (before ?? '').split('\n');
  const sections = readSections(lines);
  const { hunks } = structuredPatch(path, path, before ?? '', after, undefined, undefined, { context: 3 });
  return writeDiff({
    oldPath: before === null ? null : path,
    newPath: path,
    oldBlob: null,
    newBlob: null,
    binary: false,
    hunks: hunks.map((hunk) => {
      const section = sectionAt(sections, hunk.oldStart - 1);
      return {
        oldStart: hunk.oldStart,
        oldLines: hunk.oldLines,
        newStart: hunk.newStart,
        newLines: hunk.newLines,
        section: section ? lines[section.at]!.slice(0, 80) : '',
        lines: hunk.lines,
      };
    }),
  });
}
