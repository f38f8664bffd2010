import { expressionsOf } from '../c/expressions.js';
import type { Expression, Variable } from '../c/facts.js';
import type { FunctionAnalysis } from '../analysis/execution.js';
import type { Frame } from '../analysis/frame.js';
import type { FunctionEntry, Program } from '../analysis/program.js';
import type { FunctionRecord } from '../analysis/recorder.js';
import { PoolWriter } from '../analysis/serial.js';
import type { Summary } from '../analysis/summary.js';
import type { TreeAnalysis } from '../analysis/tree-analysis.js';
import type { RuleData } from '../folio/contract.js';
import { storeModel } from '../folio/stored-model.js';
import type { Tree } from '../tree/tree.js';
import { FORMAT, type FunctionRow, type NodeRow, type SnapshotFile } from './format.js';
import { analyseWithFrames } from './frames.js';
import { markOf } from './lines.js';
import { blocksOf } from './rows.js';
import { callsAsked, functionsNamed, keptFunctions, keptNodes, namesRead, type Detail } from './select.js';
import { keptStructs, tellsOfType } from './types.js';

/** What release a snapshot is of. */
export interface SnapshotName {
  /** "6.12" */
  readonly version: string;
  /** Day of the release: 2024-11-17. */
  readonly date: string;
}

/** Told how far it has come. */
export type BuildProgress = (done: number, all: number) => void;

/**
 * Makes a snapshot of a tree that was analysed: what its functions do to folios, and who calls whom with what, without
 * its text.
 */
export async function buildSnapshot(
  tree: Tree,
  analysis: TreeAnalysis,
  rules: RuleData,
  { version, date }: SnapshotName,
  progress: BuildProgress = () => undefined,
): Promise<SnapshotFile> {
  const { program } = analysis;
  const kept = keptFunctions(analysis);
  const structs = keptStructs(program.structs(), rules);
  const pool = new PoolWriter();
  const byFile = new Map<string, FunctionEntry[]>();
  for (const entry of kept.keys()) byFile.set(entry.file, [...(byFile.get(entry.file) ?? []), entry]);
  const files: Record<string, FunctionRow[]> = {};
  const used = new Set<string>();
  let done = 0;
  for (const [file, entries] of [...byFile].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const lines = ((await tree.read(file)) ?? '').split('\n');
    files[file] = entries.map((entry) => {
      namesIn(entry, used);
      return rowOf(entry, analysis, kept, lines, structs, pool);
    });
    progress((done += entries.length), kept.size);
  }
  const { rows, strings, shapes } = pool.pool();
  return {
    recto: 'snapshot',
    format: FORMAT,
    version,
    date,
    model: storeModel(program.model),
    constants: constantsOf(used, program),
    structs,
    slots: program
      .filledSlots()
      .filter(({ entry }) => kept.has(entry))
      .map(({ struct, field, entry, local }) => [struct, field, entry.file, entry.facts.name, local ? 1 : 0]),
    pool: { blocks: blocksOf(rows), strings, shapes },
    files,
  };
}

function rowOf(
  entry: FunctionEntry,
  analysis: TreeAnalysis,
  kept: ReadonlyMap<FunctionEntry, Detail>,
  lines: readonly string[],
  structs: SnapshotFile['structs'],
  pool: PoolWriter,
): FunctionRow {
  const { facts } = entry;
  const detailed = kept.get(entry) === 'lines' && facts.kind === 'function';
  const summaryOf = (callee: FunctionEntry): Summary | null =>
    analysis.functions.get(callee.key)?.summary ?? null;
  const framed = detailed ? analyseWithFrames(analysis.program, entry, summaryOf) : null;
  // One that did not matter for the tree is known by what was just found.
  const known = (analysis.functions.get(entry.key) ?? framed?.analysis)!;
  const types = (variables: readonly Variable[], isKept: (name: string) => boolean): string =>
    variables
      .map(({ name, type }) => ({ name, type: tellsOfType(type, structs) ? type : '' }))
      .filter(({ name, type }) => type !== '' || isKept(name))
      .map(({ name, type }) => `${name}:${type}`)
      .join(',');
  const locals = Object.entries(facts.locals).map(([name, type]) => ({ name, type }));
  const nodes = detailed || facts.kind === 'macro' ? keptNodes(entry, analysis.program, kept) : [];
  const read = new Set(nodes.flatMap(({ action }) => namesRead(action)));
  return [
    facts.name,
    facts.line,
    kindOf(entry, known, analysis),
    tellsOfType(facts.returns, structs) || facts.returns === 'void' ? facts.returns : '',
    types(facts.parameters, () => true),
    detailed ? types(locals, (name) => read.has(name)) : '',
    pool.add(known.summary),
    pool.add(knownPart(known.record, analysis)),
    detailed
      ? lines
          .slice(facts.line - 1, facts.endLine)
          .map(markOf)
          .join('')
      : '',
    framed ? framesText(entry, framed.frames, pool) : '',
    [...new Set(nodes.flatMap(({ action }) => functionsNamed(action)))].join(','),
    JSON.stringify(nodes.map(({ line, action }): NodeRow => [line - facts.line, action])),
  ];
}

function kindOf(
  entry: FunctionEntry,
  { summary, record }: FunctionAnalysis,
  { program, functions }: TreeAnalysis,
): string {
  const { facts } = entry;
  const isPartOfHazards =
    record.meetings.length > 0 ||
    record.contexts.length > 0 ||
    record.confirmed.length > 0 ||
    summary.pending.length > 0 ||
    callsAsked(record, functions).length > 0 ||
    (summary.updates.length > 0 && program.slotsHolding(entry).length > 0);
  return [
    facts.kind === 'macro' ? 'm' : '',
    facts.isStatic ? 's' : '',
    facts.isInit ? 'i' : '',
    facts.variadic ? 'v' : '',
    program.resolve(facts.name, '') === entry ? 'g' : '',
    isPartOfHazards ? 'h' : '',
  ].join('');
}

/** Of the functions that are called only those matter of which it is asked whether anybody calls them. */
function knownPart(record: FunctionRecord, { functions }: TreeAnalysis): FunctionRecord {
  return { ...record, calls: new Set(callsAsked(record, functions)) };
}

function framesText(
  { facts }: FunctionEntry,
  frames: ReadonlyMap<number, readonly Frame[]>,
  pool: PoolWriter,
): string {
  const cells: string[] = [];
  let last = '';
  for (let line = facts.line; line <= facts.endLine; line++) {
    const there = frames.get(line);
    const cell = there ? pool.add(there) : '.';
    cells.push(cell === last && there ? '=' : cell);
    if (there) last = cell;
  }
  return cells.join(',');
}

function constantsOf(names: ReadonlySet<string>, { constants }: Program): SnapshotFile['constants'] {
  const known = [...names].sort().flatMap((name): [string, number][] => {
    const value = constants.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(known);
}

/** The names that a function's code uses: of those that are constants the values are kept. */
function namesIn({ facts }: FunctionEntry, used: Set<string>): void {
  const visit = (value: Expression): void => {
    if (value.kind === 'name') used.add(value.name);
    else if (value.kind === 'unary') visit(value.operand);
    else if (value.kind === 'binary') {
      visit(value.left);
      visit(value.right);
    }
  };
  for (const { action } of facts.nodes) for (const value of expressionsOf(action)) visit(value);
}
