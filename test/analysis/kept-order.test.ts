import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallGraph, calleesFirst, positionsIn } from '../../src/analysis/call-graph.js';
import { orderWithChanges } from '../../src/analysis/kept-order.js';

/** A tree whose functions call these. */
function treeOf(calls: readonly (readonly number[])[]) {
  const graph = CallGraph.of(calls);
  const order = calleesFirst(calls.length, calls.keys(), (number) => graph.callees(number));
  return {
    callees: (number: number) => graph.callees(number),
    order,
    positions: positionsIn(order, calls.length),
    size: calls.length,
  };
}

const CHAIN = treeOf([[1], [2], []]);

describe('the order of a kept tree with changes', () => {
  it('is the same where a call is new that it has room for', () => {
    expect(orderWithChanges(CHAIN, new Map([[0, [1, 2]]]), 0)?.functions).toBe(CHAIN.order);
  });

  it('is not known where a call is new the other way round', () => {
    expect(orderWithChanges(CHAIN, new Map([[2, [0]]]), 0)).toBeNull();
  });

  it('has a new function between those that it calls and its callers', () => {
    const changes = new Map([
      [0, [3]],
      [3, [1]],
    ]);
    expect([...orderWithChanges(CHAIN, changes, 1)!.functions]).toEqual([2, 1, 3, 0]);
  });

  it('has new functions that call each other callees first', () => {
    const changes = new Map([
      [0, [3]],
      [3, [4]],
      [4, []],
    ]);
    expect([...orderWithChanges(CHAIN, changes, 2)!.functions]).toEqual([4, 3, 2, 1, 0]);
  });

  it('is not known where new functions call each other in a circle', () => {
    const changes = new Map([
      [3, [4]],
      [4, [3]],
    ]);
    expect(orderWithChanges(CHAIN, changes, 2)).toBeNull();
  });

  it('has all functions, and what a changed one calls anew in front of it', () => {
    const size = 12;
    const callees = (count: number) => fc.uniqueArray(fc.nat(count - 1), { maxLength: 4 });
    const cases = fc.nat(4).chain((added) =>
      fc.record({
        added: fc.constant(added),
        calls: fc.array(callees(size), { minLength: size, maxLength: size }),
        changed: fc.dictionary(fc.nat(size - 1).map(String), callees(size + added), { maxKeys: 3 }),
        fresh: fc.array(callees(size + added), { minLength: added, maxLength: added }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ added, calls, changed, fresh }) => {
        const tree = treeOf(calls);
        const changes = new Map([
          ...Object.entries(changed).map(([number, list]) => [Number(number), list] as const),
          ...fresh.map((list, index) => [size + index, list] as const),
        ]);
        const order = orderWithChanges(tree, changes, added);
        if (!order) return;
        expect([...order.functions].sort((a, b) => a - b)).toEqual(
          Array.from({ length: size + added }, (_, number) => number),
        );
        const { positions } = order;
        for (const [number, list] of changes) {
          const before = number < size ? calls[number]! : [];
          for (const callee of list) {
            if (!before.includes(callee)) expect(positions[callee]).toBeLessThan(positions[number]!);
          }
        }
        for (const number of tree.order) expect(order.functions[positions[number]!]).toBe(number);
      }),
    );
  });
});
