import type { Series } from '../mail/series.js';
import type { Patch } from '../patch/patch.js';
import { patchIdsOf } from '../tree/patch-id.js';

/**
 * Looks among the series of an input for what some of them need beforehand (`prerequisite-patch-id:`). Patches that are
 * found so are applied before, and are not reviewed themselves.
 *
 * @throws RectoError as `patchIdsOf` does
 */
export async function findPrerequisites(all: readonly Series[]): Promise<readonly Series[]> {
  if (all.length < 2 || all.every(({ prerequisites = [] }) => prerequisites.length === 0)) return all;
  const known = new Map<string, { patch: Patch; of: Series }>();
  for (const of of all) {
    const ids = await patchIdsOf(of.patches);
    for (const [at, patch] of of.patches.entries()) {
      for (const id of ids[at]!) known.set(id, { patch, of });
    }
  }
  const needed = new Set<Patch>();
  const found = all.map((series) => ({
    ...series,
    prerequisites: (series.prerequisites ?? []).map((prerequisite) => {
      const { patch, of } = known.get(prerequisite.id) ?? {};
      if (patch === undefined || of === series) return prerequisite;
      needed.add(patch);
      return { ...prerequisite, patch };
    }),
  }));
  const left = found
    .map((series) => ({ ...series, patches: series.patches.filter((patch) => !needed.has(patch)) }))
    .filter(({ patches }) => patches.length > 0);
  // Series that need each other: somebody has mixed them up, and they stay as they were.
  return left.length === 0 ? all : left;
}
