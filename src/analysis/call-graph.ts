/** Who calls whom, by the numbers of functions. */
export class CallGraph {
  /** Where the callees of each function begin among the targets; one more for the end. */
  readonly starts: Uint32Array;
  readonly targets: Uint32Array;
  private reversed: CallGraph | null = null;

  constructor(starts: Uint32Array, targets: Uint32Array) {
    this.starts = starts;
    this.targets = targets;
  }

  static of(callees: readonly (readonly number[])[]): CallGraph {
    const starts = new Uint32Array(callees.length + 1);
    callees.forEach((list, index) => (starts[index + 1] = starts[index]! + list.length));
    const targets = new Uint32Array(starts[callees.length]!);
    callees.forEach((list, index) => {
      targets.set(list, starts[index]);
    });
    return new CallGraph(starts, targets);
  }

  get size(): number {
    return this.starts.length - 1;
  }

  callees(number: number): Uint32Array {
    return this.targets.subarray(this.starts[number], this.starts[number + 1]);
  }

  callers(number: number): Uint32Array {
    return (this.reversed ??= this.reverse()).callees(number);
  }

  /** The graph in which callers stand for callees. */
  reverse(): CallGraph {
    const starts = new Uint32Array(this.size + 1);
    for (const target of this.targets) starts[target + 1]!++;
    for (let at = 0; at < this.size; at++) starts[at + 1]! += starts[at]!;
    const next = starts.slice();
    const targets = new Uint32Array(this.targets.length);
    for (let number = 0; number < this.size; number++) {
      for (const target of this.callees(number)) targets[next[target]!++] = number;
    }
    return new CallGraph(starts, targets);
  }
}

/**
 * Numbers, callees before callers as far as there is no circle.
 *
 * @param roots the numbers, in the order in which they are begun with
 */
export function calleesFirst(
  size: number,
  roots: Iterable<number>,
  callees: (number: number) => ArrayLike<number>,
): Uint32Array {
  const order = new Uint32Array(size);
  const next = new Int32Array(size).fill(-1);
  const stack: number[] = [];
  let done = 0;
  for (const root of roots) {
    if (next[root]! >= 0) continue;
    next[root] = 0;
    stack.push(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const list = callees(top);
      const at = next[top]!;
      if (at >= list.length) {
        order[done++] = top;
        stack.pop();
        continue;
      }
      next[top] = at + 1;
      const callee = list[at]!;
      if (next[callee]! >= 0) continue;
      next[callee] = 0;
      stack.push(callee);
    }
  }
  return order.subarray(0, done);
}

/** Where in an order each number below `size` stands; -1 for one that does not. */
export function positionsIn(order: Uint32Array, size: number): Int32Array {
  const positions = new Int32Array(size).fill(-1);
  for (let position = 0; position < order.length; position++) positions[order[position]!] = position;
  return positions;
}
