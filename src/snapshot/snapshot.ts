import type { FactNode, FunctionFacts, Variable } from '../c/facts.js';
import { append } from '../analysis/append.js';
import type { Constants } from '../analysis/condition.js';
import { SlotIndex, type Definitions, type FilledSlot, type FunctionEntry } from '../analysis/definitions.js';
import type { FunctionAnalysis } from '../analysis/execution.js';
import type { Frame } from '../analysis/frame.js';
import type { Summary } from '../analysis/summary.js';
import { PoolReader } from '../analysis/serial.js';
import type { FlagModel } from '../folio/model.js';
import { restoreModel } from '../folio/stored-model.js';
import { RectoError } from '../errors.js';
import { reasonOf } from '../tree/cache.js';
import type { FunctionRow, NodeRow, SnapshotFile } from './format.js';
import { poolOf } from './rows.js';
import { MarkIndex } from './mark-index.js';
import { linesOf, type Line, type Marked } from './text.js';

/** A function of the release, made of its row when it is asked for. */
export class SnapshotFunction implements FunctionEntry {
  readonly file: string;
  readonly key: string;
  private readonly row: FunctionRow;
  private readonly pool: PoolReader;
  private knownFacts: FunctionFacts | null = null;
  private knownSummary: Summary | null = null;
  private knownAnalysis: FunctionAnalysis | null = null;
  private knownMarks: readonly Marked[] | null = null;
  private knownFrames: readonly string[] | null = null;

  constructor(file: string, row: FunctionRow, pool: PoolReader) {
    this.file = file;
    this.key = `${file}:${row[0]}`;
    this.row = row;
    this.pool = pool;
  }

  get name(): string {
    return this.row[0];
  }

  /** Is it the one that is meant by its name in other files? */
  get isGlobal(): boolean {
    return this.row[2].includes('g');
  }

  /** Has it a part in the hazards of the release? */
  get hasHazards(): boolean {
    return this.row[2].includes('h');
  }

  /** Are its lines kept? */
  get hasLines(): boolean {
    return this.row[8] !== '';
  }

  /** Its nodes are those that are kept, and lead nowhere. */
  get facts(): FunctionFacts {
    return (this.knownFacts ??= factsOf(this.row));
  }

  /** What its callers learn of it: most functions are asked for no more. */
  get summary(): Summary {
    return (this.knownSummary ??= damaged(() => this.pool.get(this.row[6]) as Summary));
  }

  get analysis(): FunctionAnalysis {
    return (this.knownAnalysis ??= damaged(() => ({
      summary: this.summary,
      record: this.pool.get(this.row[7]) as FunctionAnalysis['record'],
    })));
  }

  /** Its lines, none of which has a text. */
  lines(): Line[] {
    return linesOf(this.row[8], this.row[1]);
  }

  /** The same lines, as far as hunks are held against them. */
  get marks(): readonly Marked[] {
    return (this.knownMarks ??= this.lines().map(({ mark }) => marked(mark)));
  }

  hasFrame(line: number): boolean {
    const cell = this.frameCells()[line - this.row[1]];
    return cell !== undefined && cell !== '.' && cell !== '';
  }

  /** What may hold where a line begins; empty when nothing is known of it. */
  frames(line: number): readonly Frame[] {
    const cells = this.frameCells();
    let at = line - this.row[1];
    if (!this.hasFrame(line)) return [];
    while (cells[at] === '=' || cells[at] === '.') at--;
    return damaged(() => this.pool.get(cells[at]!) as readonly Frame[]);
  }

  /** The functions that its code names. */
  get named(): readonly string[] {
    return this.row[10].split(',');
  }

  private frameCells(): readonly string[] {
    return (this.knownFrames ??= this.row[9].split(','));
  }
}

const everyMark = new Map<string, Marked>();

/** There are few marks, and many lines. */
function marked(mark: string): Marked {
  let known = everyMark.get(mark);
  if (!known) everyMark.set(mark, (known = { mark }));
  return known;
}

function factsOf([
  name,
  line,
  kind,
  returns,
  parameters,
  locals,
  ,
  ,
  marks,
  ,
  ,
  nodes,
]: FunctionRow): FunctionFacts {
  return {
    name,
    kind: kind.includes('m') ? 'macro' : 'function',
    isStatic: kind.includes('s'),
    isInit: kind.includes('i'),
    line,
    endLine: line + Math.max(0, marks.length / 2 - 1),
    returns,
    parameters: variablesOf(parameters),
    variadic: kind.includes('v'),
    locals: Object.fromEntries(variablesOf(locals).map(({ name, type }) => [name, type])),
    nodes: nodesOf(nodes).map(([offset, action]): FactNode => ({ line: line + offset, action, next: [] })),
  };
}

