import type { FileDiff } from '../patch/patch.js';

/**
 * Whether the white space of a diff cannot be what its author wrote, as far as the diff alone shows. Kernel C
 * is indented with tabs: a C file's hunks without any tab, but with indented lines, have lost them; and lines
 * of context that begin with a blank and then a tab, or with a blank or two, were padded by a mailer.
 */
export function whitespaceLooksDamaged(files: readonly FileDiff[], quoted: boolean): boolean {
  const inC = files.filter((file) => /\.[chS]$/.test(file.newPath ?? file.oldPath!));
  const has = (isSo: (line: string) => boolean) =>
    inC.some((file) => file.hunks.some((hunk) => hunk.lines.some(isSo)));
  const tabs = has((line) => line.includes('\t'));
  if (!tabs) return has((line) => /^[ +-] (?:[^\s*/]| {6})/.test(line));
  return quoted && has((line) => /^ (?: +\t| {1,3}[^\s*/])/.test(line));
}
