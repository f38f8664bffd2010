import { lex } from '../c/normalise/lex.js';
import type { SnapshotFunction } from './snapshot.js';
import type { HunkTextLine } from './text.js';

/**
 * Variables that a hunk renames: where as many lines are added as are removed in front of them, and these differ in a
 * name only, which is a variable of the release, and the new one is none.
 *
 * @param known the names that are new already, by those of the release
 */
export function renamesIn(
  hunk: readonly HunkTextLine[],
  release: SnapshotFunction | null,
  known: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (!release) return known;
  const { locals, parameters } = release.facts;
  const isVariable = (name: string): boolean =>
    Object.hasOwn(locals, name) || parameters.some((parameter) => parameter.name === name);
  const renamed = new Map(known);
  for (const [removed, added] of replacedBlocks(hunk)) {
    const before = tokensOf(removed);
    const after = tokensOf(added);
    if (before.length !== after.length) continue;
    const pairs = new Map<string, string>();
    const isRenaming = before.every((token, index) => {
      const other = after[index]!;
      if (token === other) return true;
      if (!isVariable(token) || isVariable(other) || !/^[A-Za-z_]\w*$/.test(other)) return false;
      if ((pairs.get(token) ?? other) !== other) return false;
      pairs.set(token, other);
      return true;
    });
    if (isRenaming) for (const [old, name] of pairs) renamed.set(old, name);
  }
  return renamed;
}

/** Runs of removed lines with the runs of as many added lines that follow them. */
function* replacedBlocks(hunk: readonly HunkTextLine[]): Iterable<[string[], string[]]> {
  let removed: string[] = [];
  let added: string[] = [];
  for (const { sign, content } of [...hunk, { sign: ' ', content: '' } as const]) {
    if (sign === '+') added.push(content);
    else {
      if (added.length > 0 || sign === ' ') {
        if (removed.length > 0 && removed.length === added.length) yield [removed, added];
        removed = [];
        added = [];
      }
      if (sign === '-') removed.push(content);
    }
  }
}

function tokensOf(lines: readonly string[]): string[] {
  return lex(lines.join('\n')).tokens.map(({ text }) => text);
}
