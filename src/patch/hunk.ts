/** The numbers and the section of one `@@` line. */
export interface HunkHeader {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** What follows the second `@@`: the function line, or ''. */
  readonly section: string;
}

const HEADER = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)$/;

/** Reads an `@@ -1,2 +3,4 @@ section` line; null when the line is not one. */
export function parseHunkHeader(line: string): HunkHeader | null {
  if (!line.startsWith('@@ -')) return null;
  const match = HEADER.exec(line);
  if (!match) return null;
  return {
    oldStart: Number(match[1]),
    oldLines: match[2] === undefined ? 1 : Number(match[2]),
    newStart: Number(match[3]),
    newLines: match[4] === undefined ? 1 : Number(match[4]),
    section: match[5]!.trim(),
  };
}

/** The `@@` line of a hunk, as git writes it. */
export function formatHunkHeader(header: HunkHeader): string {
  const range = (start: number, lines: number) => (lines === 1 ? `${start}` : `${start},${lines}`);
  const section = header.section === '' ? '' : ` ${header.section}`;
  return `@@ -${range(header.oldStart, header.oldLines)} +${range(header.newStart, header.newLines)} @@${section}`;
}

/** One hunk cut out of a longer text by the counts of its `@@` line. */
export interface CutHunk {
  readonly header: HunkHeader;
  /** The lines after the `@@` line, each with its ' ', '+', '-' or '\\'. */
  readonly lines: readonly string[];
  /** Index of the first line after the hunk. */
  readonly end: number;
  /** False when the text ended, or went on with something else, before the counts were met. */
  readonly whole: boolean;
}

/**
 * Cuts the hunk whose `@@` line is `lines[at]`. The counts decide where it ends, so that a mail signature
 * ("-- ") or the "---" of the next file is never taken for a removed line.
 */
export function cutHunk(lines: readonly string[], at: number, header: HunkHeader): CutHunk {
  const first = at + 1;
  /** Lines that some mailers drop the blank of, which is all that an empty context line consists of. */
  const emptied: number[] = [];
  let oldLeft = header.oldLines;
  let newLeft = header.newLines;
  let i = first;
  for (; i < lines.length; i++) {
    const line = lines[i]!;
    const mark = line[0];
    if (mark === '\\') {
      if (i === first) break;
      continue;
    }
    if (oldLeft === 0 && newLeft === 0) break;
    if (mark === '+' && newLeft > 0) newLeft--;
    else if (mark === '-' && oldLeft > 0) oldLeft--;
    else if ((mark === ' ' || mark === undefined || line === '\r') && oldLeft > 0 && newLeft > 0) {
      oldLeft--;
      newLeft--;
      if (mark !== ' ') emptied.push(i - first);
    } else break;
  }
  const cut = lines.slice(first, i);
  for (const line of emptied) cut[line] = ` ${cut[line]!}`;
  return { header, lines: cut, end: i, whole: oldLeft === 0 && newLeft === 0 };
}
