import type { StructuredPatch } from 'diff';
import { parsePatch } from 'diff/lib/patch/parse.js';
import { RectoError } from '../errors.js';
import { cutHunk, parseHunkHeader } from './hunk.js';
import { MAX_DIFF_BYTES, MAX_FILES, MAX_HUNKS } from './limits.js';
import type { FileDiff, Hunk } from './patch.js';
import { assertInsideTree, treePaths } from './path.js';

/** What was found in a text that holds a unified diff. */
export interface ParsedDiff {
  readonly files: readonly FileDiff[];
  /** Index of the line the first file begins with; -1 when there is no diff. */
  readonly start: number;
  /** Index of the first line after the last file. */
  readonly end: number;
  /** Hunks that end before their `@@` line says so. They are not in `files`. */
  readonly broken: number;
  /** What was left out, for people: a hunk that ends early, a combined diff. */
  readonly notes: readonly string[];
}

/** One file of the diff, cut but not parsed. */
interface FileBlock {
  readonly head: string[];
  readonly git: boolean;
  readonly hunks: Hunk[];
  blobs: readonly [string, string] | null;
  binary: boolean;
}

const EXTENDED_HEADER =
  /^(?:old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index|dissimilarity index|index|Binary files) /;
const INDEX = /^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})/;

/**
 * Reads the unified diffs in `text`: of git or of plain `diff -u`, with anything before, between and after
 * the files (a commit message, a signature, a mailing list's footer).
 *
 * @throws RectoError 'too-large' beyond the limits of limits.ts; 'unreadable-input' when a path leads out of
 * the tree.
 */
export function parseDiff(text: string): ParsedDiff {
  assertDiffSize(text.length);
  return parseDiffLines(text.split('\n'));
}

/** As parseDiff, for a text that is already split into lines. */
export function parseDiffLines(input: readonly string[]): ParsedDiff {
  const lines = withoutTransportCr(input);
  const notes: string[] = [];
  const blocks: FileBlock[] = [];
  let block: FileBlock | null = null;
  let start = -1;
  let end = 0;
  let broken = 0;
  let hunkCount = 0;

  const open = (at: number, git: boolean): FileBlock => {
    if (blocks.length >= MAX_FILES) {
      throw new RectoError(
        'too-large',
        `the diff changes more than ${MAX_FILES} files, which is the limit for one patch; split it.`,
      );
    }
    if (start < 0) start = at;
    const opened: FileBlock = { head: [], git, hunks: [], blobs: null, binary: false };
    blocks.push(opened);
    return opened;
  };

  for (let i = 0; i < lines.length;) {
    const line = lines[i]!;
    // Most lines are prose.
    if (!'d-@'.includes(line[0] ?? ' ')) {
      i++;
    } else if (line.startsWith('diff --git ')) {
      block = open(i, true);
      i = readGitHead(lines, i, block);
      end = i;
    } else if (line.startsWith('--- ') && lines[i + 1]?.startsWith('+++ ') && startsHunk(lines[i + 2])) {
      block = open(i, false);
      block.head.push(fileNameLine(line), fileNameLine(lines[i + 1]!));
      i += 2;
    } else if (block && line.startsWith('@@ -')) {
      const header = parseHunkHeader(line);
      if (!header) {
        i++;
        continue;
      }
      assertHunkCount(++hunkCount);
      const cut = cutHunk(lines, i, header);
      if (cut.whole) block.hunks.push({ ...header, lines: cut.lines });
      else {
        broken++;
        notes.push(
          `a hunk of ${nameOf(block)} (@@ -${header.oldStart} +${header.newStart} @@) ends before its ` +
            'counts are met and was left out',
        );
      }
      i = cut.end;
      end = i;
    } else {
      if (line.startsWith('diff --cc ') || line.startsWith('diff --combined ')) {
        notes.push(`the combined diff of a merge was not read: ${line}`);
        block = null;
      }
      i++;
    }
  }

  const files = blocks.flatMap((cut) => readBlock(cut, notes));
  return { files, start: files.length > 0 || broken > 0 ? start : -1, end, broken, notes };
}

/**
 * @throws RectoError 'too-large' when a diff of that many bytes is more than we read. To be asked before the
 * bytes are loaded, where that is possible.
 */
