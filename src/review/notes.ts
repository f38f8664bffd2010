import { contradictions } from '../analysis/contradiction.js';
import type { TreeAnalysis } from '../analysis/tree-analysis.js';
import type { RuleData } from '../folio/contract.js';
import type { SnapshotName } from '../snapshot/build.js';
import type { AppliedPatch } from './applied.js';

/**
 * What became of the hunks, where it is not simply that they applied.
 *
 * @param release the name of the release whose snapshot stands for a tree; null where there is one
 */
export function applicationNotes(patches: readonly AppliedPatch[], release: string | null = null): string[] {
  const notes: string[] = [];
  for (const { patch, status, files } of patches) {
    const name = patches.length > 1 ? `patch ${patch.number} ("${patch.subject}")` : 'the patch';
    if (status === 'already') {
      notes.push(
        `${name} is already ${release === null ? 'in the tree' : `part of ${release}`}; nothing is claimed about it`,
      );
      continue;
    }
    for (const file of files) {
      if (file.reason) notes.push(`${name}: ${file.path}: ${file.reason}`);
      if (file.status === 'already')
        notes.push(
          `${name}: the change of ${file.path} is already ${release === null ? 'in the tree' : `part of ${release}`}`,
        );
      file.hunks.forEach((hunk, index) => {
        if (hunk.status === 'failed' && !file.reason) {
          notes.push(
            `${name}: hunk ${index + 1} of ${file.path} does not apply at line ${hunk.line}: ${hunk.reason ?? 'its context is not there'}`,
          );
        }
      });
      if (file.hunks.some((hunk) => hunk.ignoredWhitespace)) {
        notes.push(
          `${name}: ${file.path}: applied without regard to white space, which the mail has damaged`,
        );
      }
      const fuzzy = file.hunks.filter((hunk) => hunk.status === 'applied' && hunk.fuzz > 0).length;
      if (fuzzy > 0)
        notes.push(`${name}: ${file.path}: ${fuzzy} of ${file.hunks.length} hunks applied with fuzz`);
    }
  }
  return notes;
}

/** What a review without a tree is worth. */
export function snapshotNote(release: string, { date }: SnapshotName): string {
  return `against the ${release} snapshot (of ${date}), no tree given`;
}

/** What the rules say of a function and its body in this tree refutes: whatever follows from it is in doubt. */
export function contradictionNotes(analysis: TreeAnalysis): string[] {
  return contradictions(analysis).map(
    ({ contract, file, line, says }) =>
      `${contract.place}: not so in this tree, where ${contract.function}() (${file}:${line}) ${says}: ` +
      'say what it does here in a contract of your own (--rules), or mend that one',
  );
}

/** A patch that touches the code which keeps a flag set may weaken a guard elsewhere. */
export function meaningNotes(
  patches: readonly AppliedPatch[],
  changed: ReadonlySet<string>,
  rules: RuleData,
): string[] {
  if (patches.length === 0) return [];
  const notes: string[] = [];
  for (const meaning of rules.meanings) {
    if (meaning.impliedBy.length === 0) continue;
    const touched = [...meaning.setBy, ...meaning.clearedBy].filter((name) => changed.has(name));
    if (touched.length === 0) continue;
    const names = [...new Set(touched)].map((name) => `${name}()`).join(', ');
    notes.push(
      `${names} sets or clears ${meaning.flag}: guards elsewhere rely on when it is set (${meaning.place})`,
    );
  }
  return notes;
}
