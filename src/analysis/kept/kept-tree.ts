import { inflateSync } from 'node:zlib';
import type { FactNode, FileFacts, FunctionFacts } from '../../c/facts.js';
import type { FlagModel } from '../../folio/model.js';
import { restoreModel, type StoredModel } from '../../folio/stored-model.js';
import { positionsIn, type CallGraph } from '../call-graph.js';
import type { Constants } from '../condition.js';
import { preference, type Definitions, type FilledSlot, type FunctionEntry } from '../definitions.js';
import type { FunctionAnalysis } from '../execution.js';
import { PoolReader } from '../serial.js';
import { DamagedFile, type Sections } from './blocks.js';
import { GraphReader, List, numbersIn, readNumbers, Table } from './columns.js';
import type { Body } from './function-text.js';
import type { ConstantRow, FileRow, FunctionRow, SlotRow, StructRow } from './rows.js';

/** Chunks of bodies that are held in memory: functions that are asked for hold their own. */
const BODIES = 200;

/** What a kept tree says of itself. */
interface Tell {
  readonly version: string | null;
  readonly rules: string;
  readonly generation: number;
  readonly analysed: number;
  readonly functions: number;
  readonly files: number;
  readonly values: number;
  /** How many values and strings, the first ones, the analysis of the parts is made of. */
  readonly near: readonly [values: number, strings: number];
  readonly shapes: readonly string[];
  readonly parts: string;
  readonly model: StoredModel | null;
}

/** What a file of a kept tree defines beside functions. */
export interface FileDefinitions {
  readonly structs: readonly string[];
  readonly constants: readonly string[];
  readonly slots: FileFacts['slots'];
}

/** The same, with what each of them is. */
export type OtherDefinitions = Pick<FileFacts, 'structs' | 'constants' | 'slots'>;

/** The kinds of words by which functions are found that mention one. */
export type Mention = 'names' | 'fields' | 'types';

/** A tree that was analysed before. Of its parts those are read that are asked for; what is damaged throws DamagedFile. */
export class KeptTree implements Definitions {
  readonly version: string | null;
  /** Names the rules that it was analysed with. */
  readonly rules: string;
  /** How many trees were made one of the other until this one. */
  readonly generation: number;
  /** Null for a tree that has no flags header. */
  readonly model: FlagModel | null;
  readonly constants: Constants = { get: (name) => this.constant(name, NONE) };
  /** Number of its functions, and of those that matter. */
  readonly size: number;
  readonly analysed: number;
  /** Number of its files. */
  readonly fileCount: number;
  /** Functions that have a part in the hazards of the tree. */
  readonly parts: readonly number[];
  private readonly sections: Sections;
  private readonly rows: List;
  private readonly bodies: List;
  private readonly fileRows: List;
  private readonly ownRows: List;
  private readonly tables: Readonly<
    Record<'named' | 'paths' | 'structs' | 'constants' | 'slots' | 'holding', Table>
  >;
  private readonly mentions: Readonly<Record<Mention, Table>>;
  private readonly pool: PoolReader;
  private readonly entries = new Map<number, KeptFunction>();
  private readonly analyses = new Map<number, FunctionAnalysis | null>();
  private readonly knownFiles = new Map<number, FileRow>();
  private readonly knownDefinitions = new Map<string, OtherDefinitions>();
  private readonly knownBodies = new Map<number, readonly string[]>();
  private readonly graphs: Readonly<Record<'callees' | 'callers', GraphReader>>;
  private knownParts: ReadonlyMap<number, FunctionRow> | null = null;
  private knownGraph: CallGraph | null = null;
  private knownPositions: Int32Array | null = null;
  private knownOrder: Uint32Array | null = null;

  constructor(sections: Sections) {
    this.sections = sections;
    const tell = JSON.parse(sections.whole('tree').toString('utf8')) as Tell;
    this.version = tell.version;
    this.rules = tell.rules;
    this.generation = tell.generation;
    this.size = tell.functions;
    this.analysed = tell.analysed;
    this.fileCount = tell.files;
    this.parts = numbersIn(tell.parts);
    this.model = tell.model && restoreModel(tell.model);
    const list = (name: string): List => new List(sections, name);
    const table = (name: string): Table => new Table(sections, name);
    this.rows = list('functions');
    this.bodies = list('bodies');
    this.fileRows = list('files');
    this.ownRows = list('files.own');
    this.tables = {
      named: table('named'),
      paths: table('paths'),
      structs: table('structs'),
      constants: table('constants'),
      slots: table('slots'),
      holding: table('holding'),
    };
    this.mentions = {
      names: table('mentions.names'),
      fields: table('mentions.fields'),
      types: table('mentions.types'),
    };
    const values = list('values');
    const strings = list('strings');
    const [nearValues, nearStrings] = [nearOf(values, tell.near[0]), nearOf(strings, tell.near[1])];
    this.pool = new PoolReader({
      size: tell.values,
      row: nearValues,
      string: nearStrings,
      shapes: tell.shapes,
    });
    this.graphs = {
      callees: new GraphReader(sections, 'graph.callees'),
      callers: new GraphReader(sections, 'graph.callers'),
    };
  }

