import { Execution, type SummaryOf } from '../analysis/execution.js';
import { FrameCollector, frameOf, type Frame } from '../analysis/frame.js';
import { isPageType } from '../analysis/memory.js';
import type { FunctionEntry, Program } from '../analysis/program.js';

/** What variables may hold where the lines of a function begin, by line. */
export type Frames = ReadonlyMap<number, readonly Frame[]>;

/** Runs a function once more, and takes down the states in which the lines of its body are come to. */
export function framesOf(program: Program, entry: FunctionEntry, summaryOf: SummaryOf): Frames {
  const { facts } = entry;
  const first = new Map<number, number>();
  facts.nodes.forEach(({ line }, index) => {
    if (index > 0 && !first.has(line)) first.set(line, index);
  });
  const lineAt = new Map([...first].map(([line, node]) => [node, line]));
  const pointers = new Set<string>();
  for (const [name, type] of Object.entries(facts.locals)) if (isPageType(type)) pointers.add(name);
  for (const { name, type } of facts.parameters) if (isPageType(type)) pointers.add(name);
  const collectors = new Map<number, FrameCollector>();
  new Execution(program, entry, summaryOf).run((node, state) => {
    const line = lineAt.get(node);
    if (line === undefined) return;
    let collector = collectors.get(line);
    if (!collector) collectors.set(line, (collector = new FrameCollector()));
    collector.add(frameOf(state, (name) => pointers.has(name)));
  });
  return new Map(
    [...collectors].sort(([a], [b]) => a - b).map(([line, collector]) => [line, collector.all()]),
  );
}
