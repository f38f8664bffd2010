import { structuredPatch } from 'diff';

/** Finds the line of another version of a text that a line has become; null when it is gone. */
export type LineMap = (line: number) => number | null;

/** Follows lines from one version of a text to another. Lines count from 1. */
export function mapLines(before: string, after: string): LineMap {
  if (before === after) return (line) => line;
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 0 });
  return (line) => {
    let shift = 0;
    for (const { oldStart, oldLines, newLines } of hunks) {
      if (line < oldStart) break;
      if (line < oldStart + oldLines) return null;
      shift += newLines - oldLines;
    }
    return line + shift;
  };
}