export function assertDiffSize(bytes: number, place: string | null = null): void {
  if (bytes <= MAX_DIFF_BYTES) return;
  const size = (n: number) => `${(n / 1024 / 1024).toFixed(n % (1024 * 1024) === 0 ? 0 : 1)} MB`;
  throw new RectoError(
    'too-large',
    `${place ?? 'the diff'} has ${size(bytes)}; one patch may have ${size(MAX_DIFF_BYTES)}. ` +
      'Split it, or give Recto only the files under mm/, fs/ and include/ that matter.',
    place,
  );
}

/** @throws RectoError 'too-large' when one patch has more hunks than we read. */
export function assertHunkCount(hunks: number): void {
  if (hunks <= MAX_HUNKS) return;
  throw new RectoError(
    'too-large',
    `the diff has more than ${MAX_HUNKS} hunks, which is the limit for one patch; split it.`,
  );
}

function startsHunk(line: string | undefined): boolean {
  return line !== undefined && parseHunkHeader(line) !== null;
}

/** Reads from `diff --git` to the line before the first `@@`; gives the index of the next line. */
function readGitHead(lines: readonly string[], at: number, block: FileBlock): number {
  block.head.push(lines[at]!);
  let i = at + 1;
  for (; i < lines.length && EXTENDED_HEADER.test(lines[i]!); i++) {
    const blobs = INDEX.exec(lines[i]!);
    if (blobs) block.blobs = [blobs[1]!, blobs[2]!];
    if (lines[i]!.startsWith('Binary files ')) block.binary = true;
    block.head.push(lines[i]!);
  }
  if (lines[i] === 'GIT binary patch') {
    block.binary = true;
    return i + 1;
  }
  if (lines[i]?.startsWith('--- ') && lines[i + 1]?.startsWith('+++ ')) {
    block.head.push(fileNameLine(lines[i]!), fileNameLine(lines[i + 1]!));
    return i + 2;
  }
  return i;
}

/** A `---` or `+++` line without the time stamp, which jsdiff only takes off where its tab is left. */
function fileNameLine(line: string): string {
  const tab = line.indexOf('\t');
  if (tab >= 0) return line.slice(0, tab);
  const stamp = line.search(/ \d{4}-\d\d-\d\d |(?: (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)) [A-Z][a-z]{2} /);
  return (stamp > 4 ? line.slice(0, stamp) : line).trimEnd();
}

/** Lets jsdiff read the head of one block; its hunks were cut by their counts. */
function readBlock(block: FileBlock, notes: string[]): FileDiff[] {
  let parsed: StructuredPatch | undefined;
  try {
    parsed = parsePatch(block.head.join('\n'))[0];
  } catch (error) {
    notes.push(`the diff of ${nameOf(block)} could not be read: ${(error as Error).message}`);
    return [];
  }
  const oldName = parsed?.isCreate ? '/dev/null' : parsed?.oldFileName;
  const newName = parsed?.isDelete ? '/dev/null' : parsed?.newFileName;
  // A lone "diff --git" line, as people write it in prose.
  if (block.git && block.head.length === 1 && block.hunks.length === 0 && !block.binary) return [];
  if (!parsed || !oldName || !newName) {
    notes.push(`a diff without file names was left out: ${block.head[0]!.slice(0, 200)}`);
    return [];
  }
  const { oldPath, newPath } = treePaths(oldName, newName);
  if (oldPath === null && newPath === null) {
    notes.push('a diff from /dev/null to /dev/null was left out');
    return [];
  }
  for (const path of [oldPath, newPath]) if (path !== null) assertInsideTree(path);
  return [
    {
      oldPath,
      newPath,
      oldBlob: block.blobs?.[0] ?? null,
      newBlob: block.blobs?.[1] ?? null,
      binary: block.binary,
      ...(parsed.isCopy ? { copied: true } : {}),
      hunks: block.hunks,
    },
  ];
}

function nameOf(block: FileBlock): string {
  const named = block.head.findLast((line) => line.startsWith('+++ ') || line.startsWith('diff --git '));
  return (named ?? '?').replace(/^(?:\+\+\+|diff --git) /, '').slice(0, 200);
}

/**
 * A mail that went through DOS tools has CRLF everywhere, also in the diff's own header lines; a diff of a
 * file with CRLF has it only within the hunks, where it belongs.
 */
function withoutTransportCr(lines: readonly string[]): readonly string[] {
  const head = lines.find((line) => line.startsWith('diff --git ') || line.startsWith('+++ '));
  if (!head?.endsWith('\r')) return lines;
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}