  /** Who calls whom; the numbers are those of the functions. */
  get graph(): CallGraph {
    return (this.knownGraph ??= this.graphs.callees.whole());
  }

  /** Whom a function calls, by number: of a small change few are asked for. */
  callees(number: number): Uint32Array {
    return this.knownGraph ? this.knownGraph.callees(number) : this.graphs.callees.targets(number);
  }

  /** Who calls a function. */
  callers(number: number): Uint32Array {
    return this.graphs.callers.targets(number);
  }

  /** The functions, callees before callers as far as there is no circle. */
  get order(): Uint32Array {
    return (this.knownOrder ??= readNumbers(this.sections, 'graph.order'));
  }

  /** Where in the order each function stands, by number. */
  get positions(): Int32Array {
    return (this.knownPositions ??= positionsIn(this.order, this.size));
  }

  /** The function of a number, from 0, in the order of files. */
  entry(number: number): KeptFunction {
    let entry = this.entries.get(number);
    if (!entry) {
      const row = this.partRow(number) ?? (JSON.parse(this.rows.text(number)) as FunctionRow);
      const body = (): Body => this.body(row[11], row[12]);
      entry = new KeptFunction(number, row, this.file(row[1])[0], body);
      this.entries.set(number, entry);
    }
    return entry;
  }

  /** All reviews ask for the functions that have a part: they stand together once more. */
  private partRow(number: number): FunctionRow | undefined {
    if (!this.knownParts) {
      const rows = JSON.parse(this.sections.whole('parts').toString('utf8')) as FunctionRow[];
      this.knownParts = new Map(rows.map((row, index) => [this.parts[index]!, row]));
    }
    return this.knownParts.get(number);
  }

  /** What was found out about a function; null when it does not matter. */
  analysis(number: number): FunctionAnalysis | null {
    let analysis = this.analyses.get(number);
    if (analysis === undefined) {
      const { cells } = this.entry(number);
      analysis = cells && {
        summary: this.pool.get(cells.summary) as FunctionAnalysis['summary'],
        record: this.pool.get(cells.record) as FunctionAnalysis['record'],
      };
      this.analyses.set(number, analysis);
    }
    return analysis;
  }

  /** Numbers of the functions that mention a word; of constants also those whose callees ask for it. */
  mentioning(kind: Mention, word: string): readonly number[] {
    return numbersIn(this.mentions[kind].get(word));
  }

  /** Numbers of the functions of that name. */
  numbersNamed(name: string): readonly number[] {
    return numbersIn(this.tables.named.get(name));
  }

  /** Paths of the files, in order. */
  *paths(): Iterable<string> {
    for (let number = 0; number < this.fileCount; number++) yield this.file(number)[0];
  }

  has(path: string): boolean {
    return this.tables.paths.get(path) !== null;
  }

  /** The id of a file's content; null for one that is not there. */
  idOf(path: string): string | null {
    const number = this.tables.paths.get(path);
    return number === null ? null : this.file(Number(number))[3];
  }

  /** Numbers of a file's functions: the first, and how many. */
  range(path: string): readonly [first: number, count: number] {
    const number = this.tables.paths.get(path);
    if (number === null) return [0, 0];
    const [, first, count] = this.file(Number(number));
    return [first, count];
  }

  /** What a file defines besides; null when it is not there. */
  ownOf(path: string): FileDefinitions | null {
    const number = this.tables.paths.get(path);
    if (number === null) return null;
    const [structs, constants, slots] = JSON.parse(this.ownRows.text(Number(number))) as [
      FileDefinitions['structs'],
      FileDefinitions['constants'],
      FileDefinitions['slots'],
    ];
    return { structs, constants, slots };
  }

  /** All that a file defines besides functions, as it is read from the file. */
  definitionsIn(path: string): OtherDefinitions {
    let known = this.knownDefinitions.get(path);
    if (!known) this.knownDefinitions.set(path, (known = this.readDefinitions(path)));
    return known;
  }