function nodesOf(text: string): readonly NodeRow[] {
  try {
    return JSON.parse(text) as readonly NodeRow[];
  } catch (error) {
    throw new RectoError('unreadable-input', `the snapshot is damaged: ${reasonOf(error)}`);
  }
}

function variablesOf(text: string): Variable[] {
  if (text === '') return [];
  return text.split(',').map((item) => {
    const colon = item.indexOf(':');
    return { name: item.slice(0, colon), type: item.slice(colon + 1) };
  });
}

const NO_MARKS = new MarkIndex<SnapshotFunction>([]);

/** A release without its text: what is known of its functions. */
export class Snapshot implements Definitions {
  readonly version: string;
  readonly date: string;
  readonly model: FlagModel;
  readonly constants: Constants;
  private readonly index: SlotIndex;
  private readonly byFile = new Map<string, ReadonlyMap<string, SnapshotFunction>>();
  private readonly byName = new Map<string, SnapshotFunction[]>();
  private readonly globals = new Map<string, SnapshotFunction>();
  private readonly fieldsOf: SnapshotFile['structs'];
  private readonly marksIn = new Map<string, MarkIndex<SnapshotFunction>>();
  private naming: ReadonlyMap<string, readonly SnapshotFunction[]> | null = null;

  constructor(file: SnapshotFile) {
    this.version = file.version;
    this.date = file.date;
    this.fieldsOf = file.structs;
    this.constants = new Map(Object.entries(file.constants));
    this.model = restoreModel(file.model);
    const pool = new PoolReader(poolOf(file.pool));
    for (const [path, list] of Object.entries(file.files)) {
      const functions = new Map<string, SnapshotFunction>();
      for (const row of list) {
        const item = new SnapshotFunction(path, row, pool);
        functions.set(item.name, item);
        append(this.byName, item.name, item);
        if (item.isGlobal) this.globals.set(item.name, item);
      }
      this.byFile.set(path, functions);
    }
    const slots = file.slots.flatMap(([struct, field, path, name, local]) => {
      const entry = this.own(name, path);
      // A static function stands in tables of its own file.
      return entry ? [{ struct, field, entry, table: entry.isGlobal ? null : path, local: local === 1 }] : [];
    });
    this.index = new SlotIndex(slots);
  }

  /** For people: "Linux 6.12". */
  get name(): string {
    return `Linux ${this.version}`;
  }

  *functions(): Iterable<SnapshotFunction> {
    for (const functions of this.byFile.values()) yield* functions.values();
  }

  functionsNamed(name: string): Iterable<SnapshotFunction> {
    return this.byName.get(name) ?? [];
  }

  /** Has it a function of that name? */
  knows(name: string): boolean {
    return this.byName.has(name);
  }

  /** The functions whose code names this one. */
  functionsNaming(name: string): readonly SnapshotFunction[] {
    if (this.naming === null) {
      const naming = new Map<string, SnapshotFunction[]>();
      for (const item of this.functions()) {
        for (const named of item.named) {
          append(naming, named, item);
        }
      }
      this.naming = naming;
    }
    return this.naming.get(name) ?? [];
  }

  functionsIn(file: string): Iterable<SnapshotFunction> {
    return this.byFile.get(file)?.values() ?? [];
  }

  /** The functions of a file of which lines are kept, by the marks of these. */
  marksOf(file: string): MarkIndex<SnapshotFunction> {
    const functions = this.byFile.get(file);
    // Nothing is remembered of names that patches make up.
    if (!functions) return NO_MARKS;
    let marks = this.marksIn.get(file);
    if (!marks) {
      marks = new MarkIndex([...functions.values()].filter(({ hasLines }) => hasLines));
      this.marksIn.set(file, marks);
    }
    return marks;
  }

  own(name: string, file: string): SnapshotFunction | null {
    return this.byFile.get(file)?.get(name) ?? null;
  }

  global(name: string): SnapshotFunction | null {
    return this.globals.get(name) ?? null;
  }

  fields(struct: string): Readonly<Record<string, string>> | null {
    return Object.hasOwn(this.fieldsOf, struct) ? this.fieldsOf[struct]! : null;
  }

  structs(): Iterable<readonly [string, Readonly<Record<string, string>>]> {
    return Object.entries(this.fieldsOf);
  }

  slotsNamed(field: string): readonly FilledSlot[] {
    return this.index.named(field);
  }

  slotsHolding(entry: FunctionEntry): readonly FilledSlot[] {
    return this.index.holding(entry);
  }

  slots(): Iterable<FilledSlot> {
    return this.index.slots();
  }
}

/** What is wrong inside a file comes to light when it is asked for. */
function damaged<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RectoError('unreadable-input', `the snapshot is damaged: ${error.message}`);
  }
}
