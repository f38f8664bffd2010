import type { Case } from './operator.js';

/**
 * Puts cases together that touch different files and have as many patches: what such an edit gives does not depend on
 * the others, and a tree is analysed once for all of them.
 */
export function groupsOf<T extends { readonly item: Case }>(cases: readonly T[], size: number): T[][] {
  const groups: { members: T[]; paths: Set<string> }[] = [];
  for (const one of cases) {
    const paths = one.item.patches.flatMap((texts) => [...texts.keys()]);
    const fitting = groups.find(
      (group) =>
        group.members.length < size &&
        group.members[0]!.item.patches.length === one.item.patches.length &&
        !paths.some((path) => group.paths.has(path)),
    );
    if (fitting) {
      fitting.members.push(one);
      for (const path of paths) fitting.paths.add(path);
    } else groups.push({ members: [one], paths: new Set(paths) });
  }
  return groups.map(({ members }) => members);
}

/** One case with all the edits of several. */
export function joined(cases: readonly Case[]): Case {
  const [first] = cases as [Case, ...Case[]];
  return {
    ...first,
    says: cases.map(({ says }) => says).join('\n'),
    patches: first.patches.map((_, index) => new Map(cases.flatMap(({ patches }) => [...patches[index]!]))),
    touched: cases.flatMap(({ touched }) => touched),
  };
}
