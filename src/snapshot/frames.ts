import { Execution, type FunctionAnalysis, type SummaryOf } from '../analysis/execution.js';
import { FrameCollector, frameOf, type Frame } from '../analysis/frame.js';
import { isPageType } from '../analysis/memory.js';
import type { FunctionEntry, Program } from '../analysis/program.js';

/** A function's analysis, and what variables may hold where its lines begin. */
export interface FramedAnalysis {
  readonly analysis: FunctionAnalysis;
  /** By line, those of the function that have code. */
  readonly frames: ReadonlyMap<number, readonly Frame[]>;
}

/** Runs a function once more, and takes down the states in which its lines are come to. */
export function analyseWithFrames(
  program: Program,
  entry: FunctionEntry,
  summaryOf: SummaryOf,
): FramedAnalysis {
  const { facts } = entry;
  const lineOf = new Map<number, number>();
  const seen = new Set<number>();
  facts.nodes.forEach(({ line }, index) => {
    if (index > 0 && !seen.has(line)) lineOf.set(index, line);
    seen.add(line);
  });
  const variables = [
    ...facts.parameters,
    ...Object.entries(facts.locals).map(([name, type]) => ({ name, type })),
  ];
  const pointers = new Set(variables.filter(({ type }) => isPageType(type)).map(({ name }) => name));
  const collectors = new Map<number, FrameCollector>();
  const analysis = new Execution(program, entry, summaryOf).run((node, state) => {
    const line = lineOf.get(node);
    if (line === undefined) return;
    let collector = collectors.get(line);
    if (!collector) collectors.set(line, (collector = new FrameCollector()));
    collector.add(frameOf(state, (name) => pointers.has(name)));
  });
  return {
    analysis,
    frames: new Map([...collectors].map(([line, collector]) => [line, collector.all()])),
  };
}
