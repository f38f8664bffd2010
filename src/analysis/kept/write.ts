import { deflateSync } from 'node:zlib';
import type { FileFacts } from '../../c/facts.js';
import type { FlagModel } from '../../folio/model.js';
import { storeModel } from '../../folio/stored-model.js';
import type { FunctionEntry } from '../definitions.js';
import type { FunctionAnalysis } from '../execution.js';
import type { CallGraph } from '../call-graph.js';
import { append } from '../append.js';
import { PoolWriter } from '../serial.js';
import { sectionFile } from './blocks.js';
import { numbersText, writeGraph, writeList, writeNumbers, writeTable, type NewSections } from './columns.js';
import { bodyText, fingerprintOf } from './function-text.js';
import { asksForCallers, hasPart } from '../part.js';
import type { ConstantRow, FileRow, FunctionRow, SlotRow, StructRow } from './rows.js';
import { fieldsIn, namesAskedBy, namesIn, typesIn } from './words.js';

/** What a file defines besides functions. */
export type DefinedInFile = Pick<FileFacts, 'structs' | 'constants' | 'slots'>;

/** An analysed tree, as it is kept. */
export interface TreeToKeep {
  readonly version: string | null;
  /** Names the rules that it was analysed with. */
  readonly rules: string;
  /** How many trees were made one of the other until this one. */
  readonly generation: number;
  readonly model: FlagModel | null;
  /** By path, in the order of paths. */
  readonly files: ReadonlyMap<string, DefinedInFile>;
  /** Ids of their contents. */
  readonly ids: ReadonlyMap<string, string>;
  /** All functions, in the order of files; their places are the numbers of the graph. */
  readonly entries: readonly FunctionEntry[];
  readonly graph: CallGraph;
  /** The functions of the graph, callees first. */
  readonly order: ArrayLike<number>;
  readonly analysis: (entry: FunctionEntry) => FunctionAnalysis | null;
  /** Keys of functions whose contracts their bodies contradict. */
  readonly contradicted: ReadonlySet<string>;
}

/** Bodies that are compressed together: whoever asks for one gets its neighbours, too. */
const CHUNK = 24 * 1024;

/** Writes a tree, so that a later process reads of it what it asks for. */
export function keptBytes(tree: TreeToKeep, schema: string): Buffer {
  const sections: NewSections = new Map();
  writeFunctions(tree, sections);
  writeWords(tree, sections);
  writeFiles(tree, sections);
  writeGraph(sections, 'graph.callees', tree.graph);
  writeGraph(sections, 'graph.callers', tree.graph.reverse());
  writeNumbers(sections, 'graph.order', tree.order);
  return sectionFile(schema, sections);
}

function writeFunctions(tree: TreeToKeep, sections: NewSections): void {
  const pool = new PoolWriter();
  const chunks: Buffer[] = [];
  let bodies: string[] = [];
  let size = 0;
  const flush = (): void => {
    if (bodies.length > 0) chunks.push(deflateSync(bodies.join('\n'), { level: 1 }));
    bodies = [];
    size = 0;
  };
  const numbers = new Map([...tree.files.keys()].map((path, index) => [path, index]));
  const named = new Map<string, number[]>();
  const parts = partsOf(tree);
  // What is added first stands first, and together.
  for (const number of parts) {
    const analysis = tree.analysis(tree.entries[number]!);
    if (analysis) {
      pool.add(analysis.summary);
      pool.add(analysis.record);
    }
  }
  const { rows: nearValues, strings: nearStrings } = pool.pool();
  let analysed = 0;
  const rows = tree.entries.map((entry, number) => {
    const { facts, file } = entry;
    const analysis = tree.analysis(entry);
    if (analysis) analysed++;
    append(named, facts.name, number);
    const body = bodyText(facts);
    if (size + body.length > CHUNK) flush();
    const row: FunctionRow = [
      facts.name,
      numbers.get(file)!,
      `${facts.kind === 'macro' ? 'm' : ''}${facts.isStatic ? 's' : ''}${facts.isInit ? 'i' : ''}${facts.variadic ? 'v' : ''}`,
      facts.line,
      facts.endLine,
      facts.returns,
      facts.parameters,
      facts.nodes.length,
      fingerprintOf(facts, body),
      analysis ? pool.add(analysis.summary) : '',
      analysis ? pool.add(analysis.record) : '',
      chunks.length,
      bodies.length,
    ];
    bodies.push(body);
    size += body.length;
    return JSON.stringify(row);
  });
  flush();
  writeList(sections, 'functions', rows);
  sections.set('parts', Buffer.from(`[${parts.map((number) => rows[number]!).join(',')}]`));
  writeList(sections, 'bodies', chunks);
  writeTable(sections, 'named', mapValues(named, numbersText));
  const { rows: values, strings, shapes } = pool.pool();
  writeList(sections, 'values', values);
  writeList(sections, 'strings', strings);
  const { model, version, rules, generation } = tree;
  const tell = {
    version,
    rules,
    generation,
    analysed,
    functions: tree.entries.length,
    files: tree.files.size,
    values: values.length,
    near: [nearValues.length, nearStrings.length],
    shapes,
    parts: numbersText(parts),
    model: model && storeModel(model),
  };
  sections.set('tree', Buffer.from(JSON.stringify(tell)));
}

