import { PAGE_FLAGS_HEADER } from '../folio/header.js';
import { functionNamedBy } from '../patch/section.js';
import type { Patch } from '../patch/patch.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { AppliedPatch } from './applied.js';

/** What a review without a tree could not judge, and why. */
export function snapshotNotes(
  series: readonly Patch[],
  applied: readonly AppliedPatch[],
  snapshot: Snapshot,
): string[] {
  const notes: string[] = [];
  if (series.some(({ files }) => files.some(({ newPath }) => newPath === PAGE_FLAGS_HEADER))) {
    notes.push(
      `${PAGE_FLAGS_HEADER} is changed: without a tree its accessors are those of ${snapshot.name}, ` +
        'and what changes with them is not seen',
    );
  }
  const unknown = new Set<string>();
  for (const { files } of series) {
    for (const { oldPath, hunks } of files) {
      if (oldPath === null) continue;
      for (const { section, lines } of hunks) {
        const name = functionNamedBy(section);
        const known = name === null ? null : snapshot.own(name, oldPath);
        if (name === null || known?.hasLines === true) continue;
        if (lines.some((line) => /^[+-]/.test(line) && /folio|page/i.test(line)))
          unknown.add(`${name}() in ${oldPath}`);
      }
    }
  }
  if (unknown.size > 0 && applied.some(({ status }) => status !== 'already')) {
    notes.push(
      `the snapshot of ${snapshot.name} has nothing of ${[...unknown].join(', ')}: what is changed there could not be judged`,
    );
  }
  return notes;
}
