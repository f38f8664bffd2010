import { termOf, type Term } from './term.js';

/**
 * What the analysis finds out, as text: each value once, whoever mentions it, one row per value, so that a reader
 * makes only what it asks for. Values are plain objects, arrays, sets, terms, strings, whole numbers, booleans, null
 * and undefined.
 *
 * A row is `A` (array), `S` (set), `T` (term) or the number of a shape, which names an object's fields; then a cell per
 * part. A cell is `@1a` for the row of that number (all numbers are in base 36), `1a` for the row that is so many in
 * front of the one that says so, `#1a` for the number, `$1a` for the string of that number, `+` and `-` for true and
 * false, `~` for null and `?` for undefined.
 */
export interface Pool {
  readonly rows: readonly string[];
  readonly strings: readonly string[];
  /** Names of the fields of objects, joined by commas. */
  readonly shapes: readonly string[];
}

const TERM_PARTS = ['kind', 'name', 'number', 'base', 'other'] as const;
/** A row that is so near is named by its distance: what belongs together was added together. */
const NEAR = 36;

/** Collects values. */
export class PoolWriter {
  private readonly rows = new Map<string, number>();
  private readonly strings = new Map<string, number>();
  private readonly shapes = new Map<string, number>();
  private readonly cells = new Map<object, string>();

  /** The cell of a value. Values that are equal have equal cells. */
  add(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return `$${indexIn(this.strings, value).toString(36)}`;
      case 'number':
        if (!Number.isSafeInteger(value)) throw new Error(`${String(value)} is no whole number`);
        return `#${value.toString(36)}`;
      case 'boolean':
        return value ? '+' : '-';
      case 'undefined':
        return '?';
      case 'object':
        return value === null ? '~' : this.object(value);
      default:
        throw new Error(`a ${typeof value} cannot be kept`);
    }
  }

  /** What was added so far. */
  pool(): Pool {
    const rows = [...this.rows.keys()].map((row, at) =>
      row.replace(/ @([0-9a-z]+)/g, (cell, number: string) => {
        const distance = at - parseInt(number, 36);
        return distance < NEAR ? ` ${distance.toString(36)}` : cell;
      }),
    );
    return { rows, strings: [...this.strings.keys()], shapes: [...this.shapes.keys()] };
  }

  private object(value: object): string {
    let cell = this.cells.get(value);
    if (cell === undefined) {
      cell = `@${indexIn(this.rows, this.row(value)).toString(36)}`;
      this.cells.set(value, cell);
    }
    return cell;
  }

  private row(value: object): string {
    if (Array.isArray(value)) return ['A', ...value.map((item) => this.add(item))].join(' ');
    if (value instanceof Set) return ['S', ...[...value].map((item) => this.add(item))].join(' ');
    if (value instanceof Map) throw new Error('a map cannot be kept');
    if (isTerm(value)) return ['T', ...TERM_PARTS.map((part) => this.add(value[part]))].join(' ');
    const fields = Object.entries(value);
    const shape = indexIn(this.shapes, fields.map(([name]) => name).join(','));
    return [shape.toString(36), ...fields.map(([, item]) => this.add(item))].join(' ');
  }
}

/** Where a reader finds a pool: each row and each string when it is asked for. */
export interface PoolSource {
  /** Number of rows. */
  readonly size: number;
  row(at: number): string | undefined;
  string(at: number): string | undefined;
  readonly shapes: readonly string[];
}

/** Gives back what was collected: values with equal cells are the same object. */
export class PoolReader {
  private readonly source: PoolSource;
  private readonly made = new Map<number, unknown>();
  private readonly strings = new Map<number, string>();
  private readonly shapes: readonly (readonly string[])[];

  constructor(source: PoolSource) {
    this.source = source;
    this.shapes = source.shapes.map((shape) => (shape === '' ? [] : shape.split(',')));
  }

  /** The value of a cell that the writer gave. Throws RangeError when the pool does not have it. */
  get(cell: string): unknown {
    return this.read(cell, this.source.size);
  }

  /** @param at number of the row that has the cell: it mentions only rows in front of it */
  private read(cell: string, at: number): unknown {
    switch (cell[0]) {
      case '$':
        return this.string(parseInt(cell.slice(1), 36));
      case '#':
        return parseInt(cell.slice(1), 36);
      case '+':
        return true;
      case '-':
        return false;
      case '~':
        return null;
      case '?':
        return undefined;
      default: {
        const row = cell[0] === '@' ? parseInt(cell.slice(1), 36) : at - parseInt(cell, 36);
        if (!(row < at)) throw new RangeError(`row ${String(at)} mentions ${cell}`);
        let made = this.made.get(row);
        if (made === undefined) {
          made = this.make(there(this.source.row(row), row), row);
          this.made.set(row, made);
        }
        return made;
      }
    }
  }

  private string(at: number): string {
    let known = this.strings.get(at);
    if (known === undefined) this.strings.set(at, (known = there(this.source.string(at), at)));
    return known;
  }

  private make(row: string, at: number): unknown {
    const [kind = '', ...cells] = row.split(' ');
    const values = cells.map((cell) => this.read(cell, at));
    if (kind === 'A') return values;
    if (kind === 'S') return new Set(values);
    if (kind === 'T') {
      const [term, name, number, base, other] = values;
      return termOf({ kind: term, name, number, base, other } as Term);
    }
    const object: Record<string, unknown> = {};
    const shape = parseInt(kind, 36);
    there(this.shapes[shape], shape).forEach((name, index) => (object[name] = values[index]));
    return object;
  }
}

/** A pool in memory as what a reader wants. */
export function sourceOf({ rows, strings, shapes }: Pool): PoolSource {
  return { size: rows.length, row: (at) => rows[at], string: (at) => strings[at], shapes };
}

function there<T>(value: T | undefined, at: number): T {
  if (value === undefined) throw new RangeError(`there is no entry ${String(at)}`);
  return value;
}

function indexIn(numbers: Map<string, number>, key: string): number {
  let index = numbers.get(key);
  if (index === undefined) numbers.set(key, (index = numbers.size));
  return index;
}

function isTerm(value: object): value is Term {
  return 'symbolic' in value && 'kind' in value && 'id' in value;
}
