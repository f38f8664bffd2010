import { namesAskedForUpdates } from '../analysis/asked.js';
import { Execution, type FunctionAnalysis, type SummaryOf } from '../analysis/execution.js';
import { FrameCollector, frameOf, type Frame, type FrameInterest } from '../analysis/frame.js';
import { isPageType } from '../analysis/memory.js';
import type { FunctionEntry, Program } from '../analysis/program.js';
import { namesRead } from './select.js';

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
  const interest = interestIn(program, entry, summaryOf);
  const collectors = new Map<number, FrameCollector>();
  const analysis = new Execution(program, entry, summaryOf).run((node, state) => {
    const line = lineOf.get(node);
    if (line === undefined) return;
    let collector = collectors.get(line);
    if (!collector) collectors.set(line, (collector = new FrameCollector(interest)));
    collector.add(frameOf(state, interest));
  });
  return {
    analysis,
    frames: new Map([...collectors].map(([line, collector]) => [line, collector.all()])),
  };
}

function interestIn(program: Program, { facts, file }: FunctionEntry, summaryOf: SummaryOf): FrameInterest {
  const locals = Object.entries(facts.locals).map(([name, type]) => ({ name, type }));
  const variables = [...facts.parameters, ...locals];
  const asked = new Set<string>();
  const assigned = new Set<string>();
  const tested = new Set<string>();
  for (const { action } of facts.nodes) {
    if (action.do === 'test') for (const name of namesRead(action)) tested.add(name);
    if (action.do === 'assign' && action.to.path.length === 0) assigned.add(action.to.base);
    if (action.do !== 'call' || typeof action.callee !== 'string') continue;
    const callee = program.resolve(action.callee, file);
    const summary = callee && summaryOf(callee);
    if (!summary) continue;
    for (const name of namesAskedForUpdates(summary)) asked.add(name);
  }
  return {
    pointers: new Set(variables.filter(({ type }) => isPageType(type)).map(({ name }) => name)),
    others: new Set(
      locals
        .filter(({ name, type }) => !isPageType(type) && (type.endsWith('*') || tested.has(name)))
        .map(({ name }) => name),
    ),
    changed: new Map(
      facts.parameters.flatMap(({ name }, index) => (assigned.has(name) ? [[name, index] as const] : [])),
    ),
    asked,
  };
}
