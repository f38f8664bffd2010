import type { FileDiff } from './patch.js';

/**
 * What a diff changes, as text: its paths, and the lines that it takes away and adds, without white space. Two copies of a
 * patch have the same, whatever mailers and lists did to the mails around them.
 */
export function changeOf(files: readonly FileDiff[]): string {
  return files
    .map(({ oldPath, newPath, hunks }) => {
      const lines = hunks.flatMap((hunk) => hunk.lines.filter((line) => line[0] === '+' || line[0] === '-'));
      return [oldPath ?? '', newPath ?? '', ...lines.map((line) => line.replace(/\s+/g, ''))].join('\n');
    })
    .join('\n\n');
}
