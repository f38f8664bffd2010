import type { Action, FactNode } from '../facts.js';

/** Edges that do not know their target yet: node number and which of its successors. */
export type Dangling = readonly (readonly [node: number, slot: number])[];

interface OpenNode {
  readonly line: number;
  readonly action: Action;
  readonly next: number[];
}

/** A control-flow graph under construction. */
export class Graph {
  private readonly open: OpenNode[] = [];
  private current: Dangling = [];
  private readonly labels = new Map<string, number>();
  private temporaries = 0;

  constructor(line: number) {
    this.append({ do: 'nothing' }, line);
  }

  /** Edges that wait for the next node; empty after a jump. */
  get dangling(): Dangling {
    return this.current;
  }

  set dangling(edges: Dangling) {
    this.current = edges;
  }

  get size(): number {
    return this.open.length;
  }

  /** A name for the value of a call. */
  temporary(): string {
    return `%${this.temporaries++}`;
  }

  /** Adds a node behind the dangling edges and returns its number. Unreachable code gets no node: -1. */
  emit(action: Action, line: number): number {
    if (this.current.length === 0) return -1;
    return this.append(action, line);
  }

  /** Adds a two-way test; the edges are dangling in the result, none in the graph. */
  branch(action: Action & { do: 'test' }, line: number): { whenTrue: Dangling; whenFalse: Dangling } {
    const node = this.emit(action, line);
    this.current = [];
    if (node < 0) return { whenTrue: [], whenFalse: [] };
    return { whenTrue: [[node, 0]], whenFalse: [[node, 1]] };
  }

  /** A node that jumps can come back to; falls through from the dangling edges. */
  join(line: number): number {
    return this.append({ do: 'nothing' }, line);
  }

  /** Sends the dangling edges to a label, which may come later. */
  jumpToLabel(label: string, line: number): void {
    const node = this.labelNode(label, line);
    this.connect(this.current, node);
    this.current = [];
  }

  /** Places a label here. */
  placeLabel(label: string, line: number): void {
    const node = this.labelNode(label, line);
    this.connect(this.current, node);
    this.current = [[node, 0]];
  }

  /** The edges lead nowhere: what was asserted does not hold there. */
  stop(edges: Dangling, line: number): void {
    if (edges.length === 0) return;
    const node = this.open.length;
    this.open.push({ line, action: { do: 'nothing' }, next: [node] });
    this.connect(edges, node);
  }

  connect(edges: Dangling, target: number): void {
    for (const [node, slot] of edges) this.open[node]!.next[slot] = target;
  }

  /** The finished graph. Edges left open lead to an end node, so that both successors of a test exist. */
  finish(): FactNode[] {
    const end = this.open.length;
    let ended = false;
    const nodes: FactNode[] = this.open.map(({ line, action, next }) => {
      if (action.do === 'return') return { line, action, next: [] };
      const slots = action.do === 'test' ? 2 : 1;
      const targets = Array.from({ length: slots }, (_, slot) => {
        if (next[slot] === undefined) ended = true;
        return next[slot] ?? end;
      });
      return { line, action, next: targets };
    });
    const lastLine = nodes.at(-1)?.line ?? 0;
    if (ended) nodes.push({ line: lastLine, action: { do: 'nothing' }, next: [] });
    return nodes;
  }

  private append(action: Action, line: number): number {
    const node = this.open.length;
    this.open.push({ line, action, next: [] });
    this.connect(this.current, node);
    this.current = [[node, 0]];
    return node;
  }

  private labelNode(label: string, line: number): number {
    let node = this.labels.get(label);
    if (node === undefined) {
      node = this.open.length;
      this.open.push({ line, action: { do: 'nothing' }, next: [] });
      this.labels.set(label, node);
    }
    return node;
  }
}
