/** One `Key: value` line at the end of a commit message. */
export interface Trailer {
  /** As it was written: "Signed-off-by". */
  readonly key: string;
  readonly value: string;
}

const TRAILER = /^([A-Za-z][A-Za-z0-9-]{1,60}): (\S.*)$/;
const BASE_COMMIT = /^base-commit: ([0-9a-f]{7,64})\s*$/;
const PREREQUISITE = /^prerequisite-patch-id: ([0-9a-f]{7,64})\s*$/;

/**
 * The trailers of a commit message: the `Key: value` lines of its last paragraph, if at least one of them is
 * there. Indented lines continue the value before them.
 */
export function readTrailers(message: string): Trailer[] {
  const lines = message.trimEnd().split('\n');
  const blank = lines.findLastIndex((line) => line.trim() === '');
  const trailers: Trailer[] = [];
  for (const line of lines.slice(blank + 1)) {
    const match = TRAILER.exec(line);
    const last = trailers.at(-1);
    if (match) trailers.push({ key: match[1]!, value: match[2]!.trimEnd() });
    else if (last && /^[ \t]/.test(line)) {
      trailers[trailers.length - 1] = { key: last.key, value: `${last.value} ${line.trim()}` };
    }
  }
  return trailers;
}

/** The commit that `git format-patch --base` says the series applies to, or null. */
export function readBaseCommit(text: string): string | null {
  for (const line of linesWith(text, 'base-commit: ')) {
    const match = BASE_COMMIT.exec(line);
    if (match) return match[1]!;
  }
  return null;
}

/** Patch ids of what must be applied between the base commit and the series, in the order given. */
export function readPrerequisites(text: string): string[] {
  return linesWith(text, 'prerequisite-patch-id: ').flatMap((line) => PREREQUISITE.exec(line)?.[1] ?? []);
}

function linesWith(text: string, start: string): string[] {
  if (!text.includes(start)) return [];
  return text.split('\n').filter((line) => line.startsWith(start));
}
