import type { Prerequisite } from '../mail/series.js';
import type { Tree } from '../tree/tree.js';
import { applySeries } from './applied.js';

/** How many of a kind are named in a note. */
const NAMED = 5;

/**
 * The tree with the patches that a series needs beforehand, as far as they are known and apply, in the order in which it
 * names them; and what became of them, in words.
 */
export async function onPrerequisites(
  base: Tree,
  prerequisites: readonly Prerequisite[],
): Promise<{ tree: Tree; notes: string[] }> {
  let tree = base;
  const applied: string[] = [];
  const there: string[] = [];
  const failed: string[] = [];
  for (const { patch } of prerequisites) {
    if (patch === null) continue;
    const [result] = await applySeries([patch], tree);
    const name = JSON.stringify(patch.subject);
    if (result!.status === 'applied') {
      tree = result!.tree;
      applied.push(name);
    } else if (result!.status === 'already') there.push(name);
    else failed.push(name);
  }
  const unknown = prerequisites.filter(({ patch }) => patch === null).map(({ id }) => id.slice(0, 12));
  return {
    tree,
    notes: [
      ...said(applied, 'was applied first', 'were applied first'),
      ...said(there, 'is already in the tree', 'are already in the tree'),
      ...said(failed, 'does not apply and was left out', 'do not apply and were left out'),
      ...unknownNotes(unknown),
    ],
  };
}

/** What is said where nothing can be applied beforehand: without a tree. */
export function prerequisiteNotes(prerequisites: readonly Prerequisite[]): string[] {
  const names = prerequisites.map(({ id, patch }) =>
    patch === null ? id.slice(0, 12) : JSON.stringify(patch.subject),
  );
  if (names.length === 0) return [];
  return [`without a tree, what it needs beforehand was not applied: ${listed(names)}`];
}

function unknownNotes(unknown: readonly string[]): string[] {
  if (unknown.length === 0) return [];
  const [it, was] = unknown.length === 1 ? ['a patch', 'was'] : [`${String(unknown.length)} patches`, 'were'];
  return [`it needs ${it} that nobody here knows and that ${was} not applied: patch-id ${listed(unknown)}`];
}

function said(names: readonly string[], one: string, several: string): string[] {
  return names.length === 0 ? [] : [`it needs ${listed(names)}, which ${names.length === 1 ? one : several}`];
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${String(names.length - NAMED)} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}
