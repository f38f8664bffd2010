import { applyFileDiff, type FileResult } from '../patch/apply.js';
import type { Patch } from '../patch/patch.js';
import { overlay } from '../tree/overlay.js';
import type { Tree } from '../tree/tree.js';

/** What became of one patch of the series. */
export interface AppliedPatch {
  readonly patch: Patch;
  /** `already`: the tree has it. `partial`: some hunks failed. */
  readonly status: 'applied' | 'already' | 'partial' | 'failed';
  readonly files: readonly FileResult[];
  /** The tree with this patch and those before it; null where there is none. */
  readonly tree: Tree | null;
}

/** A patch that was applied to a tree. */
export interface PatchedTree extends AppliedPatch {
  readonly tree: Tree;
}

/** Applies the patches of a series one after the other, each on a tree in memory above the one before. */
export async function applySeries(patches: readonly Patch[], base: Tree): Promise<readonly PatchedTree[]> {
  const applied: PatchedTree[] = [];
  let tree = base;
  for (const patch of patches) {
    const changes = new Map<string, string | null>();
    const files: FileResult[] = [];
    for (const diff of patch.files) {
      const from = diff.oldPath ?? diff.newPath!;
      const before = changes.has(from) ? (changes.get(from) ?? null) : await tree.read(from);
      const result = applyFileDiff(before, diff, patch);
      files.push(result);
      if (result.status === 'failed' || result.status === 'already') continue;
      changes.set(result.path, result.text);
      if (
        diff.oldPath !== null &&
        diff.newPath !== null &&
        diff.oldPath !== diff.newPath &&
        diff.copied !== true
      ) {
        changes.set(diff.oldPath, null);
      }
    }
    if (changes.size > 0) tree = overlay(tree, changes);
    applied.push({ patch, status: statusOf(files), files, tree });
  }
  return applied;
}

/** What became of a patch, from what became of its files. */
export function statusOf(files: readonly FileResult[]): AppliedPatch['status'] {
  if (files.every((file) => file.status === 'applied')) return 'applied';
  if (files.every((file) => file.status === 'already')) return 'already';
  if (files.every((file) => file.status === 'failed')) return 'failed';
  const whole = files.every((file) => file.status === 'applied' || file.status === 'already');
  return whole ? 'applied' : 'partial';
}
