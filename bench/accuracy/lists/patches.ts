import type { Series } from '../../../src/mail/series.js';
import type { Patch } from '../../../src/patch/patch.js';

/** How C code speaks of folios, pages and their flags. */
const FOLIOS =
  /folio|\bstruct page\b|\bpages?\b *[,;)=]|\b\w+_page\(|\bPG_\w+|\b(?:__)?(?:Test)?(?:Set|Clear)?Page[A-Z]\w+\(/;

/** Does the patch change kernel code that handles folios or pages, as far as its hunks show? */
export function touchesFolios({ files }: Patch): boolean {
  return files.some(
    ({ oldPath, newPath, hunks }) =>
      /\.[ch]$/.test(newPath ?? oldPath ?? '') &&
      hunks.some(({ lines }) => lines.some((line) => /^[-+]/.test(line) && FOLIOS.test(line))),
  );
}

/** Patches of a list, by what they are about. */
export interface PatchCount {
  readonly patches: number;
  /** Those that change a C file. */
  readonly code: number;
  readonly folios: number;
}

export function countPatches(all: readonly Series[]): PatchCount {
  const patches = all.flatMap((series) => series.patches);
  const code = patches.filter(({ files }) =>
    files.some(({ oldPath, newPath }) => /\.[ch]$/.test(newPath ?? oldPath ?? '')),
  );
  return {
    patches: patches.length,
    code: code.length,
    folios: patches.filter((patch) => touchesFolios(patch)).length,
  };
}