  private readDefinitions(path: string): OtherDefinitions {
    const own = this.ownOf(path) ?? { structs: [], constants: [], slots: [] };
    const rows = <Row extends readonly [number, ...unknown[]]>(all: readonly Row[]): Row[] =>
      all.filter(([file]) => this.pathOf(file) === path);
    return {
      structs: Object.fromEntries(
        own.structs.flatMap((name) =>
          rows(this.list<StructRow>('structs', name)).map(([, fields]) => [name, fields]),
        ),
      ),
      constants: Object.fromEntries(
        own.constants.flatMap((name) =>
          rows(this.list<ConstantRow>('constants', name)).map(([, value]) => [name, value]),
        ),
      ),
      slots: own.slots,
    };
  }

  *functions(): Iterable<FunctionEntry> {
    for (let number = 0; number < this.size; number++) yield this.entry(number);
  }

  functionsIn(path: string): KeptFunction[] {
    const [first, count] = this.range(path);
    return Array.from({ length: count }, (_, index) => this.entry(first + index));
  }

  functionsNamed(name: string): KeptFunction[] {
    return this.numbersNamed(name).map((number) => this.entry(number));
  }

  own(name: string, path: string): KeptFunction | null {
    for (const number of this.numbersNamed(name)) {
      const entry = this.entry(number);
      if (entry.file === path) return entry;
    }
    return null;
  }

  global(name: string): FunctionEntry | null {
    return bestOf(this.globals(name, NONE));
  }

  /** Functions that may be meant by a name elsewhere, without those of some files. */
  globals(name: string, without: ReadonlySet<string>): KeptFunction[] {
    return this.functionsNamed(name).filter(
      ({ facts, file }) => !without.has(file) && !(facts.isStatic && file.endsWith('.c')),
    );
  }

  fields(struct: string): Readonly<Record<string, string>> | null {
    const rows = this.structRows(struct, NONE);
    return rows.length === 0
      ? null
      : (Object.assign({}, ...rows.map(([, fields]) => fields)) as Record<string, string>);
  }

  /** Fields of a struct by path of the file, without those of some files. */
  structRows(
    struct: string,
    without: ReadonlySet<string>,
  ): (readonly [path: string, fields: Readonly<Record<string, string>>])[] {
    return this.list<StructRow>('structs', struct)
      .map(([file, fields]) => [this.file(file)[0], fields] as const)
      .filter(([path]) => !without.has(path));
  }

  /** The value of a constant as far as files agree about it. */
  constant(name: string, without: ReadonlySet<string>, more: readonly number[] = []): number | undefined {
    const values = this.list<ConstantRow>('constants', name)
      .filter(([file]) => !without.has(this.file(file)[0]))
      .map(([, value]) => value);
    values.push(...more);
    return values.every((value) => value === values[0]) ? values[0] : undefined;
  }

  slotsNamed(field: string): readonly FilledSlot[] {
    return this.filled(this.slotRows('slots', field), this);
  }

  slotsHolding(entry: FunctionEntry): readonly FilledSlot[] {
    return this.filled(this.slotRows('holding', entry.facts.name), this).filter(
      (slot) => slot.entry.key === entry.key,
    );
  }

  /** The slots, whatever their tables, that hold a function of that name. */
  fieldsHolding(name: string): Iterable<string> {
    return this.slotRows('holding', name).map((row) => row[2]);
  }

  /** Slots by name of the slot, or by that of the function in it. */
  slotRows(table: 'slots' | 'holding', name: string): readonly SlotRow[] {
    return this.list<SlotRow>(table, name);
  }

  /** The slots with the functions that are meant. */
  filled(rows: readonly SlotRow[], definitions: Pick<Definitions, 'own' | 'global'>): FilledSlot[] {
    return rows.flatMap(([file, struct, field, name, local]) => {
      const table = this.pathOf(file);
      const entry = definitions.own(name, table) ?? definitions.global(name);
      return entry ? [{ struct: struct.split('.')[0]!, field, entry, table, local: local === 1 }] : [];
    });
  }

  pathOf(file: number): string {
    return this.file(file)[0];
  }

  *slots(): Iterable<FilledSlot> {
    for (const path of this.paths()) {
      for (const { field, function: name } of this.ownOf(path)!.slots) {
        const rows = this.slotRows('slots', field).filter(
          (row) => this.pathOf(row[0]) === path && row[3] === name,
        );
        yield* this.filled(rows, this);
      }
    }
  }

