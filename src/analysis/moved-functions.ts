import { append } from './append.js';
import type { ChangedDefinitions } from './changed-definitions.js';
import type { KeptTree } from './kept/kept-tree.js';
import type { LineMap } from './relocation.js';

/** Where lines of a kept tree's functions are in files that differ, as far as functions are the same there. */
export function linesOfMoved(kept: KeptTree, definitions: ChangedDefinitions): LineMap {
  const moved = new Map<string, { line: number; endLine: number; by: number }[]>();
  for (const entry of definitions.changedFunctions()) {
    const then = kept.own(entry.facts.name, entry.file);
    if (!then || !definitions.isKept(entry)) continue;
    const { line, endLine } = then.facts;
    append(moved, entry.file, { line, endLine, by: entry.facts.line - line });
  }
  return (file, line) => {
    const range = moved.get(file)?.find((item) => item.line <= line && line <= item.endLine);
    return range && line + range.by;
  };
}