/** Numbers of the functions that have a part in the hazards of the tree. */
function partsOf({ entries, analysis: of, contradicted }: TreeToKeep): number[] {
  const asked = new Set<string>();
  for (const entry of entries) {
    const analysis = of(entry);
    if (analysis && asksForCallers(analysis)) asked.add(entry.key);
  }
  return [...entries.keys()].filter((number) => {
    const entry = entries[number]!;
    const analysis = of(entry);
    return analysis !== null && (hasPart(analysis, (key) => asked.has(key)) || contradicted.has(entry.key));
  });
}

/** Who mentions what. */
function writeWords({ entries, graph, analysis }: TreeToKeep, sections: NewSections): void {
  const indexes = {
    names: new Map<string, number[]>(),
    fields: new Map<string, number[]>(),
    types: new Map<string, number[]>(),
  };
  const add = (index: Map<string, number[]>, words: ReadonlySet<string>, number: number): void => {
    for (const word of words) append(index, word, number);
  };
  entries.forEach((entry, number) => {
    const names = new Set<string>();
    namesIn(entry, names);
    for (const callee of graph.callees(number)) {
      const summary = analysis(entries[callee]!)?.summary;
      if (summary) for (const name of namesAskedBy(summary)) names.add(name);
    }
    const fields = new Set<string>();
    fieldsIn(entry, fields);
    const types = new Set<string>();
    typesIn(entry, types);
    add(indexes.names, names, number);
    add(indexes.fields, fields, number);
    add(indexes.types, types, number);
  });
  for (const [name, index] of Object.entries(indexes)) {
    writeTable(sections, `mentions.${name}`, mapValues(index, numbersText));
  }
}

function writeFiles({ files, ids, entries }: TreeToKeep, sections: NewSections): void {
  const structs = new Map<string, StructRow[]>();
  const constants = new Map<string, ConstantRow[]>();
  const slots = new Map<string, SlotRow[]>();
  const holding = new Map<string, SlotRow[]>();
  const rows: FileRow[] = [];
  const own: string[] = [];
  let first = 0;
  for (const [path, facts] of files) {
    const file = rows.length;
    let count = 0;
    while (entries[first + count]?.file === path) count++;
    rows.push([path, first, count, ids.get(path) ?? '']);
    first += count;
    for (const [name, fields] of Object.entries(facts.structs)) append(structs, name, [file, fields]);
    for (const [name, value] of Object.entries(facts.constants)) append(constants, name, [file, value]);
    for (const slot of facts.slots) {
      const row: SlotRow = [file, slot.struct, slot.field, slot.function, slot.local ? 1 : 0];
      append(slots, slot.field, row);
      append(holding, slot.function, row);
    }
    own.push(JSON.stringify([Object.keys(facts.structs), Object.keys(facts.constants), facts.slots]));
  }
  writeList(
    sections,
    'files',
    rows.map((row) => JSON.stringify(row)),
  );
  writeList(sections, 'files.own', own);
  writeTable(sections, 'paths', new Map(rows.map(([path], index) => [path, String(index)])));
  writeTable(
    sections,
    'structs',
    mapValues(structs, (list) => JSON.stringify(list)),
  );
  writeTable(
    sections,
    'constants',
    mapValues(constants, (list) => JSON.stringify(list)),
  );
  writeTable(
    sections,
    'slots',
    mapValues(slots, (list) => JSON.stringify(list)),
  );
  writeTable(
    sections,
    'holding',
    mapValues(holding, (list) => JSON.stringify(list)),
  );
}

function mapValues<A, B>(map: ReadonlyMap<string, A>, change: (value: A) => B): Map<string, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
