import { append } from './append.js';
import { calleesFirst, positionsIn } from './call-graph.js';
import type { KeptTree } from './kept/kept-tree.js';

/** Functions by number, callees before callers as far as there is no circle. */
export interface Order {
  readonly functions: Uint32Array;
  /** Where in `functions` each number stands; -1 for one that does not. */
  readonly positions: Int32Array;
}

/**
 * The order of a kept tree, with what a change brings: a new function stands behind the last one that it calls. Going
 * through all functions of a kernel to sort them costs more than most changes.
 *
 * @param newCallees what functions call now, by number; those of which it does not tell call what they called
 * @param added count of the functions that the kept tree does not have; their numbers are the next ones
 * @returns null where a call is new that the order of the kept tree has the other way round
 */
export function orderWithChanges(
  kept: Pick<KeptTree, 'callees' | 'order' | 'positions' | 'size'>,
  newCallees: ReadonlyMap<number, readonly number[]>,
  added: number,
): Order | null {
  const { positions } = kept;
  /** The position in the kept tree that a function stands at, or behind. */
  const places = new Map<number, number>();
  const place = (number: number): number => places.get(number) ?? positions[number]!;
  const first = kept.size;
  const local = (number: number): readonly number[] =>
    (newCallees.get(first + number) ?? []).flatMap((callee) => (callee >= first ? [callee - first] : []));
  const order = calleesFirst(added, Array.from({ length: added }).keys(), local);
  for (const number of order) {
    const callees = newCallees.get(first + number) ?? [];
    // New functions that call each other in a circle.
    if (callees.some((callee) => callee >= first && !places.has(callee))) return null;
    places.set(first + number, Math.max(-1, ...callees.map(place)));
  }
  for (const [number, callees] of newCallees) {
    if (number >= first) continue;
    const before = new Set(kept.callees(number));
    for (const callee of callees) {
      if (!before.has(callee) && place(callee) >= positions[number]!) return null;
    }
  }
  if (added === 0) return { functions: kept.order, positions };
  const functions = withAdded(kept.order, places, order, first);
  return { functions, positions: positionsIn(functions, first + added) };
}

/** Puts each added function behind its place; those of one place in their own order. */
function withAdded(
  kept: Uint32Array,
  places: ReadonlyMap<number, number>,
  added: Uint32Array,
  first: number,
): Uint32Array {
  const functions = new Uint32Array(kept.length + added.length);
  const behind = new Map<number, number[]>();
  for (const number of added) {
    append(behind, places.get(first + number)!, first + number);
  }
  let count = 0;
  let from = 0;
  for (const at of [...behind.keys()].sort((a, b) => a - b)) {
    functions.set(kept.subarray(from, at + 1), count);
    count += at + 1 - from;
    from = at + 1;
    for (const number of behind.get(at)!) functions[count++] = number;
  }
  functions.set(kept.subarray(from), count);
  return functions;
}