  *structs(): Iterable<readonly [string, Readonly<Record<string, string>>]> {
    const seen = new Set<string>();
    for (const path of this.paths()) {
      for (const name of this.ownOf(path)!.structs) {
        if (seen.has(name)) continue;
        seen.add(name);
        yield [name, this.fields(name)!];
      }
    }
  }

  private list<Row>(table: 'structs' | 'constants' | 'slots' | 'holding', name: string): readonly Row[] {
    const text = this.tables[table].get(name);
    return text === null ? [] : (JSON.parse(text) as Row[]);
  }

  private file(number: number): FileRow {
    let row = this.knownFiles.get(number);
    if (!row) this.knownFiles.set(number, (row = JSON.parse(this.fileRows.text(number)) as FileRow));
    return row;
  }

  private body(chunk: number, within: number): Body {
    let bodies = this.knownBodies.get(chunk);
    if (!bodies) {
      bodies = inflateSync(this.bodies.bytes(chunk)).toString('utf8').split('\n');
      if (this.knownBodies.size >= BODIES) this.knownBodies.clear();
      this.knownBodies.set(chunk, bodies);
    }
    const body = bodies[within];
    if (!body) throw new DamagedFile(`a function's body is missing`);
    return JSON.parse(body) as Body;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Gives items of a list, of which the first so many are read at once. */
function nearOf(list: List, count: number): (at: number) => string | undefined {
  let near: readonly string[] | null = null;
  return (at) => (at < count ? (near ??= list.first(count))[at] : list.text(at));
}

/** Which of several functions with one name is meant; the first of those that are as good. */
export function bestOf(entries: readonly FunctionEntry[]): FunctionEntry | null {
  let best: FunctionEntry | null = null;
  let bestScore = 0;
  for (const entry of entries) {
    const score = preference(entry.file, entry.facts.kind, nodesIn(entry));
    if (best && score <= bestScore) continue;
    best = entry;
    bestScore = score;
  }
  return best;
}

function nodesIn(entry: FunctionEntry): number {
  return entry instanceof KeptFunction ? entry.nodeCount : entry.facts.nodes.length;
}

/** A function of a kept tree, made of its row when it is asked for. */
export class KeptFunction implements FunctionEntry {
  readonly number: number;
  readonly file: string;
  readonly key: string;
  readonly facts: FunctionFacts;
  readonly nodeCount: number;
  readonly fingerprint: string;
  readonly cells: { readonly summary: string; readonly record: string } | null;

  constructor(number: number, row: FunctionRow, file: string, body: () => Body) {
    this.number = number;
    this.file = file;
    this.key = `${file}:${row[0]}`;
    this.facts = new KeptFacts(row, body, 0);
    this.nodeCount = row[7];
    this.fingerprint = row[8];
    this.cells = row[9] === '' ? null : { summary: row[9], record: row[10] };
  }

  /** The same function, so many lines further down. */
  movedBy(lines: number): FunctionFacts {
    return (this.facts as KeptFacts).movedBy(lines);
  }
}

/** Are both the facts of one kept function, perhaps on other lines? */
export function areOfOne(a: FunctionFacts, b: FunctionFacts): boolean {
  return a === b || (a instanceof KeptFacts && b instanceof KeptFacts && a.row === b.row);
}

/** Facts of which the body is read when it is asked for. */
class KeptFacts implements FunctionFacts {
  readonly name: string;
  readonly kind: FunctionFacts['kind'];
  readonly isStatic: boolean;
  readonly isInit: boolean;
  readonly line: number;
  readonly endLine: number;
  readonly returns: string;
  readonly parameters: FunctionFacts['parameters'];
  readonly variadic: boolean;
  readonly row: FunctionRow;
  private readonly body: () => Body;
  private readonly by: number;
  private knownNodes: readonly FactNode[] | null = null;

  constructor(row: FunctionRow, body: () => Body, by: number) {
    const [name, , kind, line, endLine, returns, parameters] = row;
    this.name = name;
    this.kind = kind.includes('m') ? 'macro' : 'function';
    this.isStatic = kind.includes('s');
    this.isInit = kind.includes('i');
    this.variadic = kind.includes('v');
    this.line = line + by;
    this.endLine = endLine + by;
    this.returns = returns;
    this.parameters = parameters;
    this.row = row;
    this.body = body;
    this.by = by;
  }

  get locals(): FunctionFacts['locals'] {
    return this.body()[1];
  }

  get nodes(): readonly FactNode[] {
    return (this.knownNodes ??= this.body()[2].map((node) => ({ ...node, line: node.line + this.line })));
  }

  movedBy(lines: number): FunctionFacts {
    return lines === 0 ? this : new KeptFacts(this.row, this.body, this.by + lines);
  }
}
